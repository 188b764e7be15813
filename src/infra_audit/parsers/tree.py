"""Captured values on their way to facts.

A `Branch` holds what templates captured, by field, with every capture kept. Branches of all sections and sources are
joined, items of one key become one item, and only then it is decided what each field is: the last line that sets it wins,
what `each` and `append` add after it stays. Nothing is lost on the way: a line whose value was replaced is known.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from infra_audit.model.facts import Provenance

Path = tuple[str, ...]
Order = tuple[int, int]
"""Place of the artefact in the order of sources, and line."""


class Capture(NamedTuple):
    """One value from one statement."""

    value: Any
    adds: bool
    order: Order
    provenance: Provenance


@dataclass(slots=True)
class Branch:
    """An object: captures by field, objects and lists of objects below it."""

    captures: dict[str, list[Capture]] = field(default_factory=dict)
    children: dict[str, "Branch"] = field(default_factory=dict)
    lists: dict[str, list["Branch"]] = field(default_factory=dict)
    sections: set[Order] = field(default_factory=set)
    """Artefact and place of the sections that it was read from."""
    identity: str | None = None
    """What the device calls an item whose key is counted (`_id` of a template): parts of one identity are one item."""
    is_joined: bool = False
    """Several statements of one identity made it: which item it is only all of them together say."""

    def child(self, path: Path) -> "Branch":
        """Return the object below, made when it is not there."""
        node = self
        for name in path:
            node = node.children.setdefault(name, Branch())
        return node

    def absorb(self, other: "Branch") -> None:
        """Add all that another branch holds."""
        for name, captures in other.captures.items():
            self.captures.setdefault(name, []).extend(captures)
        for name, branch in other.children.items():
            self.children.setdefault(name, Branch()).absorb(branch)
        for name, branches in other.lists.items():
            self.lists.setdefault(name, []).extend(branches)
        self.sections |= other.sections

    def all_captures(self) -> Iterator[Capture]:
        """Yield every capture at or below."""
        for captures in self.captures.values():
            yield from captures
        for branch in self.children.values():
            yield from branch.all_captures()
        for branches in self.lists.values():
            for branch in branches:
                yield from branch.all_captures()


@dataclass(slots=True)
class Leaf:
    """A value, with one provenance or, for a list read from several statements, one for each element."""

    value: Any
    provenance: Provenance | None = None
    elements: tuple[Provenance, ...] = ()


class SharedLeaf(Leaf):
    """A value that many items have for one reason; what differs, the lines searched, is told by `Supplied`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Supplied:
    """What defaults and absences gave to all items that look alike: the same leaves in each."""

    fields: Mapping[str, SharedLeaf]
    provenance: Callable[["Object", str], Provenance]
    """The provenance of one of the fields in one of the items; made when it is asked for."""

    def without(self, name: str) -> "Supplied":
        """Return the same without one field."""
        return Supplied({n: leaf for n, leaf in self.fields.items() if n != name}, self.provenance)


@dataclass(slots=True)
class Items:
    """A keyed list of objects."""

    objects: list["Object"]
    key: tuple[str, ...]


@dataclass(slots=True)
class Object:
    """An object of the facts."""

    fields: dict[str, "Node"] = field(default_factory=dict)
    sections: set[Order] = field(default_factory=set)
    supplied: list[Supplied] = field(default_factory=list)
    """Where the shared leaves among the fields come from."""
    whole: Provenance | None = None
    """Of an item that one statement gave whole: what every field that was read has."""

    def drop(self, name: str) -> "Node":
        """Remove a field and return it."""
        self.supplied = [entry.without(name) if name in entry.fields else entry for entry in self.supplied]
        return self.fields.pop(name)


Node = Leaf | Items | Object


@dataclass(frozen=True, slots=True)
class Replaced:
    """A capture that a later line replaced."""

    path: Path
    capture: Capture
    by: Capture


def plain(node: Node) -> Any:
    """Return the value of a node as plain JSON."""
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Items):
        return [plain(item) for item in node.objects]
    return {name: child.value if isinstance(child, Leaf) else plain(child) for name, child in node.fields.items()}
