"""Facts that break the schema of their area are dropped: better not known than wrong."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from infra_audit import catalogue
from infra_audit.model.facts import Provenance
from infra_audit.parsers.tree import Items, Leaf, Node, Object, plain

Path = tuple[str | int, ...]

_ROUNDS = 20
"""Most rounds of dropping; each removes at least one value, and a later round sees what an earlier one hid."""


@lru_cache(maxsize=128)
def _validator(area: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(dict(catalogue.areas()[area].schema))


class Dropped:
    """A value that was dropped: its area, where it stood, and where it came from."""

    def __init__(self, area: str, path: Path, node: Node) -> None:
        """Keep what the report of the loss needs."""
        self.area = area
        self.field = "/".join(str(part) for part in path if isinstance(part, str))
        self.provenances = tuple(dict.fromkeys(_provenances(node)))


def drop_invalid(root: Object) -> list[Dropped]:
    """Remove from `root` all that was read and breaks the facts schemas; return what was removed.

    What lacks a required field stays: a default may still give it.
    """
    dropped: list[Dropped] = []
    for area in list(root.fields):
        if area not in catalogue.areas():
            dropped.append(Dropped(area, (area,), root.fields.pop(area)))
            continue
        for _ in range(_ROUNDS):
            found = _round(root, area)
            if not found:
                break
            dropped += found
        else:
            dropped.append(Dropped(area, (area,), root.fields.pop(area)))
    return dropped


def _round(root: Object, area: str) -> list[Dropped]:
    value = plain(root.fields[area])
    validator = _validator(area)
    if validator.is_valid(value):
        return []
    errors = [error for error in validator.iter_errors(value) if error.kind.name != "required"]
    paths = {path for error in errors for path in _to_drop(error, value, area)}
    dropped = []
    for path in sorted(paths, key=_place, reverse=True):  # the last item first, so that places stay true
        node = _remove(root, path)
        if node is not None:
            dropped.append(Dropped(area, path, node))
    return dropped


def drop_lacking(root: Object) -> list[Dropped]:
    """Remove what lacks a required field, after defaults: the values themselves are known to fit."""
    dropped: list[Dropped] = []
    for area, node in list(root.fields.items()):
        schema = catalogue.areas()[area].schema
        if _lacks(node, schema):
            dropped.append(Dropped(area, (area,), root.drop(area)))
        else:
            dropped += [Dropped(area, (area, *path), gone) for path, gone in _lacking(node, schema)]
    return dropped


def _lacks(node: Node, schema: Mapping[str, Any]) -> bool:
    required = schema.get("required", ())
    return isinstance(node, Object) and not all(map(node.has, required))


def _lacking(node: Node, schema: Mapping[str, Any]) -> Iterator[tuple[Path, Node]]:
    """Remove and yield the objects below a node that lack something."""
    if isinstance(node, Items):
        inner = schema.get("items", {})
        deeper = bool(_holders(inner))
        if not deeper and "required" not in inner:
            return
        for index in range(len(node.objects) - 1, -1, -1):
            if _lacks(node.objects[index], inner):
                yield (index,), node.objects.pop(index)
            elif deeper:
                yield from (((index, *path), gone) for path, gone in _lacking(node.objects[index], inner))
    elif isinstance(node, Object):
        for name, inner in _holders(schema):
            child = None if node.is_whole else node.fields.get(name)
            if child is None or isinstance(child, Leaf):
                continue
            if _lacks(child, inner):
                yield (name,), node.drop(name)
            else:
                yield from (((name, *path), gone) for path, gone in _lacking(child, inner))


def _holders(schema: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the fields of an object in which something may lack a required field, each with its schema."""
    found = _HOLDERS.get(id(schema))
    if found is None:
        properties: Mapping[str, Any] = schema.get("properties", {})
        found = _HOLDERS[id(schema)] = [(name, inner) for name, inner in properties.items() if _may_lack(inner)]
    return found


_HOLDERS: dict[int, list[tuple[str, Any]]] = {}
"""By identity: the schemas of the areas are read once and stay."""


def _may_lack(schema: Mapping[str, Any]) -> bool:
    """Return whether an object at or below a schema has required fields."""
    inner = [schema.get("items", {}), *schema.get("properties", {}).values()]
    return "required" in schema or any(_may_lack(each) for each in inner if each and isinstance(each, Mapping))


def fits(pattern: tuple[str, ...], value: Any) -> bool:
    """Return whether a value fits the schema of a field; `pattern` holds names, with `*` for the items of a list."""
    if isinstance(value, (str, int)) or value is None:
        return _scalar_fits(pattern, value, is_switch=isinstance(value, bool))
    return bool(_field_validator(pattern).is_valid(value))


@lru_cache(maxsize=8192)
def _scalar_fits(pattern: tuple[str, ...], value: Any, *, is_switch: bool) -> bool:  # noqa: ARG001 - True equals 1
    return bool(_field_validator(pattern).is_valid(value))


@lru_cache(maxsize=2048)
def _field_validator(pattern: tuple[str, ...]) -> Any:
    import jsonschema_rs

    area = catalogue.areas().get(pattern[0])
    schema: Any = area.schema if area else False
    for part in pattern[1:]:
        schema = (
            (schema.get("items") if part == "*" else schema.get("properties", {}).get(part, False)) if schema else False
        )
    return jsonschema_rs.validator_for(schema)


def _place(path: Path) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]


def _to_drop(error: Any, value: Any, area: str) -> list[Path]:
    """Return the smallest places to drop for an error: fields, else the item that lacks something."""
    path: list[str | int] = list(error.instance_path)
    if error.kind.name == "additionalProperties":
        return [(area, *path, str(name)) for name in error.kind.unexpected]
    while path and isinstance(path[-1], int) and not _is_object(value, path):
        path.pop()  # a list of plain values is one field
    return [(area, *path)]


def _is_object(value: Any, path: list[str | int]) -> bool:
    for part in path:
        value = value[part]
    return isinstance(value, dict)


def _remove(root: Object, path: Path) -> Node | None:
    """Remove the node at a path; when the path goes on inside a value, that value."""
    node: Node = root
    for position, part in enumerate(path):
        last = position == len(path) - 1
        if isinstance(node, Object) and isinstance(part, str):
            child = node.fields.get(part)
            if child is None:
                return None
            if last or isinstance(child, Leaf):
                return node.drop(part)
        elif isinstance(node, Items) and isinstance(part, int):
            if part >= len(node.objects):
                return None
            child = node.objects[part]
            if last:
                return node.objects.pop(part)
        else:
            return None
        node = child
    return None


def _provenances(node: Node) -> Iterator[Provenance]:
    if isinstance(node, Leaf):
        yield from ([node.provenance] if node.provenance else [])
        yield from node.elements
    elif isinstance(node, Items):
        for item in node.objects:
            yield from _provenances(item)
    else:
        for child in node.fields.values():
            yield from _provenances(child)


def known_fields(area: str) -> Mapping[str, Any]:
    """Return the properties of an area, or of its items."""
    schema = catalogue.areas()[area].schema
    inner: Mapping[str, Any] = schema.get("items", schema).get("properties", {})
    return inner
