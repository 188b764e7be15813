"""Brace texts: `{` opens a block, `}` closes it, a statement ends with `;` or with its line.

`/* */` and `#` are comments where a statement could begin. Words in front of a statement say its state: `inactive:` is kept,
`protect:`, `replace:` and `active:` say nothing about the setting.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from infra_audit.parsers.splitters import BREAK, DEEPEST, Oddity, Rules, Split, Statement
from infra_audit.parsers.splitters.trees import INACTIVE, WORD, Leaf, Tree, broken, expanded, finished, is_odd

_STATES = frozenset({"protect:", "replace:", "active:"})


class _TooDeepError(Exception):
    """More blocks inside each other than any device has: which one the rest is in would be a guess."""


@dataclass(slots=True)
class _Block:
    """An open block."""

    statement: Statement
    words: tuple[str, ...]
    inactive: bool
    is_empty: bool = True


class _Reader:
    """The state between two words."""

    def __init__(self) -> None:
        self.tree = Tree()
        self.open: list[_Block] = []
        self.words: list[str] = []
        self.first = 0
        """Line on which the statement in `words` began."""
        self.comment = 0
        """Line on which the comment began that is still open."""
        self.at = 0
        """Line on which the words that are taken begin."""
        self.in_list = False

    def line(self, first: int, last: int, text: str) -> None:
        """Take the words of a line, or of the lines of a quoted text. Raises _TooDeepError."""
        self.at = first
        for word in WORD.findall(text):
            if not self.words:
                if word.startswith("/*"):
                    _, _, after = text.partition("/*")
                    _, found, after = after.partition("*/")
                    if found:
                        self.line(first, last, after)
                    else:
                        self.comment = last
                    return
                if word.startswith("#"):
                    return
                self.first = first
            text = text[text.index(word) + len(word) :]
            self._word(word, last)
        if not self.in_list:
            self.ended(last)

    def _word(self, word: str, last: int) -> None:
        bare = word if word.startswith('"') else word.rstrip(";")
        if word == "{":
            self.opened(last)
        elif bare == "}":
            self.ended(last)
            self.closed(last)
        elif word in (";", "];"):
            self.words += ["]"] if word == "];" else []
            self.ended(last)
        elif word != bare:
            self.words.append(bare)
            self.ended(last)
        else:
            self.in_list = word == "[" or (self.in_list and word != "]")
            self.words.append(word)

    def ended(self, last: int) -> None:
        """Note a complete statement."""
        self.in_list = False
        if not self.words:
            return
        words, inactive = self._state()
        above = tuple(word for block in self.open for word in block.words)
        inactive = inactive or any(block.inactive for block in self.open)
        for block in self.open:
            block.is_empty = False
        frame = tuple(block.statement for block in self.open)
        for each in expanded(words):
            self.tree.leaves.append(Leaf(self.first, last, (*above, *each), frame, inactive))

    def opened(self, last: int) -> None:
        """Begin a block."""
        if len(self.open) >= DEEPEST:
            raise _TooDeepError
        first = self.first if self.words else last
        words, inactive = self._state()
        self.in_list = False
        text = f"{' ' * len(self.open)}{' '.join(words)}"
        for block in self.open:
            block.is_empty = False
        self.open.append(_Block(Statement(first, last, text), tuple(words), inactive))

    def closed(self, line: int) -> None:
        """End a block; one without content is a statement of its own."""
        if not self.open:
            self.tree.split.oddities.append(Oddity(line, "parse.block_end_without_block"))
            self.tree.split.lost.append(line)
            return
        block = self.open.pop()
        if block.is_empty and block.words:
            above = tuple(word for outer in self.open for word in outer.words)
            frame = tuple(outer.statement for outer in self.open)
            inactive = block.inactive or any(outer.inactive for outer in self.open)
            self.tree.leaves.append(
                Leaf(block.statement.first, block.statement.last, (*above, *block.words), frame, inactive)
            )

    def _state(self) -> tuple[list[str], bool]:
        words, inactive = self.words, False
        while words and (words[0] in _STATES or words[0] == INACTIVE):
            inactive = inactive or words[0] == INACTIVE
            words = words[1:]
        self.words = []
        return words, inactive


def fits(lines: Sequence[str]) -> bool:
    """Return whether a text looks like this syntax: some line opens a block or ends a statement."""
    return any(line.rstrip().endswith(("{", ";")) for line in lines)


def split(lines: Sequence[str], rules: Rules) -> Split:
    """Sort the lines of a brace text into sections."""
    reader = _Reader()
    try:
        pending = _read(reader, lines, rules)
    except _TooDeepError:
        reader.open, reader.words = [], []
        broken(reader.tree, lines, reader.at, "parse.block_not_closed")
        return finished(reader.tree, rules, lines)
    return finished(_closed(reader, lines, pending), rules, lines)


def _read(reader: _Reader, lines: Sequence[str], rules: Rules) -> int:
    """Read all lines; return the line on which a text began that never ends, 0 = there is none."""
    pending: list[str] = []
    first = 0
    for number, written in enumerate(lines, 1):
        line = written
        if reader.comment:
            _, found, line = written.partition("*/")
            if not found:
                continue
            reader.comment = 0
        if pending:
            pending.append(line)
            if is_odd(line):
                reader.line(first, number, BREAK.join(pending))
                pending = []
            continue
        if not line.strip():
            continue
        if not reader.words and (rules.is_comment(line) or (not reader.open and rules.is_frame(line))):
            continue
        first = number
        if is_odd(line) and not line.lstrip().startswith(("#", "/*")):
            pending = [line]
        else:
            reader.line(number, number, line)
    return first if pending else 0


def _closed(reader: _Reader, lines: Sequence[str], pending: int) -> Tree:
    """Say what is still open, and account for the lines of structure."""
    tree = reader.tree
    reader.ended(pending - 1 if pending else len(lines))
    if reader.open:
        tree.split.unclosed = True
        tree.split.oddities.append(Oddity(reader.open[-1].statement.first, "parse.block_not_closed"))
        while reader.open:
            reader.closed(reader.open[-1].statement.first)
    if reader.comment:
        tree.split.unclosed = True
        tree.split.oddities.append(Oddity(reader.comment, "parse.text_without_end"))
    if pending:
        broken(tree, lines, pending, "parse.text_without_end")
    return tree
