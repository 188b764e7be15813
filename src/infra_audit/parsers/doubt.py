"""Whether a line that was not understood could be the one that gives a field.

Asked before a default is made: an unread `ip access-group X frob` may well set a filter, an unread `frob` may not. A line is
taken for another form of a template line when it stands at the same level and its first literal words, verbs like `no` and
`set` aside, are those of the template line.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from infra_audit.parsers.accounting import Unread
from infra_audit.parsers.platform import TemplateFile
from infra_audit.parsers.template_text import Line
from infra_audit.parsers.tree import Object, Order

_VERBS = frozenset({"no", "set", "unset", "undo", "append", "delete", "default"})
"""Words before what is set; the two forms of a statement begin with different ones."""
_LITERALS = 2
"""How many words a statement must share with a template line before it may be a form of it."""
_VARIABLE = re.compile(r"{{.*?}}")
_ANY = "\0"


@dataclass(slots=True)
class Doubt:
    """Where the unread lines stand that could give one field."""

    everywhere: bool = False
    """One stands on its own: it could speak of any item."""
    sections: set[Order] = field(default_factory=set)

    def touches(self, top: Object, *, is_item: bool) -> bool:
        """Return whether a field of an item (or of the whole facts) is in doubt."""
        if self.everywhere or (self.sections and not is_item):
            return True
        return not self.sections.isdisjoint(top.sections)


class UnreadLines:
    """The unread lines of one artefact, found by level and first word."""

    def __init__(self, order: int, lines: Iterable[Unread]) -> None:
        """`order` is the place of the artefact in the order of sources."""
        self._order = order
        self._by_word: dict[tuple[int, str], list[tuple[Unread, Sequence[str]]]] = {}
        self._by_level: dict[int, list[tuple[Unread, Sequence[str]]]] = {}
        for unread in lines:
            tokens = _tokens(unread.text.lower())
            level = _level(unread.text)
            self._by_word.setdefault((level, tokens[0] if tokens else ""), []).append((unread, tokens))
            self._by_level.setdefault(level, []).append((unread, tokens))

    def add_to(self, doubt: Doubt, givers: Iterable[tuple[TemplateFile, Line]]) -> None:
        """Note the lines that may be another form of one of the template lines `givers`."""
        if not self._by_level:
            return
        for template, line in givers:
            level, wanted = _line_tokens(line.text)
            if level not in self._by_level:
                continue
            if wanted and wanted[0] != _ANY:
                candidates = self._by_word.get((level, wanted[0]), [])
            else:
                candidates = self._by_level.get(level, [])
            for unread, tokens in candidates:
                if (unread.is_header or template in unread.place.claims) and _is_like(tokens, wanted):
                    if unread.is_header:
                        doubt.everywhere = True
                    else:
                        doubt.sections.add((self._order, unread.place.index))


def _level(text: str) -> int:
    return len(text) - len(text.lstrip())


def _tokens(text: str) -> list[str]:
    tokens = text.split()
    while tokens and tokens[0] in _VERBS:
        tokens = tokens[1:]
    return tokens


@lru_cache(maxsize=8192)
def _line_tokens(line: str) -> tuple[int, tuple[str, ...]]:
    """Return level and words of a template line without its verb; a word with a variable in it fits any word."""
    return _level(line), tuple(_ANY if _ANY in token else token.lower() for token in _tokens(_VARIABLE.sub(_ANY, line)))


def _is_like(tokens: Sequence[str], wanted: Sequence[str]) -> bool:
    literals = 0
    for word, literal in zip(tokens, wanted, strict=False):
        if literal == _ANY:
            continue
        if word != literal:
            return False
        literals += 1
        if literals == _LITERALS:
            return True
    return True
