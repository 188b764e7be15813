"""XML texts: an element is a word, its attribute `name` another one, its text the last one; `<entry>` and `<member>` are silent.

Read by expat as it comes. Nothing is resolved: a text that declares entities is not read at all. The version of the
outermost element is a statement (`config version 10.1.0`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from infra_audit.parsers.splitters import BREAK, Oddity, Rules, Split, Statement
from infra_audit.parsers.splitters.trees import WORD, Leaf, Tree, broken, finished, unread

MOST_CHARACTERS = 64_000_000
MOST_DEPTH = 100
_SILENT = frozenset({"entry", "member"})


class _RefusedError(Exception):
    """The text has what no configuration has."""


@dataclass(slots=True)
class _Element:
    """An open element."""

    statement: Statement
    words: tuple[str, ...]
    text: list[tuple[int, str]] = field(default_factory=list)
    """Lines and what they hold."""
    has_children: bool = False


class _Reader:
    """Handlers of expat."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.tree = Tree()
        self.open: list[_Element] = []
        self.end_line = 0
        """Line on which the outermost element ended."""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.refuse
        self.parser.StartDoctypeDeclHandler = self.refuse

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber + self.offset

    def refuse(self, *_: object) -> None:
        raise _RefusedError

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.line
        if len(self.open) >= MOST_DEPTH:
            raise _RefusedError
        own = () if name in _SILENT else (name,)
        statement = Statement(line, line, f"<{name}>")
        if self.open:
            self.open[-1].has_children = True
            own = (*own, _word(attributes["name"])) if "name" in attributes else own
        elif "version" in attributes:
            self.tree.leaves.append(Leaf(line, line, (name, "version", _word(attributes["version"])), (statement,)))
        self.open.append(_Element(statement, own))

    def characters(self, text: str) -> None:
        if (self.open and text.strip()) or (self.open and self.open[-1].text):
            self.open[-1].text.append((self.line, text))

    def end(self, _name: str) -> None:
        element = self.open.pop()
        if not self.open:
            self.end_line = self.line
        above = tuple(word for outer in self.open for word in outer.words)
        if element.has_children or not self.open:
            self._stray(element, above)
            return
        value = "".join(text for _, text in element.text).strip()
        words = (*above, *element.words, *((_word(value),) if value else ()))
        if words:
            frame = tuple(outer.statement for outer in self.open)
            self.tree.leaves.append(Leaf(element.statement.first, self.line, words, frame))

    def _stray(self, element: _Element, above: tuple[str, ...]) -> None:
        """Note texts between elements: no configuration has any, so they are statements that nobody knows."""
        for line, text in element.text:
            if text.strip():
                self.tree.split.unclosed = True
                self.tree.split.oddities.append(Oddity(line, "parse.block_end_without_block"))
                self.tree.leaves.append(Leaf(line, line, (*above, *element.words, _word(text.strip()))))


def _word(value: str) -> str:
    """Return a value as one word, in quotes when it would be several."""
    plain = value.replace("\n", BREAK)
    if WORD.fullmatch(plain) and '"' not in plain and "'" not in plain and "\\" not in plain:
        return plain
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def fits(lines: Sequence[str]) -> bool:
    """Return whether a text looks like this syntax: its first line that says something begins with an element."""
    return any(line.lstrip().startswith(("<?xml", "<config", "<response")) for line in lines[:50])


def split(lines: Sequence[str], rules: Rules) -> Split:
    """Sort the lines of an XML text into sections."""
    begin = next((n for n, line in enumerate(lines) if line.lstrip().startswith("<")), len(lines))
    reader = _Reader(begin)
    tree = reader.tree
    reached = begin
    failed = sum(len(line) for line in lines) > MOST_CHARACTERS
    if not failed:
        text = "\n".join([lines[begin].lstrip(), *lines[begin + 1 :]]) if begin < len(lines) else ""
        try:
            reader.parser.Parse(text, True)  # noqa: FBT003 - expat takes no keyword
            reached = len(lines)
        except (expat.ExpatError, _RefusedError, UnicodeEncodeError) as error:
            is_after = isinstance(error, expat.ExpatError) and reader.end_line and not reader.open
            reached = reader.end_line if is_after else 0
            failed = not is_after
    if failed:
        tree.leaves.clear()
        broken(tree, lines, 1, "parse.block_not_closed")
        return finished(tree, rules, lines)
    unread_first = [n for n in range(1, begin + 1) if not _is_around(lines[n - 1], rules)]
    unread_last = [n for n in range(reached + 1, len(lines) + 1) if not _is_around(lines[n - 1], rules)]
    if unread_last:  # whatever it is, the text is more than one configuration
        tree.split.unclosed = True
        tree.split.oddities.append(Oddity(unread_last[0], "parse.block_end_without_block"))
    for number in (*unread_first, *unread_last):
        unread(tree, lines, number, number)
    return finished(tree, rules, lines)


def _is_around(line: str, rules: Rules) -> bool:
    return not line.strip() or rules.is_comment(line) or rules.is_frame(line)
