"""What a section template says, read without running it.

TTP evaluates parts of a template as code and reports mistakes only in its log. So each template is read here first, by
rules that know only the shapes we allow; what is outside them never reaches TTP. The result also tells which facts each
line can give, which the defaults and the lint need.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any, TypeGuard

from infra_audit import yamlfile
from infra_audit.errors import InputError, PlatformError

FUNCTIONS = frozenset(
    [
        "text",
        "word",
        "words",
        "number",
        "duration",
        "switch",
        "numbers",
        "split",
        "decimal",
        "address",
        "secret",
        "read",
        "spread",
        "each",
        "append",
        "items",
        "also",
        "name",
        "set",
        "re",
    ]
)
"""Functions a template may call on a value."""
MARKS = frozenset({"DIGIT", "IP", "REST", "_start_"})
"""What may stand in a chain without brackets besides functions."""

_HEAD = re.compile(r"\A\s*<doc>\n(?P<head>.*?)^</doc>[ \t]*\n", re.DOTALL | re.MULTILINE)
_GROUP = re.compile(r'<group name="(?P<name>[a-z0-9_]+(?:\.[a-z0-9_]+)*\*{1,2})"(?P<table> method="table")?>')
_VARIABLE = re.compile(r"{{(.*?)}}")
_NAME = re.compile(r"_?[a-z][a-z0-9]*(?:_{1,2}[a-z0-9]+)*|_[a-z]*")
_VARS_LINE = re.compile(r'(?P<name>[a-z][a-z0-9_]*) = (?P<value>"(?:[^"\\]|\\.)*"|\'[^\']*\')')
_STATEMENTS_AREAS = re.compile(r"[a-z0-9_]+(?:/(?:\*|[a-z0-9_]+))*")


@dataclass(frozen=True, slots=True)
class Call:
    """One link of a chain: a function with constant arguments, or a mark."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variable:
    """One `{{ name | chain }}`."""

    name: str
    chain: tuple[Call, ...]

    def calls(self, name: str) -> list[Call]:
        """Return the calls of one function in the chain."""
        return [call for call in self.chain if call.name == name]


@dataclass(frozen=True, slots=True)
class Line:
    """One template line."""

    number: int
    text: str
    path: tuple[str, ...]
    """Names of the groups around it: the area and what lies below it."""
    repeats: bool
    """Its group makes list items."""
    starts: bool
    """It opens a group (a new item)."""
    variables: tuple[Variable, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Return the literal words before the first variable."""
        before = self.text.split("{{", 1)[0]
        words = before.split()
        if "{{" in self.text and before and not before[-1].isspace():
            words = words[:-1]
        return tuple(words)

    def fields(self, grammars: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, ...]]:
        """Yield the paths of the facts this line can give, below its area; `grammars` has the fields of each grammar."""
        for variable in self.variables:
            read = [name for call in variable.calls("read") for name in call.args]
            if variable.calls("spread"):
                for name in read:
                    for given in sorted(grammars.get(str(name), ())):
                        yield (*self.path, *given.split("__"))
            elif not variable.name.startswith("_"):
                yield (*self.path, *variable.name.split("__"))
            for call in variable.calls("also"):
                yield (*self.path, *str(call.args[0]).split("__"))
            if variable.name == "name" and variable.calls("name"):
                yield (*self.path, "name_seen")
                yield (*self.path, "type")


@dataclass(frozen=True, slots=True)
class Head:
    """The `<doc>` of a template."""

    sections: tuple[str, ...]
    """Prefixes of section headers; a `$` at the end means the whole header."""
    areas: tuple[str, ...]
    """Areas or field patterns it feeds."""
    source: str | None
    """Source id; None = the platform's main source."""
    scope: str | None
    """`device` or `part` when its sections exist only there on a divided device (VDOMs); None = both."""


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A template that is safe to hand to TTP."""

    name: str
    head: Head
    lines: tuple[Line, ...]
    variables: Mapping[str, str]
    """`<vars>`: regular expressions by name."""
    body: str
    """The text without `<doc>`, as written."""
    length: int
    """Lines of the file."""
    offset: int = 0
    """Lines of the file before the body."""


def load(file: Traversable) -> TemplateText:
    """Return what a template file says. Raises PlatformError like `read`, and when it is no text."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(file.name, 1, f"not readable as UTF-8: {type(error).__name__}") from error
    return read(file.name, text)


def read(name: str, text: str) -> TemplateText:
    """Return what a template says. Raises PlatformError `platform.template` with file, line and what is wrong."""
    found = _HEAD.match(text)
    if found is None:
        raise _wrong(name, 1, "no <doc> at the top")
    offset = text.count("\n", 0, found.end())
    body = text[found.end() :]
    lines, variables = _Reader(name, offset).read(body)
    return TemplateText(name, _head(name, found["head"]), lines, variables, body, text.count("\n"), offset)


def _wrong(name: str, line: int, what: str) -> PlatformError:
    return PlatformError("platform.template", file=name, line=line, what=what)


def _head(name: str, text: str) -> Head:
    try:
        data = yamlfile.loads(text, name)
    except InputError as error:
        raise _wrong(name, 1, "the <doc> is not valid YAML") from error
    if not isinstance(data, dict) or not set(data) <= {"source", "sections", "areas", "scope"}:
        raise _wrong(name, 1, "the <doc> may hold source, sections, areas and scope")
    sections, areas = data.get("sections"), data.get("areas")
    if not _texts(sections) or not _texts(areas):
        raise _wrong(name, 1, "the <doc> needs the lists sections and areas")
    if not all(_STATEMENTS_AREAS.fullmatch(area) for area in areas):
        raise _wrong(name, 1, "an area is written as area or area/*/field")
    if data.get("scope") not in (None, "device", "part"):
        raise _wrong(name, 1, "scope is device or part")
    return Head(tuple(sections), tuple(areas), data.get("source"), data.get("scope"))


def _texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, str) for entry in value)


class _Reader:
    """Reads the body line by line, keeping the groups that are open."""

    def __init__(self, name: str, offset: int) -> None:
        self.name = name
        self.offset = offset
        self.groups: list[tuple[tuple[str, ...], bool, bool]] = []
        """Path, repeats, and whether each line starts an item."""
        self.lines: list[Line] = []
        self.variables: dict[str, str] = {}
        self.fresh = False
        """The next line is the first of its group."""

    def read(self, body: str) -> tuple[tuple[Line, ...], dict[str, str]]:
        """Return the template lines and the `<vars>`."""
        in_variables = False
        for number, line in enumerate(body.split("\n"), self.offset + 1):
            text = line.strip()
            if not text or text.startswith("## "):
                continue
            if text in ("<vars>", "</vars>"):
                in_variables = text == "<vars>"
            elif in_variables:
                self._variable(number, text)
            elif text == "</group>" and self.groups:
                self.groups.pop()
            elif text.startswith("<"):
                self._group(number, text)
            elif not self.groups:
                raise _wrong(self.name, number, "a line outside every <group>")
            else:
                self._line(number, line.rstrip())
        if self.groups or in_variables:
            raise _wrong(self.name, self.offset, "a tag is not closed")
        return tuple(self.lines), self.variables

    def _variable(self, number: int, text: str) -> None:
        found = _VARS_LINE.fullmatch(text)
        if found is None:
            raise _wrong(self.name, number, 'a line of <vars> is: name = "regular expression"')
        value = str(ast.literal_eval(found["value"]))
        try:
            re.compile(value)
        except re.error as error:
            raise _wrong(self.name, number, f"not a regular expression: {error}") from error
        self.variables[found["name"]] = value

    def _group(self, number: int, text: str) -> None:
        found = _GROUP.fullmatch(text)
        if found is None:
            raise _wrong(
                self.name, number, 'only <group name="area*"> or "area**", with method="table", <vars> and <doc>'
            )
        above = self.groups[-1][0] if self.groups else ()
        name = found["name"]
        path = (*above, *name.rstrip("*").split("."))
        self.groups.append((path, not name.endswith("**"), found["table"] is not None))
        self.fresh = True

    def _line(self, number: int, text: str) -> None:
        path, repeats, table = self.groups[-1]
        variables = tuple(self._chain(number, found[1]) for found in _VARIABLE.finditer(text))
        left = _VARIABLE.sub("", text)
        if "{{" in left or "}}" in left or "<" in left or ">" in left or "&" in left:
            raise _wrong(self.name, number, "brackets or & that belong to no variable")
        if not variables:
            raise _wrong(self.name, number, "a line without a variable gives nothing")
        starts = table or self.fresh or any(variable.calls("_start_") for variable in variables)
        self.fresh = False
        self.lines.append(Line(number, text, path, repeats, starts, variables))

    def _chain(self, number: int, text: str) -> Variable:
        name, *links = _split_pipes(text)
        if not _NAME.fullmatch(name):
            raise _wrong(self.name, number, f"not a name: {name}")
        return Variable(name, tuple(self._call(number, link) for link in links))

    def _call(self, number: int, link: str) -> Call:
        if link in MARKS:
            return Call(link)
        try:
            node = ast.parse(link, mode="eval").body
            if isinstance(node, ast.Name):
                call = Call(node.id)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                args = tuple(ast.literal_eval(arg) for arg in node.args)
                call = Call(node.func.id, args, {str(k.arg): ast.literal_eval(k.value) for k in node.keywords})
            else:
                raise _wrong(self.name, number, f"not a call: {link}")
        except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError) as error:
            raise _wrong(self.name, number, f"arguments must be constants: {link}") from error
        if call.name not in FUNCTIONS:
            raise _wrong(self.name, number, f"unknown function {call.name}")
        if any("|" in str(arg) for arg in call.args):
            raise _wrong(self.name, number, "a | inside an argument is read as a chain: name the expression in <vars>")
        return call


def _split_pipes(text: str) -> list[str]:
    """Split at `|` outside quotes; one inside quotes stays, so that it can be refused by name."""
    parts, current, quote = [], "", ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "|":
            parts.append(current.strip())
            current = ""
            continue
        current += character
    return [*parts, current.strip()]
