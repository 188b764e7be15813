"""Whether something is there at all: a server is on when any line or interface lets its protocol in, or any item exists."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import area, conditions, pattern, values


def _any_contains(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give true when one list `of` holds `word`, false when there are some and none does; nothing to look at gives nothing.

    `unless` names a switch that takes the effect from the word; while it is not known, the word says nothing.
    """
    seen: list[Pointer] = []
    hits: list[Pointer] = []
    for pointer, value in values(facts, entry["of"]):
        where = conditions(facts, pointer, entry.get("when", {}))
        if where is None or not isinstance(value, list):
            continue
        seen += [pointer, *where]
        if entry["word"] in value:
            hits += [pointer, *where]
    if hits and "unless" in entry:
        at, state = next(values(facts, entry["unless"]), (None, None))
        if at is None or not isinstance(state, bool):
            return
        yield Derived(tuple(entry["into"].split("/")), not state, (*hits, at))
    elif seen:
        yield Derived(tuple(entry["into"].split("/")), bool(hits), tuple(hits or seen))


def _any_item(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give true when one of the lists `of` has an item, false when all are known and empty."""
    found = [
        (pointer, value) for path in entry["of"] for pointer, value in values(facts, path) if isinstance(value, list)
    ]
    first = next(((*pointer, 0) for pointer, value in found if value), None)
    into = tuple(entry["into"].split("/"))
    if first is not None:
        yield Derived(into, value=True, sources=(first,))
    elif found and len(found) == len(entry["of"]):
        yield Derived(into, value=False, sources=tuple(pointer for pointer, _ in found))


def _any_true(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give true when one of the facts `of` is true, false when all are known to be false."""
    found = [
        (pointer, value) for path in entry["of"] for pointer, value in values(facts, path) if isinstance(value, bool)
    ]
    hits = [pointer for pointer, value in found if value]
    into = tuple(entry["into"].split("/"))
    if hits:
        yield Derived(into, value=True, sources=tuple(hits))
    elif found and len(found) == len(entry["of"]):
        yield Derived(into, value=False, sources=tuple(pointer for pointer, _ in found))


def _all_true(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give true when all of the facts `of` are true, false when one is known to be false."""
    found = [
        (pointer, value) for path in entry["of"] for pointer, value in values(facts, path) if isinstance(value, bool)
    ]
    misses = [pointer for pointer, value in found if not value]
    into = tuple(entry["into"].split("/"))
    if misses:
        yield Derived(into, value=False, sources=tuple(misses))
    elif found and len(found) == len(entry["of"]):
        yield Derived(into, value=True, sources=tuple(pointer for pointer, _ in found))


def _paths(entry: Entry) -> list[str]:
    return entry["of"] if isinstance(entry["of"], list) else [entry["of"]]


def _searched(entry: Entry) -> tuple[str, ...]:
    switch = [entry["unless"]] if "unless" in entry else []
    return tuple(dict.fromkeys(area(path) for path in [*_paths(entry), *switch]))


def _fed(entry: Entry) -> tuple[str, ...]:
    return (pattern(entry["into"]),)


ANY_CONTAINS = Step(_any_contains, _fed, _searched, frozenset({"into", "of", "unless", "when", "word"}))
ANY_ITEM = Step(_any_item, _fed, _searched, frozenset({"into", "of"}))
ALL_TRUE = Step(_all_true, _fed, _searched, frozenset({"into", "of"}))
ANY_TRUE = Step(_any_true, _fed, _searched, frozenset({"into", "of"}))
