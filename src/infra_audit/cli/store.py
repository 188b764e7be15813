"""Collections into a snapshot: what `collect`, `scan` and `demo` share."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from infra_audit.cli.output import say
from infra_audit.cli.progress import Progress
from infra_audit.config import Settings
from infra_audit.pipeline import Audit, Target
from infra_audit.snapshot.writer import Writer
from infra_audit.texts import Language, text


def new_id() -> str:
    """Return an id for a snapshot made now, in UTC."""
    return dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def store(
    audit: Audit,
    settings: Settings,
    lang: Language,
    values: dict[str, Any],
    targets: Callable[[Audit, set[str]], Iterator[Target]],
) -> Path:
    """Write targets as they come into a new snapshot, or into the unfinished one of that id, and return its folder.

    `targets` is given the ids that the unfinished snapshot already holds. On Ctrl-C the collectors are told to stop, and
    what was collected stays, to be resumed under the same id.
    """
    snapshot_id = values.get("id") or new_id()
    writer = Writer(settings.out, snapshot_id)
    if writer.done:
        say(text("cli", "collect.resumed", lang, count=len(writer.done), id=snapshot_id))
    stored = 0
    try:
        with Progress(lang) as progress:
            audit.observer = progress
            for target in targets(audit, set(writer.done)):
                writer.add(target.device, target.artifacts, target.missing)
                stored += 1
    except BaseException:
        audit.cancel.set()
        if stored:
            say(text("cli", "collect.resumable", lang, id=snapshot_id, out=settings.out))
        raise
    return writer.close()
