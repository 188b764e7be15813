"""Widths on a terminal, where a Japanese character takes two columns."""

from collections.abc import Sequence

import wcwidth


def printable(value: str) -> str:
    """Return a text whose control characters are visible: a configuration must not steer the reader's terminal."""
    return "".join(c if c == "\n" or c.isprintable() else f"\\x{ord(c):02x}" for c in value)


def width(value: str) -> int:
    """Return the columns a text of one line takes."""
    columns = wcwidth.wcswidth(value)
    return columns if columns >= 0 else len(value)


def wrap(value: str, columns: int) -> list[str]:
    """Break a text into lines of at most `columns` columns, at blanks where there are some."""
    lines: list[str] = []
    for paragraph in value.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and width(line + piece.rstrip()) > columns:
                lines.append(line.rstrip())
                line = ""
            line += piece if line else piece.lstrip()
            while width(line) > columns:
                cut = _cut(line, columns)
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line.rstrip())
    return lines


def _pieces(paragraph: str) -> list[str]:
    """Split after blanks, commas and Japanese stops, so that a break never starts a line with one of them."""
    pieces, piece = [], ""
    for character in paragraph:
        piece += character
        if character in " ,、。・）」/":
            pieces.append(piece)
            piece = ""
    return [*pieces, piece] if piece else pieces


def _cut(line: str, columns: int) -> int:
    used = 0
    for place, character in enumerate(line):
        used += max(wcwidth.wcwidth(character), 0)
        if used > columns:
            return max(place, 1)
    return len(line)


def fit(natural: Sequence[int], total: int, floors: Sequence[int] = (), gap: int = 2) -> list[int]:
    """Return column widths that together fit into `total` columns: the widest columns give way first.

    `floors` are widths that columns keep whatever happens; no column gets narrower than `_NARROWEST`.
    """
    widths = list(natural)
    least = [max(_NARROWEST, floor) for floor in floors] or [_NARROWEST] * len(widths)
    room = total - gap * (len(widths) - 1)
    while sum(widths) > room:
        giving = [n for n in range(len(widths)) if widths[n] > least[n]]
        if not giving:
            break
        widths[max(giving, key=lambda n: widths[n])] -= 1
    return widths


_NARROWEST = 8
"""No column is made narrower than this to fit."""
