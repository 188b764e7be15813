"""`infra-audit diff`: what changed between two snapshots, folders or files."""

from typing import Any

import click

from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command
from infra_audit.cli.summary import GUESSES_SHOWN, say_guesses
from infra_audit.model.change import Change
from infra_audit.pipeline import Audit, Target
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the command."""

    def run(**values: Any) -> Exit:
        audit = Audit(options.to_settings(lang, values))
        known, inventory = options.to_known(values), options.to_inventory(values)
        before, after = (list(audit.read([values[side]], known, inventory)) for side in ("before", "after"))
        changes = list(audit.diff(*_same_file(before, after, values), options.to_scope(values)))
        output.write((change.to_json() for change in changes), "changes", lang, values)
        say_guesses(audit, lang)
        # That nothing changed on a device that no side could read is not known.
        unread = sorted({*audit.unread, *(t.device.id for t in (*before, *after) if not t.artifacts)})
        if unread:
            shown = ", ".join(unread[:GUESSES_SHOWN]) + (" ..." if unread[GUESSES_SHOWN:] else "")
            output.say(text("cli", "diff.unread", lang, devices=shown))
        return _status(changes, lang, whole=not unread)

    path = options.AnyPath()
    params = [
        click.Argument(["before"], type=path, metavar="A"), click.Argument(["after"], type=path, metavar="B"),
        *options.known(lang), *options.inventory(lang), *options.judging(lang), *options.run(lang), *options.output(lang),
    ]  # fmt: skip
    return Command("diff", lang, params=params, callback=run)


def _same_file(before: list[Target], after: list[Target], values: dict[str, Any]) -> tuple[list[Target], list[Target]]:
    """Two single files are two states of one device, whatever their names are."""
    from dataclasses import replace

    if values["before"].is_file() and values["after"].is_file() and len(before) == len(after) == 1:
        before = [replace(before[0], device=replace(before[0].device, id=after[0].device.id))]
    return before, after


def _status(changes: list[Change], lang: Language, *, whole: bool) -> Exit:
    new = sum(change.change == "new" for change in changes)
    lost = sum(change.change in ("became_no_evidence", "device_gone") for change in changes)
    output.say(text("cli", "diff.counts", lang, changes=len(changes), new=new, lost=lost))
    if new:
        return Exit.FINDINGS
    return Exit.INCOMPLETE if lost or not whole else Exit.OK
