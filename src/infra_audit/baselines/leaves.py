"""One shape for the errors of every validator: where, which keyword, what was asked.

The messages of the libraries are never read, shown or logged: they carry facts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_audit.baselines import pointer
from infra_audit.baselines.expected import expected

CONTAINS = frozenset({"contains", "minContains"})


@dataclass(frozen=True, slots=True, order=True)
class Leaf:
    """One error."""

    pointer: str
    """Where: the fact that is wrong, or the fact that is missing."""
    keyword: str
    """JSON Schema keyword; minContains counts as contains."""
    expected: str
    branches: tuple[tuple["Leaf", ...], ...] = ()
    """anyOf: the errors of each branch."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An error as both libraries can give it."""

    path: Sequence[str | int]
    """Of the instance."""
    schema_path: Sequence[str | int]
    """Of the keyword, in a schema without references."""
    keyword: str
    missing: str | None = None
    """required: the name that is not there."""
    branches: tuple[tuple["Raw", ...], ...] = ()


def leaves(raw: Iterable[Raw], schema: Mapping[str, Any], facts: Any) -> tuple[Leaf, ...]:
    """Return the errors of one rule, sorted, each once."""
    return tuple(sorted({leaf for error in raw for leaf in _leaf(error, schema, facts)}))


def _leaf(error: Raw, schema: Mapping[str, Any], facts: Any) -> Iterator[Leaf]:
    keyword = "contains" if error.keyword in CONTAINS else error.keyword
    parent: Any = schema
    for step in error.schema_path[:-1]:
        parent = parent[step]
    asked = expected(keyword, parent, error.missing)
    place = pointer.join(error.path)
    if keyword == "required":
        yield Leaf(pointer.join((*error.path, error.missing or "")), keyword, asked)
    elif keyword == "maxItems" and parent["maxItems"] == 0:
        # Each element is one too many: the auditor wants to see them, not the list.
        for number in range(len(pointer.get(facts, place))):
            yield Leaf(f"{place}/{number}", keyword, asked)
    else:
        yield Leaf(place, keyword, asked, tuple(leaves(branch, schema, facts) for branch in error.branches))
