"""One section template: compiled by TTP, once for all processes, and run by the executor."""

import json
import re
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from infra_audit import cache
from infra_audit.errors import PlatformError
from infra_audit.parsers import executor
from infra_audit.parsers.executor import Effect, Group
from infra_audit.parsers.grammar import Grammar
from infra_audit.parsers.splitters import Section
from infra_audit.parsers.template_text import FUNCTIONS, Line, TemplateText
from infra_audit.parsers.values import Values

_TTP = "0.10"
"""Release line of TTP whose compiled expressions are read; part of what a compiled template depends on."""

_FIRST_VARIABLE = re.compile(r"{{([^|}]*)")
_VARS = re.compile(r"^<vars>$.*?^</vars>$", re.MULTILINE | re.DOTALL)
"""TTP would run this text as Python; the values are handed over instead."""
_SET_VARIABLE = re.compile(r"\s*{{[^{}]*\|\s*set\([^{}]*}}")
_NAME_CALL = re.compile(r"{{\s*name\s*\|.*?\bname\((?P<args>[^)]*)\)")


class Template:
    """A compiled template."""

    def __init__(
        self, text: TemplateText, tables: Mapping[str, Mapping[str, Any]], grammars: Mapping[str, Grammar]
    ) -> None:
        """Compile a checked text. Raises PlatformError when TTP cannot compile it."""
        source = json.dumps([_TTP, _prepared(text), dict(text.variables)])
        data = cache.made("template-1", source, lambda: compiled_data(text))
        self.groups = executor.groups_of(data, Values(tables, grammars).functions())
        self._opens: dict[tuple[str, bool], bool] = {}
        self._reads: dict[str, bool] = {}

    def opens(self, section: Section) -> bool:
        """Return whether a start line matches a header line: else the body would fall to the section before it."""
        return any(self._opened_by(statement.text, starts=not section.is_line) for statement in section.header)

    def _opened_by(self, text: str, *, starts: bool) -> bool:
        key = (text, starts)
        if key not in self._opens:
            self._opens[key] = any(group.matches(text, starts=starts) for group in self.groups)
        return self._opens[key]

    def reads(self, text: str) -> bool:
        """Return whether some line takes a statement, wherever it stands. Raises whatever a value function raises."""
        if text not in self._reads:
            outcomes = [group.outcome(text) for group in _all_groups(self.groups)]
            self._reads[text] = any(o is not None and o.effect in (Effect.OPENS, Effect.ADDS) for o in outcomes)
        return self._reads[text]

    def run(self, texts: Sequence[str], closes: Sequence[bool]) -> executor.Run:
        """Return the records of the statements of a bucket. Raises whatever a value function raises."""
        return executor.run(self.groups, texts, closes)


def _all_groups(groups: Sequence[Group]) -> Iterator[Group]:
    for group in groups:
        yield group
        yield from _all_groups(group.children)


def ttp_of(text: TemplateText, functions: executor.Functions | None = None) -> Any:
    """Return a parser of TTP with a checked text in it, and with the value functions if TTP is to parse, too.

    Raises PlatformError when TTP cannot compile it.
    """
    from ttp import ttp

    parser = ttp(log_level="CRITICAL")
    for name in sorted(FUNCTIONS - {"set", "re"}):
        parser.add_function(functions[name] if functions else _not_called, scope="match", name=name)
    try:
        parser.add_vars(dict(text.variables))
        parser.add_template(_prepared(text))
    except (SystemExit, re.error, Exception) as error:
        raise PlatformError("platform.template", file=text.name, line=1, what=f"TTP: {error}") from error
    return parser


def _not_called(value: Any, *_args: Any, **_kwargs: Any) -> tuple[Any, Any]:
    """Stand for a value function while TTP compiles, which only asks whether it knows the name."""
    return value, None


def compiled_data(text: TemplateText) -> list[dict[str, Any]]:
    """Return what TTP makes of a template as plain data: groups of expressions with the calls of each variable.

    Rests on names inside TTP 0.10 (`_templates`, `groups`, `start_re`, `re`, `children`, `REGEX`, `VARIABLES`), which is why
    the version is pinned and a test compares results with TTP's own.
    """
    return [_group(group, ()) for template in ttp_of(text)._templates for group in template.groups]  # noqa: SLF001


def _group(group: Any, above: tuple[str, ...]) -> dict[str, Any]:
    path = [part for name in group.path for part in name.split(".")]
    starts = {id(entry) for entry in group.start_re}
    entries = list({id(entry): entry for entry in (*group.start_re, *group.re)}.values())
    full = tuple(part.rstrip("*") for part in path)
    return {
        "path": full[len(above) :],
        "many": not path[-1].endswith("**"),
        "rules": [_rule(entry, starts=id(entry) in starts) for entry in entries],
        "children": [_group(child, full) for child in group.children],
    }


def _rule(entry: Mapping[str, Any], *, starts: bool) -> dict[str, Any]:
    return {
        "expression": entry["REGEX"].pattern,
        "starts": starts,
        "variables": [
            [name, [_call(function) for function in variable.functions]]
            for name, variable in entry["VARIABLES"].items()
        ],
    }


def _call(function: Mapping[str, Any]) -> dict[str, Any]:
    if function["name"] == "set":  # its other argument is the line, which has matched
        return {"name": "set", "args": [function["args"][0]], "kwargs": {}}
    return {"name": function["name"], "args": list(function["args"]), "kwargs": dict(function["kwargs"])}


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
def time_limit(seconds: float) -> Iterator[None]:
    """Stop a runaway expression by TimeLimitError. Only the main thread can be interrupted; elsewhere the limit is not enforced."""
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
