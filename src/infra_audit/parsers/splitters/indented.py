"""Indented texts, the IOS family: a header at the margin, its statements below it, deeper levels further in.

The body keeps one blank of indent a level whatever the device used. Texts between delimiters (banners) are one statement
each and are never read as configuration.

Where the source names a `separator`, statements of the whole device may be indented too: the first line after a separator
sets the margin of what follows up to the next one.

Three options of a source: `leaves` makes each block of a section a section of its own, so that a statement far inside is
read together with its headers; `continued` joins a text that is written as many lines of one beginning; `scope` names the
lines that lead over to another part of the device.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra_audit.parsers.splitters import BREAK, Oddity, Opaque, Rules, Section, Split, Statement, joined


@dataclass(slots=True)
class _OpenText:
    """An opaque text whose end has not come yet."""

    first: int
    head: str
    rule: Opaque
    delimiter: str
    parts: list[str]

    def ends_with(self, line: str) -> bool:
        """Take one more line; return whether it ended the text."""
        if self.rule.end is not None:
            if self.rule.end.match(line):
                return True
            self.parts.append(line)
            return False
        before, found, _ = line.partition(self.delimiter)
        self.parts.append(before)
        return bool(found)

    def section(self, last: int) -> Section:
        """Return the finished text as one statement that is its own section."""
        text = joined(self.parts).strip(BREAK)
        return Section(self.head, (Statement(self.first, last, f"{self.head} {text}".rstrip()),))


class _Splitter:
    """The state between two lines."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.result = Split()
        self.section: Section | None = None
        self.indents: list[int] = []
        self.text: _OpenText | None = None
        self.margin = 0
        self.scope = ""

    def line(self, number: int, line: str) -> None:
        """Take one line."""
        stripped = line.strip()
        if self.text is not None:
            self._text(number, ended=self.text.ends_with(line))
        elif self.rules.is_separator(line):
            self.section, self.margin = None, -1
            self.result.blank.append(number)
        elif not stripped or self.rules.is_comment(line) or self._leads_elsewhere(line):
            self.result.blank.append(number)
        elif (indent := len(line) - len(line.lstrip())) > max(self.margin, 0) and self.section is not None:
            self._body(self.section, number, indent, stripped)
        elif self.rules.is_frame(line):
            self.result.blank.append(number)
        else:
            if self.margin < 0 or indent < self.margin:
                self.margin = indent
            self._header(number, stripped)

    def _text(self, number: int, *, ended: bool) -> None:
        if ended and self.text is not None:
            section = self.text.section(number)
            section.scope = self.scope
            self.result.sections.append(section)
            self.text = None

    def _leads_elsewhere(self, line: str) -> bool:
        found = self.rules.scope.match(line) if self.rules.scope else None
        if found is None:
            return False
        self.scope = found["scope"] or ""
        self.section = None
        if self.scope and self.scope not in self.result.scopes:
            self.result.scopes.append(self.scope)
        return True

    def _body(self, section: Section, number: int, indent: int, stripped: str) -> None:
        while self.indents and self.indents[-1] >= indent:
            self.indents.pop()
        self.indents.append(indent)
        section.body.append(Statement(number, number, " " * len(self.indents) + stripped))

    def _header(self, number: int, stripped: str) -> None:
        self.indents = []
        self.text = _opened(number, stripped, self.rules)
        if self.text is None and self._goes_on(number, stripped):
            return
        if self.text is None:
            section = Section(stripped, (Statement(number, number, stripped),), scope=self.scope)
            self.section = _begun(section, self.rules)
            self.result.sections.append(self.section)
        else:
            self.section = None
            self._text(number, ended=bool(self.text.parts) and _closed_at_once(self.text))

    def _goes_on(self, number: int, stripped: str) -> bool:
        """Join a line to the statement above it when both begin as a continued text does."""
        begins = self.rules.continued.match(stripped) if self.rules.continued else None
        if begins is None or self.section is None or self.section.body:
            return False
        above = self.section.header[0]
        if above.last != number - 1 or self.section.path != begins[0]:
            return False
        written = joined([above.text, stripped[begins.end() :].removeprefix(" ")])
        self.section.header = (Statement(above.first, number, written),)
        return True


def _begun(section: Section, rules: Rules) -> Section:
    """Return a section as it is, or one that opens a continued text: its path is that beginning."""
    begins = rules.continued.match(section.path) if rules.continued else None
    if begins is not None:
        section.path = begins[0]
        (statement,) = section.header
        if statement.text == begins[0]:
            section.header = (Statement(statement.first, statement.last, f"{begins[0]} "),)
    return section


def _by_block(section: Section) -> Iterator[Section]:
    """Make a section of each run of statements that have the same headers above them."""
    chain = [section.header[0]]
    found: Section | None = None
    for place, statement in enumerate(section.body):
        depth = _depth(statement)
        del chain[depth:]
        if place + 1 < len(section.body) and _depth(section.body[place + 1]) > depth:
            chain.append(statement)
            continue
        if found is None or found.header != tuple(chain):
            if found is not None:
                yield found
            path = " / ".join(header.text.strip() for header in chain)
            found = Section(path, tuple(chain), scope=section.scope)
        words = " ".join(header.text.strip() for header in chain)
        found.body.append(Statement(statement.first, statement.last, f" {words} {statement.text.strip()}"))
    yield found or section


def _depth(statement: Statement) -> int:
    return len(statement.text) - len(statement.text.lstrip(" "))


def split(lines: Sequence[str], rules: Rules) -> Split:
    """Sort the lines of an indented text into sections."""
    splitter = _Splitter(rules)
    for number, line in enumerate(lines, 1):
        splitter.line(number, line)
    if splitter.text is not None:
        _give_up(splitter.text, lines, splitter.result)
    if rules.leaves:
        splitter.result.sections = [
            part
            for section in splitter.result.sections
            for part in (_by_block(section) if rules.leaves.match(section.path) and not section.opaque else [section])
        ]
    return splitter.result


def _opened(number: int, line: str, rules: Rules) -> _OpenText | None:
    for rule in rules.opaque:
        found = rule.start.match(line)
        if not found:
            continue
        if rule.end is not None:
            return _OpenText(number, line, rule, "", [])
        at = found.start("delimiter")
        return _OpenText(number, line[:at].rstrip(), rule, found["delimiter"], [line[found.end("delimiter") :]])
    return None


def _closed_at_once(text: _OpenText) -> bool:
    before, found, _ = text.parts[0].partition(text.delimiter)
    text.parts[0] = before
    return bool(found)


def _give_up(text: _OpenText, lines: Sequence[str], result: Split) -> None:
    """Nothing after a text without end can be trusted: keep its lines apart, unread."""
    result.oddities.append(Oddity(text.first, "parse.text_without_end"))
    result.unclosed = True
    for number in range(text.first, len(lines) + 1):
        line = lines[number - 1].strip()
        if line:
            result.sections.append(Section(line, (Statement(number, number, line),), opaque=True))
        else:
            result.blank.append(number)
