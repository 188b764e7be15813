"""A fact that follows from one other fact of the same item: by a table, as a copy, from the end of a list, or joined."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import area, conditions, items, pattern, values


def target(pointer: Pointer, into: str) -> Pointer:
    """Return where a fact goes: `into` with the places of `pointer`, or a field beside it when it is a bare name."""
    if "/" not in into:
        return (*pointer[:-1], into)
    places = iter([part for part in pointer if isinstance(part, int)])
    found: list[str | int] = []
    for part in into.split("/"):
        found.append(part.removesuffix("[]"))
        if part.endswith("[]"):
            found.append(next(places))
    return tuple(found)


def _fed(origin: str, into: str) -> tuple[str, ...]:
    return (pattern(into if "/" in into else f"{origin.rpartition('/')[0]}/{into}"),)


def _map(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give the value of `from`, through the table `words` when there is one; an unknown word gives nothing.

    One value for the whole device goes into every item of a list when `into` names one.
    """
    words = entry.get("words")
    for pointer, value in values(facts, entry["from"]):
        if words is not None and str(value) not in words:
            continue
        meant = value if words is None else words[str(value)]
        for into in _targets(facts, pointer, entry):
            where = conditions(facts, into if "[]" not in entry["from"] else pointer, entry.get("when", {}))
            if where is not None:
                yield Derived(into, meant, (pointer, *where))


def _targets(facts: Facts, pointer: Pointer, entry: Entry) -> list[Pointer]:
    path: str = entry["into"]
    if "[]" in path and "[]" not in entry["from"]:
        above, _, field = path.rpartition("[]/")
        return [(*at, *field.split("/")) for at, _ in items(facts, above)]
    return [target(pointer, path)]


def _last_is(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Tell whether the last element of a list is `word`."""
    for pointer, value in values(facts, entry["of"]):
        if isinstance(value, list) and value:
            yield Derived(target(pointer, entry["into"]), value[-1] == entry["word"], (pointer,))


def _joined(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give the words of a list as one text with blanks between, null for an empty list."""
    for pointer, value in values(facts, entry["from"]):
        if isinstance(value, list):
            yield Derived(target(pointer, entry["into"]), " ".join(map(str, value)) or None, (pointer,))


MAP = Step(
    _map,
    feeds=lambda entry: _fed(entry["from"], entry["into"]),
    searches=lambda entry: (area(entry["from"]),),
    parameters=frozenset({"from", "into", "words", "when"}),
)
LAST_IS = Step(
    _last_is,
    feeds=lambda entry: _fed(entry["of"], entry["into"]),
    searches=lambda entry: (area(entry["of"]),),
    parameters=frozenset({"of", "into", "word"}),
)
JOINED = Step(
    _joined,
    feeds=lambda entry: _fed(entry["from"], entry["into"]),
    searches=lambda entry: (area(entry["from"]),),
    parameters=frozenset({"from", "into"}),
)
