"""Which facts a rule reads, as patterns such as `interfaces/*/dot1x/enabled`: read from the rule itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]
"""A pattern as its parts; `*` is any item of a list."""

ASSERTIONS = frozenset(
    {
        "const",
        "enum",
        "type",
        "not",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "pattern",
        "uniqueItems",
        "contains",
        "anyOf",
    }
)
"""Keywords that ask something of the value they stand at."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What a rule reads of the facts, `subject` left out."""

    all: frozenset[Path]
    """Every place looked at, those on the way included."""
    leaves: tuple[Path, ...]
    """Places with nothing read below them, in order."""
    judged: tuple[Path, ...]
    """Leaves of which the rule asks something; the others only select or guard."""
    alternatives: frozenset[Path] = frozenset()
    """Places that stand in an or-condition: one way of several to satisfy the rule."""

    def is_alternative(self, pointer: str) -> bool:
        """Say whether a fact (by JSON pointer) is only one way of several to satisfy the rule."""
        parts = tuple(pointer.split("/")[1:])
        return any(
            len(p) == len(parts) and all(a in ("*", b) for a, b in zip(p, parts, strict=True))
            for p in self.alternatives
        )


def reads(then: Mapping[str, Any]) -> Reads:
    """Return what the `then` of a rule (helpers inlined) reads."""
    everything: dict[Path, bool] = {}
    for path, judges in _walk(then, (), condition=False):
        if path and path[0] != "subject":
            everything[path] = everything.get(path, False) or judges
    inner = {path[:cut] for path in everything for cut in range(1, len(path))}
    leaves = tuple(sorted(path for path in everything if path not in inner))
    judged = tuple(path for path in leaves if everything[path])
    alternatives = frozenset(_alternatives(then, ()))
    return Reads(frozenset(everything) | inner, leaves, judged or leaves, alternatives)


def _alternatives(schema: Mapping[str, Any], at: Path) -> Iterator[Path]:
    for branch in schema.get("anyOf", ()):
        yield from (path for path, _ in _walk(branch, at, condition=True) if path != at)
    for name, below in schema.get("properties", {}).items():
        yield from _alternatives(below, (*at, name))
    for keyword in ("items", "contains"):
        if keyword in schema:
            yield from _alternatives(schema[keyword], (*at, "*"))
    for below in (*schema.get("allOf", ()), *([schema["then"]] if "then" in schema else ())):
        yield from _alternatives(below, at)


def _walk(schema: Mapping[str, Any], at: Path, *, condition: bool) -> Iterator[tuple[Path, bool]]:
    """Yield each place with whether the rule asks something of it here."""
    yield at, not condition and bool(ASSERTIONS & schema.keys())
    for name in schema.get("required", ()):
        yield (*at, name), False
    for name, below in schema.get("properties", {}).items():
        yield from _walk(below, (*at, name), condition=condition)
    for keyword in ("items", "contains"):
        if keyword in schema:
            yield from _walk(schema[keyword], (*at, "*"), condition=condition)
    if "if" in schema:
        yield from _walk(schema["if"], at, condition=True)
    if "then" in schema:
        yield from _walk(schema["then"], at, condition=condition)
    for keyword in ("allOf", "anyOf"):
        for below in schema.get(keyword, ()):
            yield from _walk(below, at, condition=condition)


def looked_at(schema: Mapping[str, Any]) -> set[Path]:
    """Return every place below a schema that it tests, by a value or by being there."""
    return {path for path, _ in _walk(schema, (), condition=True) if path and path[-1] != "*"}


def guaranteed(schema: Mapping[str, Any], at: Path = ()) -> set[Path]:
    """Return every place that a schema requires to be there, without a condition."""
    found = {(*at, name) for name in schema.get("required", ())}
    for name, below in schema.get("properties", {}).items():
        found |= guaranteed(below, (*at, name))
    if "items" in schema:
        found |= guaranteed(schema["items"], (*at, "*"))
    for below in schema.get("allOf", ()):
        found |= guaranteed(below, at)
    return found


def matches(pattern: Path, key: str) -> bool:
    """Say whether a key of `coverage` (an area or a field pattern) speaks of the place a rule reads, or of what holds it."""
    parts = coverage_path(key)
    return parts == pattern[: len(parts)]


def coverage_path(key: str) -> Path:
    """Return a key of `coverage` as a pattern: `interfaces/*/in_use`, `interfaces[]/in_use` or with a leading slash."""
    return tuple(part for part in key.replace("[]", "/*").split("/") if part)


def places(facts: Any, pattern: Path) -> list[tuple[Path, str]]:
    """Return the places of a document that match a pattern, as path and as JSON pointer.

    An empty list stands for the items it has not. Names of facts need no escaping in a pointer.
    """
    level: list[tuple[Path, str, Any]] = [((), "", facts)]
    for part in pattern:
        below: list[tuple[Path, str, Any]] = []
        for path, pointer, value in level:
            if value is _END or (part == "*" and value == []):
                below.append((path, pointer, _END))
            elif part == "*" and isinstance(value, list):
                below += [((*path, str(i)), f"{pointer}/{i}", item) for i, item in enumerate(value)]
            elif isinstance(value, dict) and part in value:
                below.append(((*path, part), f"{pointer}/{part}", value[part]))
        level = below
    return [(path, pointer) for path, pointer, _ in level]


class _End:
    """The end of the way: an empty list whose items a pattern asks for."""


_END = _End()
