"""Versions as devices write them, compared as far as they can be."""

import re

_PARTS = re.compile(r"\d+|[A-Za-z]+")


def is_of(version: str, pattern: str) -> bool:
    """Say whether a version is one of those a pattern means: the same, or one that goes on after it; `*` = every one."""
    if pattern == "*":
        return True
    if pattern.endswith("*"):
        return version.startswith(pattern[:-1])
    rest = version.removeprefix(pattern)
    return version.startswith(pattern) and not (rest[:1].isdigit() and pattern[-1:].isdigit())


def order(one: str, other: str) -> int | None:
    """Return -1, 0 or 1 as one version is before, at or after another; None when they are of different trains."""
    left, right = _PARTS.findall(one), _PARTS.findall(other)
    for a, b in zip(left, right, strict=False):
        if a.isdigit() and b.isdigit():
            if int(a) != int(b):
                return -1 if int(a) < int(b) else 1
        elif a.casefold() != b.casefold():
            return None
    return (len(left) > len(right)) - (len(left) < len(right))
