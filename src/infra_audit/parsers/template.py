"""One section template: compiled when the first artefact of its source comes, then used for the rest of the process."""

import json
import re
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from infra_audit.errors import PlatformError
from infra_audit.parsers.grammar import Grammar
from infra_audit.parsers.locator import Locator
from infra_audit.parsers.splitters import Section
from infra_audit.parsers.template_text import Line, TemplateText
from infra_audit.parsers.values import Values

SECONDS = 20.0
"""Longest time one template may work on one artefact; the slowest corpus file needs 0.5 s for all of them."""

_FIRST_VARIABLE = re.compile(r"{{([^|}]*)")
_VARS = re.compile(r"^<vars>$.*?^</vars>$", re.MULTILINE | re.DOTALL)
"""TTP would run this text as Python; the values are handed over instead."""
_SET_VARIABLE = re.compile(r"\s*{{[^{}]*\|\s*set\([^{}]*}}")
_NAME_CALL = re.compile(r"{{\s*name\s*\|.*?\bname\((?P<args>[^)]*)\)")


class Template:
    """A compiled template."""

    def __init__(
        self,
        text: TemplateText,
        tables: Mapping[str, Mapping[str, Any]],
        grammars: Mapping[str, Grammar],
        *,
        located: bool = True,
    ) -> None:
        """Hand a checked text to TTP. Raises PlatformError when TTP cannot compile it. `located=False`: plain TTP."""
        from ttp import ttp

        self.text = text
        values = Values(tables, grammars)
        self._parser = ttp(log_level="CRITICAL")
        values.install(self._parser)
        try:
            self._parser.add_vars(dict(text.variables))
            self._parser.add_template(_prepared(text))
        except (SystemExit, re.error, Exception) as error:
            raise PlatformError("platform.template", file=text.name, line=1, what=f"TTP: {error}") from error
        groups = [group for template in self._parser._templates for group in template.groups]  # noqa: SLF001
        self._starts: list[re.Pattern[str]] = [entry["REGEX"] for group in groups for entry in group.start_re]
        self._all: list[re.Pattern[str]] = [
            entry["REGEX"] for group in groups for entry in (*group.start_re, *group.re)
        ]
        self.locator = Locator(self._parser) if located else None
        values.locator = self.locator

    def opens(self, section: Section) -> bool:
        """Return whether a start line matches a header line: else the body would fall to the section before it."""
        patterns = self._all if section.is_line else self._starts
        return any(pattern.search(f"\n{statement.text}\n") for statement in section.header for pattern in patterns)

    def parse(self, texts: list[str]) -> list[dict[str, Any]]:
        """Return TTP's results for the statements of a bucket. Raises whatever a value function or TTP raises."""
        assert self.locator is not None
        with _time_limit(SECONDS):
            return _dicts(self.locator.parse(texts))

    def plain(self, text: str) -> list[dict[str, Any]]:
        """Return what TTP alone makes of a text; for the test that compares both."""
        self._parser.clear_input()
        self._parser.add_input(text)
        self._parser.parse(one=True)
        result = _dicts([list(entry) for entry in self._parser.result()])
        self._parser.clear_result()
        return result


def _dicts(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        return [dict(node)] if node else []
    return [found for entry in node for found in _dicts(entry)]


def _prepared(text: TemplateText) -> str:
    """Return the body for TTP, with its guesses and traps taken away.

    Digits mean themselves; REST is the rest of the line; `name` keeps what was written; and `set` beside a captured value,
    which TTP drops in silence, becomes `also`. `<vars>`, which TTP would run as Python, are handed over apart.
    """
    numbered = {line.number: line for line in text.lines}
    lines = text.body.split("\n")
    first = text.offset + 1
    prepared = [
        _prepared_line(line, numbered[number]) if number in numbered else line
        for number, line in enumerate(lines, first)
    ]
    return _VARS.sub("", "\n".join(prepared))


def _prepared_line(written: str, line: Line) -> str:
    captured = [variable for variable in line.variables if not variable.calls("set")]
    also = ""
    if captured and len(captured) < len(line.variables):
        fixed = [
            (variable.name, variable.calls("set")[0].args[0]) for variable in line.variables if variable.calls("set")
        ]
        also = "".join(f" | also({json.dumps(name)}, {value!r})" for name, value in fixed)
        written = _SET_VARIABLE.sub("", written).rstrip()
    found = _NAME_CALL.search(written)
    if found:
        written = f'{written[: found.end("args")]}, seen="name_seen"{written[found.end("args") :]}'
    written = re.sub(r"\|\s*REST\b", '| re(".+")', written)
    if also:
        written = written.replace("}}", f"{also} }}}}", 1)
    return _FIRST_VARIABLE.sub(lambda m: f"{{{{{m[1].rstrip()} | _exact_ ", written, count=1)


class TimeLimitError(Exception):
    """A template took too long: a runaway regular expression."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop a runaway expression. Only the main thread can be interrupted; elsewhere the limit is not enforced."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_signal: int, _frame: Any) -> None:
        raise TimeLimitError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
