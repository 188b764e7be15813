"""The paths that platform.yaml uses: `area/field`, `area[]/field` for list items, `area[]/object/field`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra_audit.parsers.tree import Items, Leaf, Node, Object


@dataclass(frozen=True, slots=True)
class Place:
    """One field that a path of platform.yaml means in the facts of one target."""

    top: Object
    """The item, or the whole facts for a field that is in no list."""
    is_item: bool
    below: tuple[str, ...]
    """Names from `top` to the field."""

    def get(self) -> Node | None:
        """Return what stands there."""
        node: Node | None = self.top
        for name in self.below:
            node = node.fields.get(name) if isinstance(node, Object) else None
        return node

    def put(self, leaf: Leaf) -> None:
        """Set the field; objects on the way are made."""
        node = self.top
        for name in self.below[:-1]:
            child = node.fields.setdefault(name, Object())
            if not isinstance(child, Object):
                return
            node = child
        node.fields[self.below[-1]] = leaf

    def siblings(self) -> Object | None:
        """Return the object that the field belongs to, or None when it is not there yet."""
        node: Node | None = self.top
        for name in self.below[:-1]:
            node = node.fields.get(name) if isinstance(node, Object) else None
        return node if isinstance(node, Object) else None


def names(at: str) -> tuple[str, ...]:
    """Return the names of a path without the marks of lists."""
    return tuple(part.removesuffix("[]") for part in at.split("/") if part != "*")


def pattern(at: str) -> str:
    """Return a path in the form of a coverage key: `interfaces[]/acl_in` -> `interfaces/*/acl_in`."""
    return at.replace("[]", "/*")


def places(root: Object, at: str) -> Iterator[Place]:
    """Yield every field that a path means. A list that is not there has no items."""
    yield from _places(root, pattern(at).split("/"), is_item=False)


def _places(top: Object, parts: list[str], *, is_item: bool) -> Iterator[Place]:
    if "*" not in parts:
        yield Place(top, is_item, tuple(parts))
        return
    cut = parts.index("*")
    node: Node | None = top
    for name in parts[:cut]:
        node = node.fields.get(name) if isinstance(node, Object) else None
    if isinstance(node, Items):
        for item in node.objects:
            yield from _places(item, parts[cut + 1 :], is_item=True)


def tops(root: Object, path: Sequence[str]) -> Iterator[Object]:
    """Yield the items of a list; `path` holds names, with `[]` on a list that other lists lie in. No path: the facts themselves."""
    if not path:
        yield root
        return
    node: Node | None = root
    for position, part in enumerate(path):
        node = node.fields.get(part.removesuffix("[]")) if isinstance(node, Object) else None
        if part.endswith("[]") and isinstance(node, Items):
            for item in node.objects:
                yield from tops(item, path[position + 1 :])
            return
    if isinstance(node, Items):
        yield from node.objects
