"""What was compiled once is not compiled again: a folder of JSON files, each named by the digest of what it was made from.

The folder is the user's own (`INFRA_AUDIT_CACHE`, else the cache folder of the system); an empty `INFRA_AUDIT_CACHE`
switches it off. It holds only what was made from shipped files and files the operator named: no configuration, no fact.
A cache that cannot be read or written is no error: everything is then made anew.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from infra_audit import __version__

VARIABLE = "INFRA_AUDIT_CACHE"
_MOST_FILES = 4_000
"""Files kept; beyond that the folder is emptied, which costs one slow start."""


def folder() -> Path | None:
    """Return the folder of the cache; None when it is switched off."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or (f"{os.environ['HOME']}/.cache" if os.environ.get("HOME") else None)
    return Path(base) / "infra_audit" if base else None


def made(kind: str, source: str, make: Callable[[], Any]) -> Any:
    """Return what `make` makes of `source`, from the cache when it is there. The value must be plain JSON.

    `source` is all that the value depends on, apart from the version of this program; `kind` ends in a number that is raised
    when something else is made of the same source. Raises what `make` raises.
    """
    root = folder()
    if root is None:
        return make()
    digest = hashlib.sha256(f"{__version__}\0{kind}\0{source}".encode("utf-8", "surrogatepass")).hexdigest()
    path = root / f"{kind}-{digest}.json"
    with suppress(OSError, ValueError):
        return json.loads(path.read_bytes())
    value = make()
    with suppress(OSError, TypeError, ValueError):
        _write(path, json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False))
    return value


def _write(path: Path, text: str) -> None:
    """Write whole or not at all: several processes may start at one time."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sum(1 for _ in path.parent.iterdir()) >= _MOST_FILES:
        for old in path.parent.glob("*.json"):
            old.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
