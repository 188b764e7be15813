"""Versions of systems, compared by their numbers."""

import re


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: 15.2(4)E8 -> (15, 2, 4, 8)."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def within(version: str | None, since: str | None, until: str | None) -> bool | None:
    """Return whether a version lies in a range, both ends included; None when the version is not known.

    Every version lies in a range without ends. An end is as exact as it is written: 15.2(4)E8 lies within `until: "15.2"`.
    """
    if since is None and until is None:
        return True
    if version is None or not numbers(version):
        return None
    found = numbers(version)
    if since is not None and found < numbers(since):
        return False
    last = numbers(until) if until is not None else found
    return found[: len(last)] <= last
