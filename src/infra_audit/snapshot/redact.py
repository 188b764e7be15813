"""Secrets out of a text, marks in, and every line stays on its number.

Order: secrets over several lines, shapes (what a value shows by itself), statements of the platform, general statements, and
last keywords: after a secret word that nothing understood the whole rest of the line goes. So an unknown statement loses
text, never a secret.

A mark that stands in the incoming text hides something or pretends to: it is redacted as kind `forged`. `guard` is the
other door, for texts that are redacted already (excerpts in reports, log lines): there marks are left as they are.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from infra_audit import secret
from infra_audit.model.evidence import Redaction
from infra_audit.model.platform import Platform
from infra_audit.snapshot import blocks, rules
from infra_audit.snapshot.blocks import Block
from infra_audit.snapshot.decode import LONG_LINE
from infra_audit.snapshot.rules import BY_SHAPE, Rule
from infra_audit.snapshot.spans import FORGED, Line

_QUOTES_SPAN_LINES = frozenset({"fortios", "braces", "set"})
"""Values of `syntax` in platform.yaml."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text without its secrets; `lines` has as many items as the text that went in."""

    lines: tuple[str, ...]
    redactions: tuple[Redaction, ...]


def _syntaxes(source: Mapping[str, Any]) -> Sequence[str]:
    named = source.get("syntax", ())
    return (named,) if isinstance(named, str) else named


class Redactor:
    """Takes the secrets of one platform's texts out; without a platform by the general rules alone."""

    def __init__(self, platform: Platform | None = None, key: bytes | None = None) -> None:
        """`key` is the organisation's: with it marks carry fingerprints."""
        self._key = key
        self._general = rules.general()
        own = rules.of_platform(platform)
        self._rules = own
        self._unhinted = tuple(r for r in own if not r.hinted)
        sources = platform.sources.values() if platform else ()
        self._banners = bool(platform and platform.data.get("banner"))
        self._quotes_span = any(not _QUOTES_SPAN_LINES.isdisjoint(_syntaxes(s)) for s in sources)

    def redact(self, lines: Sequence[str]) -> Redacted:
        """Return the lines without secrets; marks in them are forged."""
        return self._run(lines, trusted=False)

    def guard(self, text: str) -> str:
        """Return a text, of one line or several, without secrets; marks in it are ours and stay."""
        return "\n".join(self._run(text.split("\n"), trusted=True).lines)

    def _run(self, lines: Sequence[str], *, trusted: bool) -> Redacted:
        result = list(lines)
        found: list[Redaction] = []
        within = {rule: _inside(lines, rule) for rule in self._rules if rule.within}
        fences = blocks.fences(lines) if self._banners else {}
        done = -1
        for index in self._candidates(lines):
            if index <= done:
                continue
            active = [r for r in self._rules if r not in within or index in within[r]]
            block = self._block(lines, index, active)
            if block is not None and not (trusted and secret.MARK.match(lines[index], block.start)):
                self._apply(block, lines, result, found, trusted=trusted)
                done = block.last
            elif len(lines[index]) > LONG_LINE:
                result[index] = self._mark(lines[index], "long_line")
                found.append(Redaction(line=index + 1, kind="long_line"))
            else:
                fence = fences.get(index) or (blocks.odd_quote(lines[index]) if self._quotes_span else None)
                result[index] = self._line(lines[index], index, active, found, trusted=trusted, fence=fence)
        return Redacted(tuple(result), tuple(found))

    def _candidates(self, lines: Sequence[str]) -> Iterable[int]:
        """Return the indices of lines that may hold a secret, ascending."""
        needles = {needle for rule in self._unhinted for needle in rule.pattern.needles}
        if not all(rule.pattern.needles for rule in self._unhinted):
            return range(len(lines))
        hit = _lines_with(lines, needles) | _lines_with([line.lower() for line in lines], self._general.hints)
        return sorted(hit)

    def _block(self, lines: Sequence[str], index: int, active: Sequence[Rule]) -> Block | None:
        return (
            blocks.private_key(lines, index)
            or blocks.continued(lines, index, active)
            or (blocks.quoted(lines, index) if self._quotes_span else None)
        )

    def _apply(
        self, block: Block, lines: Sequence[str], result: list[str], found: list[Redaction], *, trusted: bool
    ) -> None:
        """Put one mark into every line of a block, so that each line shows that something stood there."""
        first, last = lines[block.first], lines[block.last]
        before = self._line(first[: block.start], block.first, (), found, trusted=trusted)
        found.append(Redaction(line=block.first + 1, kind=_kind(block.kind, "")))
        if block.first == block.last:
            mark = self._mark(first[block.start : block.end], block.kind)
            after = self._line(first[block.end :], block.first, (), found, trusted=trusted)
            result[block.first] = before + mark + after
            return
        parts = [first[block.start :], *lines[block.first + 1 : block.last], last[: block.end]]
        mark = self._mark("\n".join(parts), block.kind)
        result[block.first] = before + mark
        for index in range(block.first + 1, block.last):
            result[index] = _indentation(lines[index]) + mark
        after = self._line(last[block.end :], block.last, (), found, trusted=trusted)
        result[block.last] = _indentation(last[: block.end]) + mark + after

    def _line(
        self,
        text: str,
        index: int,
        active: Sequence[Rule],
        found: list[Redaction],
        *,
        trusted: bool,
        fence: tuple[int, int] | None = None,
    ) -> str:
        line = Line(text, fence)
        if trusted:
            line.keep_marks()
        else:
            found += [Redaction(line=index + 1, kind=FORGED)] * line.forged_marks()
        for rule in self._general.shapes:  # a shape knows the value, not the statement around it
            _search(rule, line)
        for rule in active:
            _search(rule, line, name=True, understand=True)
        for rule in self._general.statements:
            _search(rule, line, understand=True)
        for pattern in self._general.harmless:
            for match in pattern.finditer(text):
                line.understand(match.start(), match.end())
        self._keywords(line)
        if not line.spans:
            return text
        for span in sorted(line.spans, key=lambda s: s.start):
            if not span.kept and span.kind != FORGED:
                found.append(Redaction(line=index + 1, kind=_kind(span.kind, text[span.start : span.end])))
        return line.redacted(self._mark)

    def _keywords(self, line: Line) -> None:
        """Hide what stands after each keyword that no rule understood."""
        position = 0
        while (match := self._general.keyword.search(line.text, position)) is not None:
            settled = [line.settled(column) for column in (match.start(), match.end("word") - 1)]
            if any(settled):
                position = max(match.start() + 1, *(end for end in settled if end is not None))
                continue
            modifiers = self._general.modifiers.match(line.text, match.end())
            assert modifiers is not None
            start = modifiers.end()
            span = line.secret_at(start)
            if span is not None and span.kind != FORGED:
                position = span.end
                continue
            start, end = _value(line.text, start, tag=match[0].endswith(">"))
            value = line.text[start:end]
            if not value.strip("\"' "):  # an opening quote alone: what it opens is hidden as a block
                position = match.end()
                continue
            line.hide(start, end, "type7" if modifiers["last"] == "7" and _is_hex(value) else BY_SHAPE)
            position = max(end, match.end())

    def _mark(self, value: str, kind: str) -> str:
        return secret.mark(value, None if kind == BY_SHAPE else kind, self._key)


def _search(rule: Rule, line: Line, *, name: bool = False, understand: bool = False) -> None:
    """Hide what a rule finds; `name`: its kind wins, `understand`: keywords in the text it matched are settled."""
    for match in rule.pattern.finditer(line.text):
        if not rule.hides:
            line.understand(match.start(), match.end())
        elif match.start("secret") >= 0:
            line.hide(*_unquoted(line.text, *match.span("secret")), rule.kind, name=name)
            if understand:
                line.understand(match.start(), match.end("secret"))


def _unquoted(text: str, start: int, end: int) -> tuple[int, int]:
    if end - start >= 2 and text[start] == text[end - 1] and text[start] in "\"'":
        return start + 1, end - 1
    return start, end


def _value(text: str, start: int, *, tag: bool) -> tuple[int, int]:
    """Return the columns of what follows a keyword: a quoted value when nothing but punctuation follows it, else the rest."""
    end = len(text.rstrip())
    if tag and (close := text.find("</", start)) >= 0:
        return start, close
    if start < end and text[start] in "\"'":
        close = text.find(text[start], start + 1)
        if close >= 0 and not text[close + 1 : end].strip(",;}])> "):
            return start + 1, close
    while end > start and text[end - 1] in ";,":
        end -= 1
    return start, end


def _kind(kind: str, value: str) -> str:
    return secret.kind_of(value) if kind == BY_SHAPE else kind


def _is_hex(value: str) -> bool:
    return len(value) >= 4 and all(c in "0123456789abcdefABCDEF" for c in value)


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _lines_with(lines: Sequence[str], needles: Collection[str]) -> set[int]:
    """Return the indices of the lines that hold one of some texts."""
    found: set[int] = set()
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    text = "\n".join(lines)
    for needle in needles:
        position = text.find(needle)
        while position >= 0:
            index = bisect_right(starts, position) - 1
            found.add(index)
            position = text.find(needle, starts[index + 1])
    return found


def _inside(lines: Sequence[str], rule: Rule) -> frozenset[int]:
    """Return the indices of the lines between start and end of a rule's blocks."""
    assert rule.within is not None
    start, end = rule.within
    inside, found = False, []
    for index, line in enumerate(lines):
        if start.search(line):
            inside = True
        elif inside and end.search(line):
            inside = False
        elif inside:
            found.append(index)
    return frozenset(found)
