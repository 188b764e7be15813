"""Patterns that are compiled only for texts that could match.

A platform folder holds some hundred regular expressions, and most configurations meet few of them. Each pattern knows which
literal texts a match must hold one of, read off the parsed expression and kept in the cache; a text without them is no
match, which costs a substring search, and the expression is compiled when the first text passes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from re import _constants as constants  # type: ignore[attr-defined]  # the parser of the standard library has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from infra_audit import cache

Needles = tuple[str, ...]
"""A match holds one of these; empty = nothing is known."""

_SHORTEST = 2
"""A single letter excludes nothing."""


class Pattern:
    """A regular expression that is compiled when a text may match it."""

    __slots__ = ("_compiled", "_flags", "needles", "source")

    def __init__(self, source: str, needles: Needles, flags: int = 0) -> None:
        """`needles` are those of `source`."""
        self.source = source
        self.needles = needles
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    def may_match(self, text: str) -> bool:
        """Return whether the text holds what a match must hold."""
        return not self.needles or any(needle in text for needle in self.needles)

    @property
    def compiled(self) -> re.Pattern[str]:
        """Return the compiled expression."""
        if self._compiled is None:
            self._compiled = re.compile(self.source, self._flags)
        return self._compiled

    def search(self, text: str) -> re.Match[str] | None:
        """Search, as `re` does."""
        return self.compiled.search(text) if self.may_match(text) else None

    def match(self, text: str) -> re.Match[str] | None:
        """Match at the beginning, as `re` does."""
        return self.compiled.match(text) if self.may_match(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield all matches, as `re` does."""
        return self.compiled.finditer(text) if self.may_match(text) else iter(())


def patterns(sources: Iterable[str], flags: int = 0) -> list[Pattern]:
    """Return a pattern for each expression. Raises re.error when one is no expression."""
    wanted = list(sources)
    found = cache.made("literals-1", "\0".join(wanted), lambda: [required(source) for source in wanted])
    return [Pattern(source, tuple(needles), flags) for source, needles in zip(wanted, found, strict=True)]


def required(source: str) -> Needles:
    """Return literal texts of which every match of an expression holds at least one. Raises re.error."""
    parsed = parser.parse(source)
    if parsed.state.flags & re.IGNORECASE:
        return ()
    return _best(_candidates(parsed))


def _best(candidates: Sequence[Needles]) -> Needles:
    """Return the choice that excludes most: its shortest text is the longest."""
    usable = [choice for choice in candidates if min(map(len, choice)) >= _SHORTEST]
    return max(usable, key=lambda choice: (min(map(len, choice)), -len(choice)), default=())


def _candidates(sequence: Iterable[tuple[Any, Any]]) -> list[Needles]:
    """Return the choices that a sequence of parsed items makes certain."""
    found: list[Needles] = []
    run = ""
    for code, value in sequence:
        if code is constants.LITERAL:
            run += chr(value)
            continue
        if code is constants.AT:
            continue  # takes no text
        if run:
            found.append((run,))
            run = ""
        found += _inside(code, value)
    return [*found, (run,)] if run else found


def _inside(code: Any, value: Any) -> list[Needles]:
    """Return the choices of one item that holds others; an item that may be absent makes nothing certain."""
    if code is constants.SUBPATTERN:
        _, added, _, inner = value
        return [] if added & re.IGNORECASE else _candidates(inner)
    if code in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
        least, _, inner = value
        return _candidates(inner) if least else []
    if code is constants.BRANCH:
        choices = [_best(_candidates(branch)) for branch in value[1]]
        return [tuple(dict.fromkeys(text for choice in choices for text in choice))] if all(choices) else []
    return []
