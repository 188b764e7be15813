"""The offset of a time zone to UTC."""

import re
from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Step
from infra_audit.parsers.derive.walk import values

_FIXED = {
    "Asia/Tokyo": "+09:00",
    "Japan": "+09:00",
    "JST": "+09:00",
    "JST-9": "+09:00",
    "UTC": "+00:00",
    "Etc/UTC": "+00:00",
}
"""Names of zones without summer time that are usual here."""
_ANY_CASE = {name.lower(): value for name, value in _FIXED.items()}
"""Some devices write them in small letters."""
_HOURS = re.compile(r"\S+ (?P<sign>[+-]?)(?P<hours>\d{1,2})(?: (?P<minutes>\d{1,2}))?")
_OFFSET = re.compile(r"(?:\S+ )?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})")


def offset(text: str) -> str | None:
    """Return the offset that a time zone as written means: `JST 9 0`, `+09:00` and `Asia/Tokyo` are all +09:00."""
    if text.lower() in _ANY_CASE:
        return _ANY_CASE[text.lower()]
    found = _HOURS.fullmatch(text) or _OFFSET.fullmatch(text)
    if found is None:
        return None
    return f"{found['sign'] or '+'}{int(found['hours']):02}:{int(found['minutes'] or 0):02}"


def _clock_offset(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Set the offset from the zone as written."""
    for pointer, value in values(facts, "system/clock_timezone"):
        found = offset(value) if isinstance(value, str) else None
        if found is not None:
            yield Derived(("system", "clock_offset"), found, (pointer,))


CLOCK_OFFSET = Step(_clock_offset, lambda _e: ("system/clock_offset",), lambda _e: ("system",))
