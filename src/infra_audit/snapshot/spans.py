"""The parts of one line that are secret, and those that a rule understood."""

from collections.abc import Callable
from dataclasses import dataclass

from infra_audit.secret import MARK
from infra_audit.snapshot.rules import BY_SHAPE

FORGED = "forged"


@dataclass(slots=True)
class Span:
    """A secret: columns from 0, end excluded."""

    start: int
    end: int
    kind: str
    kept: bool = False
    """The text is a mark of an earlier pass and stays as it is."""


class Line:
    """One line and what was found in it. All columns are those of the line as it came, so rules do not disturb each other."""

    def __init__(self, text: str, fence: tuple[int, int] | None = None) -> None:
        """Nothing is known of the text yet. `fence` are columns that stay whatever is hidden: the end of a text block."""
        self.text = text
        self._fence = fence
        self.spans: list[Span] = []
        self._understood: list[tuple[int, int]] = []

    def hide(self, start: int, end: int, kind: str, *, name: bool = False) -> None:
        """Make a part secret. What overlaps an earlier part makes one of both; with `name` the same part gets this kind."""
        if start >= end:
            return
        if self._fence and start < self._fence[1] and self._fence[0] < end:
            self.hide(start, self._fence[0], kind, name=name)
            self.hide(self._fence[1], end, kind, name=name)
            return
        for span in self.spans:
            if span.start <= start and end <= span.end:
                if (
                    name
                    and not span.kept
                    and (span.start, span.end) == (start, end)
                    and kind != BY_SHAPE
                    and span.kind != FORGED
                ):
                    span.kind = kind
                return
        touched = [s for s in self.spans if s.start < end and start < s.end]
        self.spans = [s for s in self.spans if s not in touched]
        start, end = min([start, *(s.start for s in touched)]), max([end, *(s.end for s in touched)])
        self.spans.append(Span(start, end, kind))

    def keep_marks(self) -> None:
        """Take the marks in the line for our own."""
        self.spans += [Span(m.start(), m.end(), m["kind"], kept=True) for m in MARK.finditer(self.text)]

    def forged_marks(self) -> int:
        """Take the marks in the line for forged ones, which hide something; return their number."""
        found = list(MARK.finditer(self.text))
        self.spans += [Span(m.start(), m.end(), FORGED) for m in found]
        return len(found)

    def understand(self, start: int, end: int) -> None:
        """Say that a rule knows what the text of these columns is."""
        self._understood.append((start, end))

    def settled(self, column: int) -> int | None:
        """Return the end of the secret or of the understood part that holds the column; None when there is none."""
        ends = [s.end for s in self.spans if s.start <= column < s.end]
        ends += [end for start, end in self._understood if start <= column < end]
        return max(ends, default=None)

    def secret_at(self, column: int) -> Span | None:
        """Return the secret that begins at the column, a quote before it not counted."""
        return next(
            (
                s
                for s in self.spans
                if s.start - 1 <= column <= s.start and self.text[column : s.start] in ("", '"', "'")
            ),
            None,
        )

    def redacted(self, mark: Callable[[str, str], str]) -> str:
        """Return the line with `mark(value, kind)` in the place of each secret."""
        parts, position = [], 0
        for span in sorted(self.spans, key=lambda s: s.start):
            value = self.text[span.start : span.end]
            parts.append(self.text[position : span.start])
            parts.append(value if span.kept else mark(value, span.kind))
            position = span.end
        return "".join([*parts, self.text[position:]])
