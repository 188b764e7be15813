"""From the facts of one target as nodes to the plain document: pointers, provenance and keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra_audit.model.facts import Provenance, ProvenanceKind
from infra_audit.parsers.merge import COUNTED
from infra_audit.parsers.tree import Items, Leaf, Node, Object, SharedLeaf, Supplied

Pointer = tuple[str | int, ...]


def pointer_text(pointer: Pointer) -> str:
    """Return a JSON pointer."""
    return "".join([_below("", part) for part in pointer])


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


@dataclass(slots=True)
class Flat:
    """Facts as plain JSON, with provenance by pointer and the stable keys of list items."""

    facts: dict[str, Any] = field(default_factory=dict)
    provenance: "Provenances" = field(default_factory=Provenances)
    keys: dict[str, str] = field(default_factory=dict)


def flatten(root: Object) -> Flat:
    """Return the plain form of the facts of one target."""
    flat = Flat()
    for name, node in root.fields.items():
        value = _value(node, _below("", name), name, flat)
        if value != {}:
            flat.facts[name] = value
    return flat


def _value(node: Node, at: str, key: str, flat: Flat) -> Any:
    if isinstance(node, Leaf):
        _leaf(node, at, flat)
        return node.value
    if isinstance(node, Items):
        return [_item(item, f"{at}/{index}", key, node.key, flat) for index, item in enumerate(node.objects)]
    return _fields(node, at, key, flat, None)


def _item(item: Object, at: str, above: str, key: tuple[str, ...], flat: Flat) -> dict[str, Any]:
    name = f"{above}[{','.join([_key_part(item.value(part)) for part in key])}]"
    flat.keys[at] = name
    common = item.whole or _common(item)
    if common is not None:
        flat.provenance[at] = common
    return _fields(item, at, name, flat, common, key)


def _fields(
    holder: Object,
    at: str,
    key: str,
    flat: Flat,
    common: Provenance | None,
    item_key: tuple[str, ...] = (),
) -> dict[str, Any]:
    if holder.supplied:
        flat.provenance.share(at, holder)
    plain = holder.plain()
    if plain is not None:
        return plain
    result = {}
    for name, node in holder.fields.items():
        if not isinstance(node, Leaf):
            result[name] = _value(node, _below(at, name), f"{key}/{name}", flat)
            continue
        result[name] = node.value
        if type(node) is SharedLeaf or (node.provenance is common and common is not None):
            continue
        if name in COUNTED and node.provenance is None:
            flat.provenance[_below(at, name)] = _counted(name, at, item_key)
        elif common is None or not _is_common(node, common):
            _leaf(node, _below(at, name), flat)
    return result


def _counted(name: str, at: str, item_key: tuple[str, ...]) -> Provenance:
    sources = tuple(_below(at, part) for part in item_key if part not in COUNTED) or (at,)
    return Provenance(kind=ProvenanceKind.DERIVED, sources=sources, by=name)


def _leaf(leaf: Leaf, at: str, flat: Flat) -> None:
    if leaf.provenance is not None:
        flat.provenance[at] = leaf.provenance
    for index, provenance in enumerate(leaf.elements):
        flat.provenance[f"{at}/{index}"] = provenance


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


def _key_part(value: Any) -> str:
    return "" if value is None else str(value)
