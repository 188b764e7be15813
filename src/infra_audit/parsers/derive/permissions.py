"""What the permission bits of a file mean: who beside its owner may do what, and what lies beyond a table."""

import re
from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Step
from infra_audit.parsers.derive.walk import area, holder, pattern, values

_OCTAL = re.compile(r"[0-7]{3,4}")
_MEANINGS = {"group_read": 0o040, "group_write": 0o020, "other_access": 0o007}


def bits(mode: object) -> int | None:
    """Return the bits of a mode as `stat` prints it, None for anything else."""
    return int(mode, 8) if isinstance(mode, str) and _OCTAL.fullmatch(mode) else None


def _permission_bits(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Tell the meanings named in `fields` of each mode that `of` means."""
    for pointer, value in values(facts, entry["of"]):
        mode = bits(value)
        for field in entry["fields"] if mode is not None else ():
            yield Derived((*pointer[:-1], field), bool(mode & _MEANINGS[field]), (pointer,))  # type: ignore[operator]


def _excess_mode(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give the bits beyond those that `table` lets a path have; a path that is not in it gives nothing."""
    for pointer, value in values(facts, "files/permissions[]/mode"):
        path, mode = holder(facts, pointer).get("path"), bits(value)
        allowed = bits(entry["table"].get(path))
        if mode is not None and allowed is not None:
            excess = mode & ~allowed
            sources = (pointer, (*pointer[:-1], "path"))
            yield Derived((*pointer[:-1], "excess_mode"), f"{excess:04o}" if excess else None, sources)


PERMISSION_BITS = Step(
    _permission_bits,
    lambda entry: tuple(pattern(f"{entry['of'].rpartition('/')[0]}/{field}") for field in entry.get("fields", ("x",))),
    lambda entry: (area(entry["of"]),),
    frozenset({"of", "fields"}),
)
EXCESS_MODE = Step(
    _excess_mode, lambda _e: ("files/permissions/*/excess_mode",), lambda _e: ("files",), frozenset({"table"})
)
