"""What follows from the lists of a server: a unit that runs, a port that listens, an option among mount options."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.mapping import target
from infra_audit.parsers.derive.walk import area, items, pattern, values


def _any_where(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Tell whether an item of the list `of` has one of the values that `where` names for each field.

    With `field`, whether that field is true in one of these items; it must be known in some item of the list.
    """
    found = [(pointer, item) for pointer, item in items(facts, entry["of"]) if isinstance(item, dict)]
    field = entry.get("field")
    if not _is_known(facts, entry["of"], found, field):
        return
    matching = [(pointer, item) for pointer, item in found if _has(item, entry["where"])]
    hits = [pointer for pointer, item in matching if field is None or item.get(field) is True]
    sources = tuple(hits or [pointer for pointer, _ in matching or found])
    for into in _places(facts, entry["into"]):
        yield Derived(into, bool(hits), sources or (tuple(entry["of"].split("/")),))


def _is_known(facts: Facts, of: str, found: list[tuple[Pointer, Any]], field: str | None) -> bool:
    if field is not None:
        return any(field in item for _, item in found)
    return any(isinstance(value, list) for _, value in values(facts, of))


def _has(item: Any, where: Entry) -> bool:
    return all(item.get(name) in (wanted if isinstance(wanted, list) else [wanted]) for name, wanted in where.items())


def _places(facts: Facts, into: str) -> list[Pointer]:
    if "[]" not in into:
        return [tuple(into.split("/"))]
    above, _, field = into.partition("[]/")
    return [(*pointer, field) for pointer, _ in items(facts, above)]


def _is_set(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give true when a fact has a value, false when it is known to have none."""
    for pointer, value in values(facts, entry["from"]):
        yield Derived(target(pointer, entry["into"]), value not in (None, [], ""), (pointer,))


def _to_number(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give the number that a text is; one that is none gives nothing."""
    for pointer, value in values(facts, entry["from"]):
        if isinstance(value, str) and value.removeprefix("-").isdecimal() and value.isascii():
            yield Derived(target(pointer, entry["into"]), int(value), (pointer,))


def _option_flags(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Tell for each word of `flags` whether the list `of` holds it; the fact has the name of the word."""
    for pointer, value in values(facts, entry["of"]):
        if isinstance(value, list):
            for flag in entry["flags"]:
                yield Derived((*pointer[:-1], flag), flag in value, (pointer,))


def _loopback(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell whether a socket can be reached from the host only; an address that is none is taken as reachable."""
    for pointer, value in values(facts, "listeners[]/address"):
        if isinstance(value, str):
            yield Derived((*pointer[:-1], "loopback"), is_loopback(value), (pointer,))


def is_loopback(text: str) -> bool:
    """Return whether an address as a socket list shows it (`127.0.0.53%lo`, `[::1]`, `*`) is one of the host alone."""
    address, _, zone = text.strip("[]").replace("]", "").partition("%")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = getattr(parsed, "ipv4_mapped", None)
    return zone == "lo" or parsed.is_loopback or (inner is not None and inner.is_loopback)


def _of(entry: Entry) -> tuple[str, ...]:
    return (area(entry["of"]),)


def _from(entry: Entry) -> tuple[str, ...]:
    return (area(entry["from"]),)


def _beside(entry: Entry) -> tuple[str, ...]:
    into, origin = entry["into"], entry["from"]
    return (pattern(into if "/" in into else f"{origin.rpartition('/')[0]}/{into}"),)


ANY_WHERE = Step(_any_where, lambda entry: (pattern(entry["into"]),), _of, frozenset({"into", "of", "where", "field"}))
IS_SET = Step(_is_set, _beside, _from, frozenset({"from", "into"}))
TO_NUMBER = Step(_to_number, _beside, _from, frozenset({"from", "into"}))
OPTION_FLAGS = Step(
    _option_flags,
    lambda entry: tuple(pattern(f"{entry['of'].rpartition('/')[0]}/{flag}") for flag in entry["flags"]),
    _of,
    frozenset({"of", "flags"}),
)
LOOPBACK = Step(_loopback, lambda _e: ("listeners/*/loopback",), lambda _e: ("listeners",))
