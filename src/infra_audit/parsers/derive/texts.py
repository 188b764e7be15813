"""The entry of the step that compares texts: what it feeds. The comparison itself is not pure and stands elsewhere."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Step
from infra_audit.parsers.derive.walk import pattern


def _nothing(_facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give nothing: facts alone cannot say it."""
    return iter(())


SAME_TEXT = Step(
    _nothing,
    feeds=lambda entry: (pattern(entry["into"]),),
    searches=lambda _entry: (),
    parameters=frozenset({"into", "of", "except"}),
)
