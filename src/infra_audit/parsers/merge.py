"""From captures to facts: items of one key are one item, the last line wins, digests and occurrences are counted."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from infra_audit.model.facts import Provenance, ProvenanceKind, Span
from infra_audit.parsers.grammar import Many
from infra_audit.parsers.tree import (
    NEVER,
    Branch,
    Capture,
    Items,
    Leaf,
    Node,
    Object,
    Order,
    Path,
    Replaced,
    leaf_of,
    plain,
)

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
COUNTED = ("digest", "occurrence")
"""Key fields that are not read but counted here."""
_NOT_NEUTRAL = frozenset({"digest", "occurrence", "sequence", "section", "rulebase"})


class Merger:
    """Turns joined branches into facts by the schemas of the areas."""

    def __init__(self, schemas: Mapping[str, Mapping[str, Any]]) -> None:
        """Use the area schemas, by name."""
        self._root = {"type": "object", "properties": dict(schemas)}
        self.replaced: list[Replaced] = []

    def facts(self, root: Branch) -> Object:
        """Return the facts of one target; `replaced` then holds what later lines replaced."""
        return self._object(root, self._root, ())

    def _object(self, branch: Branch, schema: Mapping[str, Any], path: Path) -> Object:
        result = Object(sections=branch.sections)
        fields, properties = result.fields, schema.get("properties", {})
        statements: dict[str, list[Capture]] = {}
        for name, captures in branch.captures.items():
            value = captures[-1].value
            if isinstance(value, (dict, list)) and _are_items(captures, properties.get(name, {})):
                statements[name] = captures
            elif len(captures) == 1 and not isinstance(value, list):
                fields[name] = Leaf(value, captures[0].provenance)
            else:
                fields[name] = self._resolved(captures, (*path, name))
        for name, child in branch.children.items():
            fields[name] = self._object(child, properties.get(name, {}), (*path, name))
        for name in [*branch.lists, *(name for name in statements if name not in branch.lists)]:
            inner, below = properties.get(name, {}), (*path, name)
            read = self._winners(statements[name], below) if name in statements else []
            fields[name] = self._items(branch.lists.get(name, []), read, branch.sections, inner, below)
        return result

    def _winners(self, captures: list[Capture], path: Path) -> list[Capture]:
        if len(captures) == 1:
            return captures
        ordered = sorted(captures, key=lambda capture: capture.order)
        start = max((i for i, capture in enumerate(ordered) if not capture.adds), default=0)
        self.replaced += [Replaced(path, capture, ordered[start]) for capture in ordered[:start]]
        return ordered[start:]

    def _resolved(self, captures: list[Capture], path: Path) -> Leaf:
        winners = self._winners(captures, path)
        if not isinstance(winners[-1].value, list):
            return Leaf(winners[-1].value, winners[-1].provenance)
        values, elements = [], []
        for capture in winners:
            added = capture.value if isinstance(capture.value, list) else [capture.value]
            values += added
            elements += [capture.provenance] * len(added)
        if not values:
            return Leaf([], winners[-1].provenance)
        return Leaf(values, None, tuple(elements))

    def _items(
        self, branches: list[Branch], read: list[Capture], sections: set[Order], schema: Mapping[str, Any], path: Path
    ) -> Items:
        """Return the items of a list: those that groups made, and those that token grammars read as objects."""
        key = tuple(schema.get("x-key", ()))
        inner = schema.get("items", {})
        counted = any(name in COUNTED for name in key)
        keyed = {name for name, each in inner.get("properties", {}).items() if is_keyed(each)}
        if counted and not branches and all(_is_whole(capture.value, keyed) for capture in read):
            objects = [item for capture in read for item in _whole_items(capture, sections)]
        else:
            objects = self._merged([*branches, *_statements(read, sections)], key, inner, path)
        properties = inner.get("properties", {})
        is_digested, is_secret = "digest" in key, "well_known" in properties
        for item in objects:
            if is_secret:
                _known_secret(item)
            if is_digested:
                item.count("digest", digest(item), _common(item))
        if "occurrence" in key:
            _count(objects, key)
        return Items(objects, key)

    def _merged(
        self, branches: list[Branch], key: tuple[str, ...], schema: Mapping[str, Any], path: Path
    ) -> list[Object]:
        """Return items of which some may be one."""
        branches = _joined_by_identity(sorted(branches, key=_first_order))
        if not any(name in COUNTED for name in key):
            branches = self._joined(branches, key)
        objects = [self._object(branch, schema, path) for branch in branches]
        for branch, item in zip(branches, objects, strict=True):
            if branch.is_joined:
                _cite_together(item, tuple(item.fields) if "digest" in key else key)
        return objects

    def _joined(self, branches: list[Branch], key: tuple[str, ...]) -> list[Branch]:
        """Make one branch of all that have one key."""
        if not key:
            return branches
        found: dict[tuple[str, ...], Branch] = {}
        for branch in branches:
            name = tuple([_text(self._last(branch.captures.get(field))) for field in key])
            if name in found:
                found[name].absorb(branch)
            else:
                found[name] = branch
        return list(found.values())

    def _last(self, captures: list[Capture] | None) -> Any:
        if not captures:
            return None
        return captures[0].value if len(captures) == 1 else max(captures, key=lambda capture: capture.order).value


def _are_items(captures: list[Capture], schema: Mapping[str, Any]) -> bool:
    """Return whether the captures of a field are items of a list with a key, one or several each."""
    return is_keyed(schema) and all(isinstance(capture.value, (dict, list)) for capture in captures)


def _statements(captures: list[Capture], sections: set[Order]) -> Iterator[Branch]:
    """Yield the objects that token grammars read, as items that others may be joined to."""
    for capture in captures:
        for value in _each(capture.value):
            item = Branch(sections=set(sections))
            if isinstance(value, dict) and "_id" in value:
                item.identity = str(value["_id"])
            _spread(item, value, capture)
            yield item


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_whole(value: Any, keyed: AbstractSet[str]) -> bool:
    """Return whether each object that a token grammar read is an item of its own, without lists of objects in it."""
    for each in _each(value):
        if not isinstance(each, dict) or "_id" in each:
            return False
        if not keyed.isdisjoint(each) and any(isinstance(each.get(name), (dict, list)) for name in keyed):
            return False
    return True


def _whole_items(capture: Capture, sections: set[Order]) -> Iterator[Object]:
    """Yield the items that one statement gave whole: most of a long configuration, so they take no detour."""
    provenance = capture.provenance
    for value in _each(capture.value):
        values: dict[str, Any] = {}
        nested = []
        for name, inner in value.items():
            if name[0] == "_":
                continue
            if "__" in name:
                nested.append(name)
            else:
                values[name] = list(inner) if isinstance(inner, list) else inner
        item = Object.of_statement(values, provenance, sections)
        for name in nested:
            *above, last = name.split("__")
            holder = item
            for part in above:
                child = holder.fields.setdefault(part, Object(sections=sections))
                assert isinstance(child, Object)
                holder = child
            inner = value[name]
            holder.fields[last] = leaf_of(list(inner) if isinstance(inner, list) else inner, provenance)
            item.whole = None
        yield item


def _joined_by_identity(branches: list[Branch]) -> list[Branch]:
    """Make one branch of all that the device calls by one name."""
    if all(branch.identity is None for branch in branches):
        return branches
    found: dict[object, Branch] = {}
    for branch in branches:
        name = branch.identity if branch.identity is not None else branch
        if isinstance(name, str) and name in found:
            found[name].absorb(branch)
            found[name].is_joined = True
        else:
            found[name if isinstance(name, str) else id(branch)] = branch
    return list(found.values())


def _cite_together(item: Object, names: tuple[str, ...]) -> None:
    """Cite the lines of the fields in `names` for every field of an item that is known by them.

    One line of it without the others would be another item.
    """
    spans = {
        span
        for name in names
        for provenance in _provenances(item.fields.get(name))
        if provenance.kind is ProvenanceKind.LINES
        for span in provenance.lines
    }
    for name, node in item.fields.items():
        item.fields[name] = _citing(node, spans)


def _provenances(node: Node | None) -> Iterator[Provenance]:
    if isinstance(node, Leaf):
        yield from ([node.provenance] if node.provenance else [])
        yield from (element for element in node.elements if element)
    elif isinstance(node, Object):
        for child in node.fields.values():
            yield from _provenances(child)


def _citing(node: Node, spans: set[Span]) -> Node:
    if isinstance(node, Leaf):
        elements = tuple(_with(element, spans) for element in node.elements)
        return Leaf(node.value, _with(node.provenance, spans) if node.provenance else None, elements)
    if isinstance(node, Object):
        for name, child in node.fields.items():
            node.fields[name] = _citing(child, spans)
    return node


def _with(provenance: Provenance, spans: set[Span]) -> Provenance:
    if provenance.kind is not ProvenanceKind.LINES:
        return provenance
    return provenance._replace(lines=tuple(sorted({*provenance.lines, *spans})))


def is_keyed(schema: Mapping[str, Any]) -> bool:
    """Return whether a schema describes a list of objects with a key."""
    return "x-key" in schema


def digest(item: Object) -> str:
    """Return the digest of a neutral entry: what it says, without its place in the list."""
    values = plain(item)
    for name in _NOT_NEUTRAL:
        values.pop(name, None)
    text = _CANONICAL.encode(values)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _count(objects: list[Object], key: tuple[str, ...]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    others = [field for field in key if field != "occurrence"]
    for item in objects:
        rest = tuple([_text(item.value(field)) for field in others])
        seen[rest] = seen.get(rest, 0) + 1
        item.count("occurrence", seen[rest], _common(item))


def _known_secret(item: Object) -> None:
    """Say of an item what its secret says: everybody knows it. A hidden secret says nothing."""
    node = item.fields.get("secret")
    if not isinstance(node, Leaf) or not isinstance(node.value, dict) or "well_known" in item.fields:
        return
    if "well_known" in node.value:
        item.fields["well_known"] = Leaf(node.value["well_known"], node.provenance)


def _common(item: Object) -> Provenance | None:
    """Return the provenance that all read fields share, so that what is counted from them has it too."""
    if item.whole is not None:
        return item.whole
    found = {leaf.provenance for leaf in item.fields.values() if isinstance(leaf, Leaf) and leaf.provenance}
    lines = {p for p in found if p.kind is ProvenanceKind.LINES}
    return next(iter(lines)) if len(lines) == 1 else None


def _first_order(branch: Branch) -> Order:
    return branch.first if branch.first is not NEVER else min(branch.sections, default=(0, 0))


def _spread(item: Branch, value: Any, capture: Capture) -> None:
    """Make captures of an item of the fields that a token grammar read; `item` is new."""
    fields = value if isinstance(value, dict) else {"value": value}
    _, _, order, provenance = capture
    item.first = order
    for name, inner in fields.items():
        if name[0] == "_":
            continue
        adds = isinstance(inner, Many)
        read = Capture(list(inner) if adds else inner, adds, order, provenance)
        if "__" in name:
            *above, last = name.split("__")
            item.child(tuple(above)).captures[last] = [read]
        else:
            item.captures[name] = [read]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
