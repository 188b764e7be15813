"""Captured values on their way to facts.

A `Branch` holds what templates captured, by field, with every capture kept. Branches of all sections and sources are
joined, items of one key become one item, and only then it is decided what each field is: the last line that sets it wins,
what `each` and `append` add after it stays. Nothing is lost on the way: a line whose value was replaced is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from infra_audit.model.facts import Provenance

Path = tuple[str, ...]
Order = tuple[int, int]
"""Place of the artefact in the order of sources, and line."""
NEVER: Order = (1 << 30, 0)
"""Comes after every place."""


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
    first: Order = NEVER
    """Place of the first statement that gave a value in it or below."""
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
        self.first = min(self.first, other.first)


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
    values: Mapping[str, Any] = field(init=False)
    """The plain values of the fields."""

    def __post_init__(self) -> None:
        """Note the values."""
        object.__setattr__(self, "values", {name: leaf.value for name, leaf in self.fields.items()})

    def without(self, name: str) -> "Supplied":
        """Return the same without one field."""
        return Supplied({n: leaf for n, leaf in self.fields.items() if n != name}, self.provenance)


@dataclass(slots=True)
class Items:
    """A keyed list of objects."""

    objects: list["Object"]
    key: tuple[str, ...]


class Object:
    """An object of the facts.

    An item that one statement gave whole holds plain values, and its leaves are made when something asks for them: of most
    entries of a filter nothing ever does.
    """

    __slots__ = ("_fields", "_values", "sections", "supplied", "whole")

    def __init__(self, fields: "dict[str, Node] | None" = None, sections: set[Order] | None = None) -> None:
        """Hold fields, read from sections."""
        self._fields: dict[str, Node] | None = {} if fields is None else fields
        self._values: dict[str, Any] | None = None
        self.sections: set[Order] = set() if sections is None else sections
        self.supplied: list[Supplied] = []
        """Where the shared leaves among the fields come from."""
        self.whole: Provenance | None = None
        """Of an item that one statement gave whole: what every field that was read has."""

    @classmethod
    def of_statement(cls, values: dict[str, Any], provenance: Provenance, sections: set[Order]) -> "Object":
        """Make an item that one statement gave whole; `values` are its own from now on."""
        item = cls(sections=sections)
        item._fields, item._values, item.whole = None, values, provenance
        return item

    @property
    def fields(self) -> "dict[str, Node]":
        """Return the fields as nodes."""
        if self._fields is None:
            assert self._values is not None
            assert self.whole is not None
            self._fields = {name: leaf_of(value, self.whole) for name, value in self._values.items()}
            for supplied in self.supplied:
                self._fields.update(supplied.fields)
            self._values = None
        return self._fields

    def plain(self) -> dict[str, Any] | None:
        """Return the plain values, a new dictionary, as long as they and what is supplied are all there is; else None."""
        if self._values is None:
            return None
        result = self._values.copy()
        for supplied in self.supplied:
            result.update(supplied.values)
        return result

    @property
    def is_whole(self) -> bool:
        """Return whether the plain values and what is supplied are all there is."""
        return self._values is not None

    def has(self, name: str) -> bool:
        """Return whether there is a field of a name."""
        if self._values is None:
            return name in self.fields
        return name in self._values or any(name in supplied.fields for supplied in self.supplied)

    def value(self, name: str) -> Any:
        """Return the value of a field that is a leaf; None = there is no such leaf."""
        if self._values is not None and name in self._values:
            return self._values[name]
        node = self.fields.get(name)
        return node.value if isinstance(node, Leaf) else None

    def supply(self, supplied: "Supplied") -> None:
        """Add fields that many items share."""
        self.supplied.append(supplied)
        if self._fields is not None:
            self._fields.update(supplied.fields)

    def count(self, name: str, value: Any, provenance: Provenance | None) -> None:
        """Add a field that is counted from the others; it has their provenance when they have one."""
        if self._values is not None:
            self._values[name] = value
        else:
            self.fields[name] = Leaf(value, provenance)

    @property
    def shared(self) -> int:
        """Return how many fields have what many items share; the others were read or derived instead."""
        if self._fields is None:
            return sum(len(supplied.fields) for supplied in self.supplied)
        return sum(type(node) is SharedLeaf for node in self._fields.values())

    def drop(self, name: str) -> "Node":
        """Remove a field and return it."""
        node = self.fields.pop(name)
        self.supplied = [entry.without(name) if name in entry.fields else entry for entry in self.supplied]
        return node


def leaf_of(value: Any, provenance: Provenance) -> Leaf:
    """Return the leaf of a value that one statement gave; each element of a list has its provenance."""
    if isinstance(value, list) and value:
        return Leaf(value, None, (provenance,) * len(value))
    return Leaf(value, provenance)


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
    values = node.plain()
    if values is not None:
        return values
    return {name: child.value if isinstance(child, Leaf) else plain(child) for name, child in node.fields.items()}
