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
    return "".join([_below("", part) for part in pointer])


def _below(at: str, part: str | int) -> str:
    """Return the pointer of a member of what `at` points to."""
    text = str(part)
    if "/" in text or "~" in text:
        text = text.replace("~", "~0").replace("/", "~1")
    return f"{at}/{text}"


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
    return _fields(node.fields, at, key, flat, None)


def _item(item: Object, at: str, above: str, key: tuple[str, ...], flat: Flat) -> dict[str, Any]:
    name = f"{above}[{','.join([_key_part(item, part) for part in key])}]"
    flat.keys[at] = name
    common = _common(item)
    if common is not None:
        flat.provenance[at] = common
    return _fields(item.fields, at, name, flat, common, key)


def _fields(
    fields: Mapping[str, Node],
    at: str,
    key: str,
    flat: Flat,
    common: Provenance | None,
    item_key: tuple[str, ...] = (),
) -> dict[str, Any]:
    result = {}
    for name, node in fields.items():
        if not isinstance(node, Leaf):
            result[name] = _value(node, _below(at, name), f"{key}/{name}", flat)
        else:
            result[name] = node.value
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


def _key_part(item: Object, name: str) -> str:
    node = item.fields.get(name)
    value = node.value if isinstance(node, Leaf) else None
    return "" if value is None else str(value)
