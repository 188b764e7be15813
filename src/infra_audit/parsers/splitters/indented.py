"""Indented texts, the IOS family: a header at the margin, its statements below it, deeper levels further in.

The body keeps one blank of indent a level whatever the device used. Texts between delimiters (banners) are one statement
each and are never read as configuration.
"""

from collections.abc import Sequence
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


def split(lines: Sequence[str], rules: Rules) -> Split:
    """Sort the lines of an indented text into sections."""
    result = Split()
    section: Section | None = None
    indents: list[int] = []
    text: _OpenText | None = None
    for number, line in enumerate(lines, 1):
        if text is not None:
            if text.ends_with(line):
                result.sections.append(text.section(number))
                text = None
            continue
        stripped = line.strip()
        if not stripped or rules.is_comment(line):
            result.blank.append(number)
        elif line[0] in " \t" and section is not None:
            indent = len(line) - len(line.lstrip())
            while indents and indents[-1] >= indent:
                indents.pop()
            indents.append(indent)
            section.body.append(Statement(number, number, " " * len(indents) + stripped))
        elif rules.is_frame(line):
            result.blank.append(number)
        else:
            text = _opened(number, stripped, rules)
            indents = []
            if text is None:
                section = Section(stripped, (Statement(number, number, stripped),))
                result.sections.append(section)
            else:
                section = None
                if text.parts and _closed_at_once(text):
                    result.sections.append(text.section(number))
                    text = None
    if text is not None:
        _give_up(text, lines, result)
    return result


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
