"""JSON pointers (RFC 6901): the addresses of facts and of places in a rule."""

from collections.abc import Iterable
from typing import Any


def join(parts: Iterable[str | int]) -> str:
    """Return the pointer of a path; the empty path gives an empty text."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split(pointer: str) -> list[str]:
    """Return the path of a pointer, unescaped."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def get(document: Any, pointer: str) -> Any:
    """Return the value at a pointer. Raises KeyError or IndexError when there is none."""
    for part in split(pointer):
        document = _step(document, part)
    return document


def replace(document: Any, pointer: str, value: Any) -> None:
    """Put a value in the place of another, in place. Raises KeyError or IndexError when nothing is there: never adds."""
    *head, last = split(pointer)
    for part in head:
        document = _step(document, part)
    _step(document, last)
    if isinstance(document, list):
        document[int(last)] = value
    else:
        document[last] = value


def is_below(pointer: str, ancestor: str) -> bool:
    """Say whether a pointer is an ancestor's own place or lies below it."""
    return pointer == ancestor or pointer.startswith(ancestor + "/")


def _step(value: Any, part: str) -> Any:
    if isinstance(value, list):
        if not part.isdecimal():
            raise KeyError(part)
        return value[int(part)]
    if isinstance(value, dict):
        return value[part]
    raise KeyError(part)
