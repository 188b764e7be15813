"""From the facts of one target as nodes to the plain document: pointers, provenance and keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra_audit.model.facts import Provenance, ProvenanceKind
from infra_audit.parsers.merge import COUNTED
from infra_audit.parsers.tree import Items, Leaf, Node, Object

Pointer = tuple[str | int, ...]


def pointer_text(pointer: Pointer) -> str:
    """Return a JSON pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in pointer)


@dataclass(slots=True)
class Flat:
    """Facts as plain JSON, with provenance by pointer and the stable keys of list items."""

    facts: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)


def flatten(root: Object) -> Flat:
    """Return the plain form of the facts of one target."""
    flat = Flat()
    for name, node in root.fields.items():
        value = _value(node, (name,), name, flat)
        if value != {}:
            flat.facts[name] = value
    return flat


def _value(node: Node, at: Pointer, key: str, flat: Flat) -> Any:
    if isinstance(node, Leaf):
        _leaf(node, at, flat)
        return node.value
    if isinstance(node, Items):
        return [_item(item, (*at, index), key, node.key, flat) for index, item in enumerate(node.objects)]
    return _fields(node.fields, at, key, flat, None)


def _item(item: Object, at: Pointer, above: str, key: tuple[str, ...], flat: Flat) -> dict[str, Any]:
    name = f"{above}[{','.join(_key_part(item, part) for part in key)}]"
    flat.keys[pointer_text(at)] = name
    common = _common(item)
    if common is not None:
        flat.provenance[pointer_text(at)] = common
    return _fields(item.fields, at, name, flat, common, key)


def _fields(
    fields: Mapping[str, Node],
    at: Pointer,
    key: str,
    flat: Flat,
    common: Provenance | None,
    item_key: tuple[str, ...] = (),
) -> dict[str, Any]:
    result = {}
    for name, node in fields.items():
        if isinstance(node, Leaf) and name in COUNTED and node.provenance is None:
            node = _counted(name, at, item_key)(node)  # noqa: PLW2901 - the same value, with its provenance
        if isinstance(node, Leaf) and common is not None and _is_common(node, common):
            result[name] = node.value
        else:
            result[name] = _value(node, (*at, name), f"{key}/{name}", flat)
    return result


def _counted(name: str, at: Pointer, item_key: tuple[str, ...]) -> Any:
    sources = tuple(pointer_text((*at, part)) for part in item_key if part not in COUNTED) or (pointer_text(at),)
    provenance = Provenance(kind=ProvenanceKind.DERIVED, sources=sources, by=name)
    return lambda leaf: Leaf(leaf.value, provenance)


def _leaf(leaf: Leaf, at: Pointer, flat: Flat) -> None:
    if leaf.provenance is not None:
        flat.provenance[pointer_text(at)] = leaf.provenance
    for index, provenance in enumerate(leaf.elements):
        flat.provenance[pointer_text((*at, index))] = provenance


def _common(item: Object) -> Provenance | None:
    """Return the provenance of an item that one statement gave whole."""
    read = [node for node in item.fields.values() if isinstance(node, Leaf) and _is_read(node)]
    found = {provenance for leaf in read for provenance in (leaf.provenance, *leaf.elements) if provenance}
    nested = any(not isinstance(node, Leaf) for node in item.fields.values())
    return next(iter(found)) if len(found) == 1 and not nested else None


def _is_read(leaf: Leaf) -> bool:
    provenances = [p for p in (leaf.provenance, *leaf.elements) if p is not None]
    return bool(provenances) and all(p.kind is ProvenanceKind.LINES for p in provenances)


def _is_common(leaf: Leaf, common: Provenance) -> bool:
    found = {p for p in (leaf.provenance, *leaf.elements) if p is not None}
    return found == {common}


def _key_part(item: Object, name: str) -> str:
    node = item.fields.get(name)
    value = node.value if isinstance(node, Leaf) else None
    return "" if value is None else str(value)
