"""Secrets over several lines: private keys, quoted values, and what a rule says goes on until some line."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra_audit.secret import MARK
from infra_audit.snapshot.rules import BY_SHAPE, Rule, general

BEGIN = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-{4,5}")
_END = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-{4,5}")
_BODY = re.compile(r"[\s>|#!*]*(?:[A-Za-z0-9+/=]*|[A-Za-z-]{4,20}: .{0,100})\s*")
_LONGEST_KEY = 400
"""Lines; a key of 16384 bits has some 200."""
_LONGEST_VALUE = 2000
_BANNER = re.compile(r"^banner\s+\S+\s+(\^C|\S)")
_QUOTE = re.compile(r'(?<!\\)"')


@dataclass(frozen=True, slots=True)
class Block:
    """A secret from a column of its first line to a column of its last; lines are indices from 0, the end column excluded."""

    first: int
    start: int
    last: int
    end: int
    kind: str


def private_key(lines: Sequence[str], index: int) -> Block | None:
    """Return the private key that begins on a line and ends on a later one.

    One without an end goes as far as lines look like one. A key on one line is a shape of secrets.yaml.
    """
    line = lines[index]
    begins = [m for m in BEGIN.finditer(line) if not _END.search(line, m.end())]
    if not begins:
        return None
    begin = begins[0]
    for number in range(index + 1, min(index + _LONGEST_KEY, len(lines))):
        end = _END.search(lines[number])
        if end:
            return Block(index, begin.start(), number, end.end(), "private_key")
    last = index
    while last + 1 < len(lines) and last - index < _LONGEST_KEY and _BODY.fullmatch(lines[last + 1]):
        last += 1
    return Block(index, begin.start(), last, len(lines[last]), "private_key")


def quoted(lines: Sequence[str], index: int) -> Block | None:
    """Return a quoted value after a keyword that ends on a later line, in syntaxes whose quotes span lines."""
    line = MARK.sub(lambda mark: "x" * len(mark[0]), lines[index])  # a mark names kinds that are keywords too
    quotes = [m.start() for m in _QUOTE.finditer(line)]
    if len(quotes) % 2 == 0 or not general().keyword.search(line, 0, quotes[-1] + 1):
        return None
    for number in range(index + 1, min(index + _LONGEST_VALUE, len(lines))):
        end = _QUOTE.search(lines[number])
        if end:
            return Block(index, quotes[-1] + 1, number, end.start(), BY_SHAPE)
    return None


def continued(lines: Sequence[str], index: int, rules: Iterable[Rule]) -> Block | None:
    """Return what a rule with `until` hides from a line on. Without an end everything after it goes."""
    for rule in rules:
        match = rule.pattern.search(lines[index]) if rule.until and rule.hides else None
        if match is None or match.start("secret") < 0:
            continue
        assert rule.until is not None
        for number in range(index + 1, len(lines)):
            if rule.until.search(lines[number]):
                return Block(index, match.start("secret"), number, _closing(lines[number]), rule.kind)
        return Block(index, match.start("secret"), len(lines) - 1, len(lines[-1]), rule.kind)
    return None


def fences(lines: Sequence[str]) -> dict[int, tuple[int, int]]:
    """Return the columns of the delimiter that ends each banner, by index of its line.

    A banner is prose: it may well say "password". Were its end hidden with the rest of the line, all that follows would be
    read as banner.
    """
    found: dict[int, tuple[int, int]] = {}
    delimiter = None
    for index, line in enumerate(lines):
        start = 0
        if delimiter is None:
            opening = _BANNER.match(line) if line.startswith("banner") else None
            if opening is None:
                continue
            delimiter, start = opening[1], opening.end()
        column = line.find(delimiter, start)
        if column >= 0:
            found[index] = (column, column + len(delimiter))
            delimiter = None
    return found


def odd_quote(line: str) -> tuple[int, int] | None:
    """Return the columns of the last quote of a line that opens or closes one over several lines."""
    quotes = [m.start() for m in _QUOTE.finditer(line)]
    return (quotes[-1], quotes[-1] + 1) if len(quotes) % 2 else None


def _closing(line: str) -> int:
    """Return the column up to which a last line goes: a closing quote at its end stays, so that quotes stay balanced."""
    stripped = line.rstrip()
    return len(stripped) - 1 if len(_QUOTE.findall(line)) % 2 and stripped.endswith('"') else len(line)
