"""The facts of one target as the plain document points at them: provenance and stable keys by JSON pointer."""

from collections.abc import Iterator, Mapping

from infra_audit.model.facts import Provenance, ProvenanceKind
from infra_audit.parsers.merge import COUNTED
from infra_audit.parsers.tree import Items, Leaf, Object, SharedLeaf, Supplied

Pointer = tuple[str | int, ...]


def pointer_text(pointer: Pointer) -> str:
    """Return a JSON pointer."""
    text = "/".join(map(str, pointer))
    if "~" in text or text.count("/") >= len(pointer):
        return "".join([_below("", part) for part in pointer])
    return f"/{text}"


def _below(at: str, part: str | int) -> str:
    """Return the pointer of a member of what `at` points to."""
    text = str(part)
    if "/" in text or "~" in text:
        text = text.replace("~", "~0").replace("/", "~1")
    return f"{at}/{text}"


class Provenances(Mapping[str, Provenance]):
    """Provenance by pointer. That of fields that many items share is made when it is asked for: they are most of all."""

    def __init__(self) -> None:
        """Begin empty."""
        self._own: dict[str, Provenance] = {}
        self._shared: dict[str, Object] = {}
        """Objects with shared fields, by pointer."""

    def __setitem__(self, pointer: str, provenance: Provenance) -> None:
        """Set the provenance of one pointer; it goes before a shared one."""
        self._own[pointer] = provenance

    def share(self, pointer: str, item: Object) -> None:
        """Add the shared fields of an object."""
        self._shared[pointer] = item

    def __getitem__(self, pointer: str) -> Provenance:
        """Return the provenance of a pointer. Raises KeyError when it has none of its own."""
        found = self._own.get(pointer)
        if found is not None:
            return found
        at, _, name = pointer.rpartition("/")
        item = self._shared[at]
        return next(entry.provenance(item, name) for entry in _suppliers(item, name, pointer))

    def __iter__(self) -> Iterator[str]:
        """Yield every pointer once."""
        yield from self._own
        for at, item in self._shared.items():
            for entry in item.supplied:
                yield from (pointer for name in entry.fields if (pointer := f"{at}/{name}") not in self._own)

    def __len__(self) -> int:
        """Count the pointers."""
        return len(self._own) + sum(item.shared for item in self._shared.values())


def _suppliers(item: Object, name: str, pointer: str) -> list[Supplied]:
    found = [entry for entry in item.supplied if name in entry.fields]
    if not found:
        raise KeyError(pointer)
    return found


class Index:
    """Provenance by pointer and the stable keys of list items, of the facts of one target."""

    def __init__(self, root: Object) -> None:
        """Walk the facts."""
        self.provenance = Provenances()
        self.keys: dict[str, str] = {}
        for name, node in root.fields.items():
            if isinstance(node, Leaf):
                self._leaf(node, f"/{name}")
            else:
                self._below(node, f"/{name}", name)

    def _below(self, node: Object | Items, at: str, key: str) -> None:
        if isinstance(node, Object):
            self._fields(node, at, key, None)
            return
        parts = node.key
        for index, item in enumerate(node.objects):
            place = f"{at}/{index}"
            name = f"{key}[{','.join([_key_part(item.value(part)) for part in parts])}]"
            self.keys[place] = name
            common = item.whole or _common(item)
            if common is not None:
                self.provenance[place] = common
            self._fields(item, place, name, common, parts)

    def _fields(
        self, holder: Object, at: str, key: str, common: Provenance | None, item_key: tuple[str, ...] = ()
    ) -> None:
        if holder.supplied:
            self.provenance.share(at, holder)
        if holder.is_whole:
            return
        for name, node in holder.fields.items():
            if type(node) is SharedLeaf or (
                isinstance(node, Leaf) and node.provenance is common and common is not None
            ):
                continue
            if not isinstance(node, Leaf):
                self._below(node, _below(at, name), f"{key}/{name}")
            elif name in COUNTED and node.provenance is None:
                self.provenance[_below(at, name)] = _counted(name, at, item_key)
            elif common is None or not _is_common(node, common):
                self._leaf(node, _below(at, name))

    def _leaf(self, leaf: Leaf, at: str) -> None:
        if leaf.provenance is not None:
            self.provenance[at] = leaf.provenance
        for index, provenance in enumerate(leaf.elements):
            self.provenance[f"{at}/{index}"] = provenance


def _counted(name: str, at: str, item_key: tuple[str, ...]) -> Provenance:
    sources = tuple(_below(at, part) for part in item_key if part not in COUNTED) or (at,)
    return Provenance(kind=ProvenanceKind.DERIVED, sources=sources, by=name)


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
