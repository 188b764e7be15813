"""Reading plain facts by path, for derive steps."""

from collections.abc import Iterator
from typing import Any

from infra_audit.parsers.derive import Entry, Facts, Pointer


def items(facts: Facts, path: str) -> Iterator[tuple[Pointer, Any]]:
    """Yield the items of a list (`lines`, `aaa/methods`) with their pointers; nothing when it is not there."""
    at: Pointer = tuple(path.split("/"))
    node: Any = facts
    for name in at:
        node = node.get(name) if isinstance(node, dict) else None
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield (*at, index), item


def values(facts: Facts, path: str) -> Iterator[tuple[Pointer, Any]]:
    """Yield what a path of platform.yaml means (`lines[]/transport_input`, `http/enabled`): pointer and value."""
    yield from _values(facts, path.replace("[]", "/*").split("/"), ())


def _values(node: Any, parts: list[str], at: Pointer) -> Iterator[tuple[Pointer, Any]]:
    if not parts:
        yield at, node
    elif parts[0] == "*":
        for index, item in enumerate(node if isinstance(node, list) else ()):
            yield from _values(item, parts[1:], (*at, index))
    elif isinstance(node, dict) and parts[0] in node:
        yield from _values(node[parts[0]], parts[1:], (*at, parts[0]))


def holder(facts: Facts, pointer: Pointer) -> Any:
    """Return the object that a field belongs to."""
    node: Any = facts
    for part in pointer[:-1]:
        if isinstance(node, dict) and part not in node:
            return {}
        node = node[part]
    return node


def conditions(facts: Facts, pointer: Pointer, when: Entry) -> tuple[Pointer, ...] | None:
    """Return the pointers of the sibling fields that `when` names, or None when one does not have a value it wants."""
    above = holder(facts, pointer)
    for name, wanted in when.items():
        if above.get(name) not in (wanted if isinstance(wanted, list) else [wanted]):
            return None
    return tuple((*pointer[:-1], name) for name in when if name in above)


def area(path: str) -> str:
    """Return the area of a path."""
    return path.split("/", maxsplit=1)[0].removesuffix("[]")


def pattern(path: str) -> str:
    """Return a path as a coverage key."""
    return path.replace("[]", "/*")


def key_fields(pointer: Pointer) -> tuple[str, ...]:
    """Return the names of the key fields of the item that a field belongs to."""
    schema = _list_schema(pointer)
    return tuple(schema.get("x-key", ())) if schema else ()


def key_of(facts: Facts, pointer: Pointer) -> str:
    """Return the stable key of a field of a list item: interfaces[GigabitEthernet0/1]/acl_in."""
    cut = max(index for index, part in enumerate(pointer) if isinstance(part, int))
    item = holder(facts, pointer[: cut + 2])
    parts = ["" if item.get(name) is None else str(item[name]) for name in key_fields(pointer)]
    above = "/".join(str(part) for part in pointer[:cut])
    return "/".join([f"{above}[{','.join(parts)}]", *(str(part) for part in pointer[cut + 1 :])])


def _list_schema(pointer: Pointer) -> dict[str, Any] | None:
    """Return the schema of the innermost list around a field."""
    from infra_audit import catalogue

    found = catalogue.areas().get(str(pointer[0]))
    schema: Any = found.schema if found else {}
    innermost = None
    for part in pointer[1:]:
        if isinstance(part, int):
            innermost = schema
            schema = schema.get("items", {})
        else:
            schema = schema.get("properties", {}).get(part, {})
    return innermost
