"""Token grammars: the words of one statement -> fields. A platform writes them as strings in platform.yaml.

    permit              that word                  action:permit/deny   one of these words, kept in the field
    log=logged          that word sets the field   count:int            a typed value (types: grammar_types.py)
    in=side=left        ... sets it to a value     level:@severity      a word, through the platform's table `severity`
    [ a b ]             may be absent              secret:secret@kinds  a secret, perhaps with the word of its kind before it
                                               secret:kinded@kinds  ... with the word of its kind after it
    ( a | b )           the first that fits        { a | b }            any of them, any number of times, any order

`word=a=x;b=y` sets two fields. `word=+field=value` and `+field:type` add to a list. `true`, `false` and `null` as a value mean
themselves. A field `a__b` is the field `b` of the object `a`; fields that begin with `_` are read and dropped; `_id` of an item in
a counted list says which lines speak of the same one, and lists of theirs add up. There is no backtracking into what has matched, so reading is linear; a word left over means
that the statement was not understood, and nothing is returned.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from infra_audit.errors import PlatformError
from infra_audit.parsers.grammar_types import TYPES, Reader, kinded_of, secret_of, word_of

Fields = dict[str, Any]
Step = Callable[[Sequence[str], int, Fields], int | None]
"""Reads words from a position and fills fields; returns the position after them, or None when they do not fit."""


class Part(NamedTuple):
    """A piece of a grammar."""

    step: Step
    openers: frozenset[str] | None = None
    """Words that it can begin with; None = with any, or it may be empty."""
    atomic: bool = False
    """It fills fields only when it fits."""


_TOKEN = re.compile(r"[\[\](){}|]|[^\s\[\](){}|]+")
_CLOSING = {"[": "]", "(": ")", "{": "}"}
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}

_BY_TABLE: Mapping[str, Callable[[Mapping[str, Any]], Reader]] = {"": word_of, "secret": secret_of, "kinded": kinded_of}


class Grammar:
    """One compiled grammar."""

    def __init__(self, text: str, tables: Mapping[str, Mapping[str, Any]]) -> None:
        """Compile. Raises PlatformError `platform.grammar` when the text is not a grammar."""
        self.fields: set[str] = set()
        """Every field it can give, those that are dropped aside."""
        self._tables = tables
        self._tokens = _TOKEN.findall(text)
        self._at = 0
        self._start = self._choice("").step

    def read(self, words: Sequence[str]) -> Fields | None:
        """Return the fields of a statement, or None when not every word was understood."""
        fields: Fields = {}
        end = self._start(words, 0, fields)
        return fields if end == len(words) else None

    def _choice(self, closing: str) -> Part:
        alternatives: list[Part] = []
        parts: list[Part] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token == closing:
                closing = ""
                break
            if token == "|":
                alternatives.append(_sequence(parts))
                parts = []
            elif token in _CLOSING:
                inner = self._choice(_CLOSING[token])
                parts.append({"[": _optional, "(": _same, "{": _repeated}[token](inner))
            elif token in "])}":
                raise PlatformError("platform.grammar", what=f"unexpected {token}")
            else:
                parts.append(self._leaf(token))
        if closing:
            raise PlatformError("platform.grammar", what=f"{closing} is missing")
        alternatives.append(_sequence(parts))
        return _first_of(alternatives)

    def _leaf(self, token: str) -> Part:
        field, colon, kind = token.partition(":")
        if colon and field and kind and "=" not in field:
            self._note(field)
            return Part(_typed(field, self._reader(kind)), atomic=True)
        word, _, rest = token.partition("=")
        if not word:
            raise PlatformError("platform.grammar", what=f"no word in {token}")
        given: Fields = {}
        for assignment in rest.split(";") if rest else ():
            field, has_value, value = assignment.partition("=")
            self._note(field)
            given[field] = _CONSTANTS.get(value, value) if has_value else True
        return Part(_literal(word, given), frozenset({word}), atomic=True)

    def _note(self, field: str) -> None:
        if field and not field.startswith("_"):
            self.fields.add(field.removeprefix("+"))

    def _reader(self, kind: str) -> Reader:
        name, at, table = kind.partition("@")
        if at and table not in self._tables:
            raise PlatformError("platform.grammar", what=f"no table {table}")
        if at and name in _BY_TABLE:
            return _BY_TABLE[name](self._tables[table])
        if kind in TYPES:
            return TYPES[kind]
        words = kind.split("/")
        if len(words) < 2 or not all(words):
            raise PlatformError("platform.grammar", what=f"unknown type {kind}")
        return word_of({word: word for word in words})


class Many(list[Any]):
    """Values that add up."""


def _set(fields: Fields, field: str, value: Any) -> None:
    if field.startswith("+"):
        fields[field[1:]] = Many([*fields.get(field[1:], ()), value])
    else:
        fields[field] = value


def _join(fields: Fields, found: Fields) -> None:
    for name, value in found.items():
        fields[name] = Many([*fields.get(name, ()), *value]) if isinstance(value, Many) else value


def _typed(field: str, reader: Reader) -> Step:
    def step(words: Sequence[str], at: int, fields: Fields) -> int | None:
        found = reader(words, at)
        if found is None:
            return None
        _set(fields, field, found[0])
        return found[1]

    return step


def _literal(word: str, given: Fields) -> Step:
    def step(words: Sequence[str], at: int, fields: Fields) -> int | None:
        if at >= len(words) or words[at] != word:
            return None
        for field, value in given.items():
            _set(fields, field, value)
        return at + 1

    return step


def _sequence(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    steps = [part.step for part in parts]

    def sequence(words: Sequence[str], at: int, fields: Fields) -> int | None:
        for step in steps:
            after = step(words, at, fields)
            if after is None:
                return None
            at = after
        return at

    return Part(sequence, parts[0].openers if parts else None)


def _whole(part: Part) -> Step:
    """Return a step that fills fields only when it fits."""
    if part.atomic:
        return part.step
    step = part.step

    def whole(words: Sequence[str], at: int, fields: Fields) -> int | None:
        found: Fields = {}
        after = step(words, at, found)
        if after is not None:
            _join(fields, found)
        return after

    return whole


def _first_of(alternatives: list[Part]) -> Part:
    """Try alternatives in order; those that open with a word are found by it."""
    if len(alternatives) == 1:
        return alternatives[0]
    openers = frozenset(word for part in alternatives for word in part.openers or ())
    candidates = {
        word: [_whole(part) for part in alternatives if part.openers is None or word in part.openers]
        for word in openers
    }
    others = [_whole(part) for part in alternatives if part.openers is None]

    def choice(words: Sequence[str], at: int, fields: Fields) -> int | None:
        for step in candidates.get(words[at], others) if at < len(words) else others:
            after = step(words, at, fields)
            if after is not None:
                return after
        return None

    return Part(choice, None if others else openers, atomic=True)


def _same(part: Part) -> Part:
    return part


def _optional(part: Part) -> Part:
    step, openers = _whole(part), part.openers

    def optional(words: Sequence[str], at: int, fields: Fields) -> int | None:
        if openers is not None and (at >= len(words) or words[at] not in openers):
            return at
        after = step(words, at, fields)
        return at if after is None else after

    return Part(optional, atomic=True)


def _repeated(part: Part) -> Part:
    step, openers = _whole(part), part.openers

    def repeated(words: Sequence[str], at: int, fields: Fields) -> int | None:
        while at < len(words) and (openers is None or words[at] in openers):
            after = step(words, at, fields)
            if after is None or after == at:
                return at
            at = after
        return at

    return Part(repeated, atomic=True)
