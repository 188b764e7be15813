"""One section template: compiled when the first artefact of its source comes, then used for the rest of the process."""

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
from infra_audit.parsers.template_text import TemplateText
from infra_audit.parsers.values import Values

SECONDS = 20.0
"""Longest time one template may work on one artefact; the slowest corpus file needs 0.5 s for all of them."""

_FIRST_VARIABLE = re.compile(r"{{([^|}]*)")
_VARS = re.compile(r"^<vars>$.*?^</vars>$", re.MULTILINE | re.DOTALL)
"""TTP would run this text as Python; the values are handed over instead."""
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
            self._parser.add_template(_prepared(text.body))
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


def _prepared(body: str) -> str:
    """Take away TTP's guesses: digits mean themselves, REST is the rest of the line, `name` keeps what was written."""
    return "\n".join(_prepared_line(line) for line in _VARS.sub("", body).split("\n"))


def _prepared_line(line: str) -> str:
    if "{{" not in line:
        return line
    found = _NAME_CALL.search(line)
    if found:
        line = f'{line[: found.end("args")]}, seen="name_seen"{line[found.end("args") :]}'
    line = re.sub(r"\|\s*REST\b", '| re(".+")', line)
    return _FIRST_VARIABLE.sub(lambda m: f"{{{{{m[1].rstrip()} | _exact_ ", line, count=1)


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
