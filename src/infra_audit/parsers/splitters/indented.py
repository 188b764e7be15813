"""Indented texts, the IOS family: a header at the margin, its statements below it, deeper levels further in.

The body keeps one blank of indent a level whatever the device used. Texts between delimiters (banners) are one statement
each and are never read as configuration.

The option `leaves` of a source makes each block of a section a section of its own, so that a statement far inside is read
together with its headers.
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

    def line(self, number: int, line: str) -> None:
        """Take one line."""
        stripped = line.strip()
        if self.text is not None:
            self._text(number, ended=self.text.ends_with(line))
        elif not stripped or self.rules.is_comment(line):
            self.result.blank.append(number)
        elif line[0] in " \t" and self.section is not None:
            self._body(self.section, number, len(line) - len(line.lstrip()), stripped)
        elif self.rules.is_frame(line):
            self.result.blank.append(number)
        else:
            self._header(number, stripped)

    def _text(self, number: int, *, ended: bool) -> None:
        if ended and self.text is not None:
            self.result.sections.append(self.text.section(number))
            self.text = None

    def _body(self, section: Section, number: int, indent: int, stripped: str) -> None:
        while self.indents and self.indents[-1] >= indent:
            self.indents.pop()
        self.indents.append(indent)
        section.body.append(Statement(number, number, " " * len(self.indents) + stripped))

    def _header(self, number: int, stripped: str) -> None:
        self.indents = []
        self.text = _opened(number, stripped, self.rules)
        if self.text is None:
            self.section = Section(stripped, (Statement(number, number, stripped),))
            self.result.sections.append(self.section)
        else:
            self.section = None
            self._text(number, ended=bool(self.text.parts) and _closed_at_once(self.text))


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
            found = Section(path, tuple(chain))
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
