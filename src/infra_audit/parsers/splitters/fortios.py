"""FortiOS texts: `config` and `edit` open blocks, `end` and `next` close them, quoted texts may go over several lines.

Each block that holds statements is a section; its header is the whole chain of `config` and `edit` lines above it, so a
template of a nested block still sees which item it belongs to. `config vdom` / `edit NAME` is taken off the chain and
becomes the scope; `config global` belongs to the device.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from infra_audit.parsers.splitters import DEEPEST, Oddity, Rules, Section, Split, Statement, joined
from infra_audit.parsers.splitters.quotes import open_quote, split_words


@dataclass(slots=True)
class _Block:
    """An open `config` or `edit`."""

    word: str
    section: Section | None
    """None for the lines that only name a scope."""
    has_children: bool = False
    """Some block below it became a section, whose header has the lines of this one."""


class _Splitter:
    """The state between two lines."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.result = Split()
        self.open: list[_Block] = []
        self.scope = ""
        self.too_deep = False

    def line(self, first: int, last: int, raw: str) -> None:
        """Take one statement, written on the lines `first` to `last`."""
        text = raw.strip()
        word, _, rest = text.partition(" ")
        if self.too_deep:
            self.result.lost.extend(range(first, last + 1))
        elif not text or self.rules.is_comment(raw) or (not self.open and self.rules.is_frame(raw)):
            self.result.blank.append(first)
        elif word in ("config", "edit") and rest:
            self._opened(first, last, word, rest.strip())
        elif text in ("next", "end"):
            self._closed(first, text)
        else:
            self._statement(first, last, text)

    def _opened(self, first: int, last: int, word: str, name: str) -> None:
        if word == "edit" and self.open and self.open[-1].word == "edit":
            self.result.oddities.append(Oddity(first, "parse.edit_without_next"))
            self._leave()
        depth = len(self.open)
        if depth >= DEEPEST:
            self.too_deep = True  # which block the rest is in would be a guess
            self.result.lost.extend(range(first, last + 1))
            return
        if self._names_a_scope(word, name, depth):
            self.result.blank.extend(range(first, last + 1))
            self.open.append(_Block(word, None))
            return
        parent = self.open[-1] if self.open else None
        above = parent.section if parent else None
        header = above.header if above else ()
        path = above.path if above else ""
        if word == "config":
            path = f"{path} / {name}" if path else name
        statement = Statement(first, last, f"{' ' * len(header)}{word} {name}")
        self.open.append(_Block(word, Section(path, (*header, statement), scope=self.scope)))

    def _names_a_scope(self, word: str, name: str, depth: int) -> bool:
        if depth == 0:
            self.scope = ""
            return word == "config" and name in ("vdom", "global")
        if depth == 1 and word == "edit" and self.open[0].section is None:
            self.scope = " ".join(split_words(name))
            if self.scope not in self.result.scopes:
                self.result.scopes.append(self.scope)
            return True
        return False

    def _closed(self, number: int, word: str) -> None:
        if word == "end" and self.open and self.open[-1].word == "edit":
            self._leave()
        wanted = "edit" if word == "next" else "config"
        if self.open and self.open[-1].word == wanted:
            self._leave()
            self.result.blank.append(number)
        else:
            self.result.oddities.append(Oddity(number, "parse.block_end_without_block"))
            self.result.lost.append(number)

    def _leave(self) -> None:
        block = self.open.pop()
        if self.open and (block.has_children or block.section is None):
            self.open[-1].has_children = True
        if block.section is None or (block.has_children and not block.section.body):
            return
        block.section.is_empty_block = block.word == "config" and not block.section.body
        self.result.sections.append(block.section)
        if self.open:
            self.open[-1].has_children = True

    def _statement(self, first: int, last: int, text: str) -> None:
        section = self.open[-1].section if self.open else None
        if section is None:
            self.result.sections.append(
                Section(text, (Statement(first, last, text),), scope=self.scope if self.open else "")
            )
        else:
            section.body.append(Statement(first, last, " " * len(section.header) + text))

    def finish(self) -> Split:
        """Close what is still open, and say so."""
        if self.open:
            blocks = [block.section for block in self.open if block.section]
            line = blocks[-1].header[-1].first if blocks else 1
            self.result.oddities.append(Oddity(line, "parse.block_not_closed"))
            self.result.unclosed = True
        while self.open:
            self._leave()
        self.result.sections.sort(key=lambda section: section.header[-1].first)
        return self.result


def split(lines: Sequence[str], rules: Rules) -> Split:
    """Sort the lines of a FortiOS configuration into sections."""
    splitter = _Splitter(rules)
    pending: list[str] = []
    first, quote = 1, ""
    for number, line in enumerate(lines, 1):
        if not pending:
            if line.lstrip().startswith("#"):
                splitter.line(number, number, line)
                continue
            first = number
        quote = open_quote(line, quote)
        if quote:
            pending.append(line)
        elif pending:
            splitter.line(first, number, joined([*pending, line]))
            pending = []
        else:
            splitter.line(number, number, line)
    result = splitter.finish()
    if pending:
        result.oddities.append(Oddity(first, "parse.text_without_end"))
        result.unclosed = True
        for number, line in enumerate(pending, first):
            text = line.strip()
            if text:
                result.sections.append(Section(text, (Statement(number, number, text),), opaque=True))
            else:
                result.blank.append(number)
    return result
