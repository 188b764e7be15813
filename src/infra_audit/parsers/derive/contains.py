"""Whether any of many lists holds a word: a server is on when any line or interface lets its protocol in."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Step
from infra_audit.parsers.derive.walk import area, conditions, pattern, values


def _any_contains(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """True when one list `of` holds `word`, false when there are some and none does; nothing to look at gives nothing."""
    seen, hits = [], []
    for pointer, value in values(facts, entry["of"]):
        where = conditions(facts, pointer, entry.get("when", {}))
        if where is None or not isinstance(value, list):
            continue
        seen += [pointer, *where]
        if entry["word"] in value:
            hits += [pointer, *where]
    if seen:
        yield Derived(tuple(entry["into"].split("/")), bool(hits), tuple(hits or seen))


ANY_CONTAINS = Step(
    _any_contains,
    feeds=lambda entry: (pattern(entry["into"]),),
    searches=lambda entry: (area(entry["of"]),),
    parameters=frozenset({"into", "of", "when", "word"}),
)
