"""Facts that no single line says, computed from other facts.

A step is a pure function: it sees facts, never text, and knows no platform. It says which facts it gave, from which
pointers, and which areas it searched, because what was searched and not found counts too. Steps are named and ordered in
`derive` of platform.yaml; all are registered in `registry.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from infra_audit.model.facts import Provenance

Facts = Mapping[str, Any]
"""Plain facts of one target. A list item may lack any field."""
Entry = Mapping[str, Any]
"""The step's entry in platform.yaml: `step` and its parameters."""
Pointer = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """One derived fact."""

    at: Pointer
    value: Any
    sources: tuple[Pointer, ...]
    """The facts it was computed from; recomputed from only these it is the same."""
    provenance: Provenance | None = None
    """Where it came from, when that is lines and not facts."""


@dataclass(frozen=True, slots=True)
class Step:
    """A named step."""

    run: Callable[[Facts, Entry], Iterable[Derived]]
    feeds: Callable[[Entry], tuple[str, ...]]
    """Areas or field patterns that it can give."""
    searches: Callable[[Entry], tuple[str, ...]]
    """Areas that it looks at, and the field patterns of them whose gaps are gaps of what it gives."""
    parameters: frozenset[str] = frozenset()
    """Names that its entry may have besides `step`."""
