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
    return path.split("/")[0].removesuffix("[]")


def pattern(path: str) -> str:
    """Return a path as a coverage key."""
    return path.replace("[]", "/*")
