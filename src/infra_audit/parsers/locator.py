"""Which line each value of a TTP result came from.

TTP tells no line numbers and keeps the first of two lines that give one name, while a device keeps the last. So the
compiled expressions are wrapped: every captured name travels through TTP as `name@line`, no two matches share a key, and
what wins is decided by us afterwards. A value function is called while its match is in hand, so fields that it adds can
carry the line too.

This rests on internals of TTP 0.10 (`_templates`, `groups`, `start_re`, `re`, `end_re`, `children`, `REGEX`,
`VARIABLES`), which is why the version is pinned and a canary test compares results with and without the wrapping.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

AT = "@"


class _Text(str):
    """A text whose slices know where they were cut; TTP searches slices."""

    __slots__ = ("base",)
    base: int

    def __getitem__(self, index: Any) -> "_Text":
        piece = _Text(str.__getitem__(self, index))
        start = index.indices(len(self))[0] if isinstance(index, slice) else 0
        piece.base = getattr(self, "base", 0) + start
        return piece


class _Functions:
    """Stands for a TTP variable: the name it is stored under and the functions of its chain."""

    __slots__ = ("functions", "var_name", "var_name_original")

    def __init__(self, name: str, functions: list[Any]) -> None:
        self.functions = functions
        self.var_name = self.var_name_original = name


class _Variables(dict[str, Any]):
    """Gives `name@line` the functions of `name`."""

    def __missing__(self, key: str) -> _Functions:
        return _Functions(key, self[key.rpartition(AT)[0]].functions)


class _Match:
    """Stands for a match; TTP takes its groups right before it calls the functions of these values."""

    __slots__ = ("_groups", "_line", "_locator", "_match")

    def __init__(self, match: re.Match[str], groups: dict[str, str], locator: "Locator", line: int) -> None:
        self._match, self._groups, self._locator, self._line = match, groups, locator, line

    def groupdict(self) -> dict[str, str]:
        self._locator.now = self._line
        return self._groups

    def span(self, *args: Any) -> tuple[int, int]:
        return self._match.span(*args)

    def group(self, *args: Any) -> Any:
        return self._match.group(*args)


class _Regex:
    """Stands for a compiled expression of a template line."""

    __slots__ = ("_has_groups", "_locator", "_names", "_starts", "_variables", "pattern", "siblings")

    def __init__(
        self, pattern: re.Pattern[str], locator: "Locator", names: list[str], variables: _Variables, *, starts: bool
    ) -> None:
        self.pattern, self._locator, self._names, self._starts = pattern, locator, names, starts
        self._variables = variables
        self._has_groups = bool(pattern.groupindex)
        self.siblings: tuple[_Regex, ...] = ()
        """The other start lines of the group."""

    def finditer(self, text: "_Text") -> Iterator[_Match]:
        locator = self._locator
        for match in self.pattern.finditer(text):
            line = locator.line_at(text.base + match.start() + 1)
            locator.matched.add(line)
            if self._starts:
                if self._is_refused_for_another(text, match, line):
                    continue
                locator.started.add(line)
            suffix = f"{AT}{line}"
            if self._has_groups:
                groups = {name + suffix: value for name, value in match.groupdict().items()}
            else:
                groups = {name + suffix: match.group() for name in self._names}
            yield _Match(match, groups, locator, line)

    def _is_refused_for_another(self, text: str, match: re.Match[str], line: int) -> bool:
        """Return whether this start line refuses a text that another start line of the group takes.

        TTP would let the refusal end the group and lose the line.
        """
        others = [(other, other.pattern.match(text, match.start())) for other in self.siblings]
        rivals = [(other, found) for other, found in others if found]
        if not rivals or self._takes(match, line):
            return False
        return any(other._takes(found, line) for other, found in rivals)  # noqa: SLF001 - the same class

    def _takes(self, match: re.Match[str], line: int) -> bool:
        """Return whether the value functions take what was captured."""
        self._locator.now = line
        captured = match.groupdict() if self._has_groups else dict.fromkeys(self._names, match.group())
        return all(self._locator.takes(self._variables[name].functions, value) for name, value in captured.items())


class Locator:
    """Wraps one compiled TTP parser."""

    def __init__(self, parser: Any) -> None:
        """Wrap the expressions of `parser`, which must hold exactly one template."""
        self._parser = parser
        self._line_starts: list[int] = [0]
        self.now = 0
        """The line of the match whose value functions are being called."""
        self.matched: set[int] = set()
        """Lines that some template line matched, whether or not a value function refused it."""
        self.started: set[int] = set()
        """Lines that a start line matched."""
        parser.add_function(lambda data: (_based(data), None), scope="input", name="locate")
        for template in parser._templates:  # noqa: SLF001 - the one way to the compiled expressions
            for group in template.groups:
                self._wrap(group)

    def _wrap(self, group: Any) -> None:
        entries = {id(entry): entry for entry in [*group.start_re, *group.re, *group.end_re]}
        starts = {id(entry) for entry in group.start_re}
        for key, entry in entries.items():
            variables = _Variables(entry["VARIABLES"])
            names = [name for name in variables if variables[name].var_name == name]
            entry["VARIABLES"] = variables
            entry["REGEX"] = _Regex(entry["REGEX"], self, names, variables, starts=key in starts)
        regexes = [entry["REGEX"] for entry in group.start_re]
        for regex in regexes:
            regex.siblings = tuple(other for other in regexes if other is not regex)
        for child in group.children:
            self._wrap(child)

    def takes(self, functions: list[Any], value: Any) -> bool:
        """Return whether a chain of value functions takes a value, as TTP would call it."""
        for function in functions:
            value, flag = self._parser._ttp_["match"][function["name"]](value, *function["args"], **function["kwargs"])
            if flag is False:
                return False
        return True

    def line_at(self, offset: int) -> int:
        """Return the line, from 1, of an offset into the text that TTP searches (which begins with one line break)."""
        return bisect_right(self._line_starts, offset - 1)

    def parse(self, texts: list[str]) -> Any:
        """Parse statements, one a line; return TTP's results with `name@line` keys, lines from 1."""
        self.matched, self.started = set(), set()
        self._line_starts = starts = [0]
        for text in texts[:-1]:
            starts.append(starts[-1] + len(text) + 1)
        parser = self._parser
        parser.clear_input()
        parser.add_input("\n".join(texts))
        for template in parser._templates:  # noqa: SLF001 - inputs are made by add_input
            for entry in template.inputs.values():
                if not any(function["name"] == "locate" for function in entry.functions):
                    entry.functions.append({"name": "locate", "args": [], "kwargs": {}})
        try:
            parser.parse(one=True)
            return [list(entry) for entry in parser.result()]  # clear_result empties the lists it gave
        finally:
            parser.clear_result()


def _based(data: str) -> _Text:
    text = _Text(data)
    text.base = 0
    return text
