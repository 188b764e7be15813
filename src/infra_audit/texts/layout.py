"""Widths and line breaks on a terminal, where a Japanese character takes two columns.

Counts by the width property of Unicode, as terminals do; small and quick to load, because `--help` needs it too.
"""

import re
import unicodedata

_PIECE = re.compile(r"[!-~]+ ?|\s|[^ -~]")
"""What is not broken: a word of Latin letters with the blank after it, or one other character."""

_NOT_FIRST = frozenset("、。，．）」』】〉》・ー？！％ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
"""Never first in a line (行頭禁則)."""

_NOT_LAST = frozenset("（「『【〈《")
"""Never last in a line (行末禁則)."""


def printable(value: str) -> str:
    """Return a text whose control characters are visible: a configuration must not steer the reader's terminal."""
    return "".join(c if c == "\n" or c.isprintable() else f"\\x{ord(c):02x}" for c in value)


def width(value: str) -> int:
    """Return the columns that a text of one line takes."""
    return sum(_columns(character) for character in value)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(value: str, columns: int) -> list[str]:
    """Break a text into lines of at most `columns` columns: at blanks, and anywhere in Japanese."""
    return [line for paragraph in value.split("\n") for line in _paragraph(paragraph, columns)]


def _paragraph(paragraph: str, columns: int) -> list[str]:
    lines, line, used = [], "", 0
    for piece in _pieces(paragraph, columns):
        size = width(piece.rstrip())
        if line and used + size > columns:
            lines.append(line.rstrip())
            line, used = "", 0
        if line or piece.strip():
            line, used = line + piece, used + width(piece)
    return [*lines, line.rstrip()]


def _pieces(paragraph: str, columns: int) -> list[str]:
    """Return what is not broken; a word longer than a line is cut, a stop stays with what it follows."""
    pieces: list[str] = []
    for found in _PIECE.findall(paragraph):
        held = bool(pieces) and (found in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST)
        if held and width(pieces[-1] + found) <= columns:
            pieces[-1] += found
        else:
            pieces += (
                [found[n : n + columns] for n in range(0, len(found), columns)] if len(found) > columns else [found]
            )
    return pieces
