"""The facts of one target as nodes, seen as the plain document sees them: provenance and stable keys by JSON pointer.

Nothing is copied: a pointer is followed down the nodes when somebody asks. Most facts are never asked for.
"""

from collections.abc import Callable, ItemsView, Iterator, Mapping
from typing import NamedTuple, TypeVar

from infra_audit.model.facts import Provenance, ProvenanceKind
from infra_audit.parsers.merge import COUNTED
from infra_audit.parsers.tree import Items, Leaf, Object, SharedLeaf

Pointer = tuple[str | int, ...]
_T = TypeVar("_T")


def pointer_text(pointer: Pointer) -> str:
    """Return a JSON pointer."""
    return "".join([_below("", part) for part in pointer])


def _below(at: str, part: str | int) -> str:
    """Return the pointer of a member of what `at` points to."""
    text = str(part)
    if "/" in text or "~" in text:
        text = text.replace("~", "~0").replace("/", "~1")
    return f"{at}/{text}"


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


class _Place(NamedTuple):
    """An object, and what its fields take from where it stands."""

    at: str
    key: str
    """Stable key of the object."""
    node: Object
    item_key: tuple[str, ...] | None = None
    """Key fields when it is an item of a list."""

    def common(self) -> Provenance | None:
        """Return the provenance of the object as a whole: that of an item which one statement gave."""
        if self.item_key is None:
            return None
        return self.node.whole or _common(self.node)

    def member(self, name: str, node: Object) -> "_Place":
        return _Place(_below(self.at, name), f"{self.key}/{name}" if self.key else name, node)

    def item(self, name: str, items: Items, index: int) -> "_Place":
        above = f"{self.key}/{name}" if self.key else name
        node = items.objects[index]
        key = f"{above}[{','.join([_key_part(node.value(part)) for part in items.key])}]"
        return _Place(f"{_below(self.at, name)}/{index}", key, node, items.key)

    def below(self) -> Iterator["_Place"]:
        """Yield the objects directly below."""
        if not self.node.is_whole:
            for name, node in self.node.fields.items():
                if isinstance(node, Items):
                    yield from (self.item(name, node, index) for index in range(len(node.objects)))
                elif isinstance(node, Object):
                    yield self.member(name, node)

    def own(self) -> Iterator[tuple[str, Provenance]]:
        """Yield pointer and provenance of what has one of its own, here and below."""
        common = self.common()
        if common is not None:
            yield self.at, common
        for supplied in self.node.supplied:
            for name in supplied.fields:
                if self._is_shared(name):
                    yield _below(self.at, name), supplied.provenance(self.node, name)
        if not self.node.is_whole:
            for name, node in self.node.fields.items():
                if isinstance(node, Leaf):
                    yield from self._leaf(name, node, common)
        for place in self.below():
            yield from place.own()

    def _leaf(self, name: str, leaf: Leaf, common: Provenance | None) -> Iterator[tuple[str, Provenance]]:
        if type(leaf) is SharedLeaf or (common is not None and _is_common(leaf, common)):
            return
        at = _below(self.at, name)
        if leaf.provenance is not None:
            yield at, leaf.provenance
        elif name in COUNTED:
            yield at, self._counted(name)
        for index, provenance in enumerate(leaf.elements):
            yield f"{at}/{index}", provenance

    def _is_shared(self, name: str) -> bool:
        """Return whether a supplied field still has what was supplied: a derived fact may have taken its place."""
        return self.node.is_whole or type(self.node.fields.get(name)) is SharedLeaf

    def _counted(self, name: str) -> Provenance:
        key = self.item_key or ()
        sources = tuple(_below(self.at, part) for part in key if part not in COUNTED) or (self.at,)
        return Provenance(kind=ProvenanceKind.DERIVED, sources=sources, by=name)

    def field(self, name: str, rest: list[str]) -> Provenance | None:
        """Return the provenance of a field, or of the element of it that `rest` names, if it has one of its own."""
        for supplied in self.node.supplied:
            if name in supplied.fields and self._is_shared(name):
                return supplied.provenance(self.node, name) if not rest else None
        leaf = None if self.node.is_whole else self.node.fields.get(name)
        if not isinstance(leaf, Leaf):
            return None
        wanted = "/".join([_below(self.at, name), *rest])
        return next((found for at, found in self._leaf(name, leaf, self.common()) if at == wanted), None)


def _place(root: Object, parts: list[str]) -> tuple[_Place, list[str]]:
    """Follow a pointer to the innermost object; return it with what is left. Raises KeyError where there is no list item."""
    place = _Place("", "", root)
    while parts and not place.node.is_whole:
        node = place.node.fields.get(parts[0])
        if isinstance(node, Object):
            place, parts = place.member(parts[0], node), parts[1:]
        elif isinstance(node, Items) and len(parts) > 1:
            if not parts[1].isdecimal() or int(parts[1]) >= len(node.objects):
                raise KeyError(parts[1])
            place, parts = place.item(parts[0], node, int(parts[1])), parts[2:]
        else:
            break
    return place, parts


class Provenances(Mapping[str, Provenance]):
    """Provenance by pointer, of every fact that has one of its own."""

    def __init__(self, root: Object) -> None:
        """Look at finished facts."""
        self._root = root

    def __getitem__(self, pointer: str) -> Provenance:
        """Return the provenance of a pointer. Raises KeyError when it has none of its own."""
        place, rest = _place(self._root, _parts(pointer))
        found = place.field(rest[0], rest[1:]) if rest else place.common()
        if found is None:
            raise KeyError(pointer)
        return found

    def __iter__(self) -> Iterator[str]:
        """Yield every pointer once."""
        for pointer, _ in _Place("", "", self._root).own():
            yield pointer

    def __len__(self) -> int:
        """Count the pointers."""
        return _count(self._root, is_item=False)

    def items(self) -> ItemsView[str, Provenance]:
        """Return pointers with their provenance, found in one walk."""
        return _Pairs(self, lambda: _Place("", "", self._root).own())


class _Pairs(ItemsView[str, _T]):
    """The items of a mapping that are found in one walk, not one by one."""

    def __init__(self, mapping: Mapping[str, _T], walk: Callable[[], Iterator[tuple[str, _T]]]) -> None:
        super().__init__(mapping)
        self._walk = walk

    def __iter__(self) -> Iterator[tuple[str, _T]]:
        return self._walk()


def _count(node: Object, *, is_item: bool) -> int:
    """Return how many provenances there are at and below an object."""
    common = (node.whole or _common(node)) if is_item else None
    count = node.shared + (common is not None)
    if node.is_whole:
        return count
    for name, child in node.fields.items():
        if isinstance(child, Items):
            count += sum(_count(item, is_item=True) for item in child.objects)
        elif isinstance(child, Object):
            count += _count(child, is_item=False)
        elif type(child) is not SharedLeaf and (common is None or not _is_common(child, common)):
            count += len(child.elements) + (child.provenance is not None or name in COUNTED)
    return count


class Keys(Mapping[str, str]):
    """The stable key of every list item, by pointer."""

    def __init__(self, root: Object) -> None:
        """Look at finished facts."""
        self._root = root

    def __getitem__(self, pointer: str) -> str:
        """Return the key of an item. Raises KeyError when the pointer is that of no item."""
        place, rest = _place(self._root, _parts(pointer))
        if rest or place.item_key is None:
            raise KeyError(pointer)
        return place.key

    def __iter__(self) -> Iterator[str]:
        """Yield the pointers of all items."""
        return (pointer for pointer, _ in self.items())

    def __len__(self) -> int:
        """Count the items."""
        return sum(1 for _ in self)

    def items(self) -> ItemsView[str, str]:
        """Return pointers with their keys, found in one walk."""
        return _Pairs(self, lambda: _keys(_Place("", "", self._root)))


def _keys(place: _Place) -> Iterator[tuple[str, str]]:
    if place.item_key is not None:
        yield place.at, place.key
    for below in place.below():
        yield from _keys(below)


def _common(item: Object) -> Provenance | None:
    """Return the provenance of an item that one statement gave whole."""
    found: Provenance | None = None
    for node in item.fields.values():
        if not isinstance(node, Leaf):
            return None
        if type(node) is SharedLeaf:
            continue
        for provenance in (node.provenance, *node.elements):
            if provenance is None or provenance.kind is not ProvenanceKind.LINES:
                continue
            if found is not None and provenance is not found and provenance != found:
                return None
            found = provenance
    return found


def _is_common(leaf: Leaf, common: Provenance) -> bool:
    if leaf.elements:
        return all(provenance is common or provenance == common for provenance in leaf.elements)
    return leaf.provenance is common or leaf.provenance == common


def _key_part(value: object) -> str:
    return "" if value is None else str(value)
