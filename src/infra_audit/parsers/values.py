"""The shared functions that a template may call on a value.

Each takes what the function before it returned and gives a value, or refuses: a refused line is not understood and stays
unparsed, which is the only safe answer. TTP's convention: `(value, None)` = taken, `(value, False)` = refused,
`(value, {"new_field": ...})` = taken, with further fields.

    text            without quotes and escapes, line breaks restored
    word("t")       one word through table t of platform.yaml; words("t") many, words without a table as they are
    number(times=1, plus=0)          a decimal number
    duration("m s", never=0)         seconds; units d h m s ms; the total `never` means never, null
    switch("on", "off")              true or false
    numbers         10,20-22 or 10 20 to 22 -> [[10, 10], [20, 22]]
    split(",")      the parts between a separator; split(",", ranges=True) writes A1-A3, port1.0.1-1.0.3 and
                    `port 1/1-3,1/5` out; a word with a blank after it holds for all parts
    decimal         a number with a sign and decimals
    address         address, address/length, address and mask or `address mask-length length`, v4 or v6; network form with address(network=True)
    secret("kind", kinds="t")        what may be said of a secret; with `kinds`, a first word in table t tells its kind
    read("g", "h")  the fields of the first token grammar that reads all words
    spread          after read: its fields become fields of the item, its lists (`+field`) add to those of other lines
    each / append   one value / a list that adds to the field instead of replacing it
    items           after words or numbers: one list item for each value, the other fields of the line repeated
    also("f", v)    a second field on the same line
    name("t")       an interface name in its long form, by table t of short forms; as `name` it also gives `name_seen`, and
                    `type` by the table interface_type
"""

import ipaddress
import re
import string
from collections.abc import Callable, Mapping
from typing import Any

from infra_audit import secret as secrets
from infra_audit.parsers.grammar import Grammar, Many
from infra_audit.parsers.grammar_types import masked
from infra_audit.parsers.splitters import BREAK
from infra_audit.parsers.splitters.quotes import split_words
from infra_audit.parsers.template_text import FUNCTIONS

Result = tuple[Any, Any]
_MOST_ITEMS = 4096
"""Items that one line may make."""
_RANGE = re.compile(r"\s*-\s*|\s+to\s+")
_SEPARATED = re.compile(r"\s*,\s*|\s+")
_WORD_BEFORE = re.compile(r"[A-Za-z]+ +(?=\d)")
_NUMBERED = re.compile(r"(?P<stem>(?:.*[^0-9])?)(?P<number>[0-9]{1,4})")
_DECIMAL = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?")
_SECONDS: Mapping[str, float] = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}


class Adds(list[Any]):
    """Values that add to a field instead of replacing it."""


class Items(list[Any]):
    """Values that make one list item each."""


def refuse(value: Any) -> Result:
    """Say that a value is not understood."""
    return value, False


class Values:
    """The functions for one template of one platform."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], grammars: Mapping[str, Grammar]) -> None:
        """Use the tables and grammars of a platform."""
        self.tables = tables
        self.grammars = grammars
        self._long: dict[tuple[str, str], str | None] = {}
        """Long form of the letters of an interface name, by table and letters."""

    def functions(self) -> dict[str, Callable[..., Result]]:
        """Return the functions by the names that templates use."""
        return {name: getattr(self, name) for name in sorted(FUNCTIONS - {"set", "re"})} | {"set": _constant}

    def text(self, value: str) -> Result:
        """Give the text, without quotes and escapes when it is one quoted text, with its line breaks."""
        words = split_words(value) if value[:1] in ("'", '"') else []
        return (words[0] if len(words) == 1 else value).replace(BREAK, "\n"), None

    def word(self, value: str, table: str) -> Result:
        """Give the neutral value of one word."""
        words, known = split_words(value), self.tables[table]
        return (known[words[0]], None) if len(words) == 1 and words[0] in known else refuse(value)

    def words(self, value: str, table: str | None = None) -> Result:
        """Give the words, or their neutral values in order; a table value may be a list."""
        words = split_words(value)
        if table is None:
            return words, None
        known = self.tables[table]
        if not all(word in known for word in words):
            return refuse(value)
        found: list[Any] = []
        for word in words:
            meant = known[word]
            found += [v for v in (meant if isinstance(meant, list) else [meant]) if v not in found]
        return found, None

    def number(self, value: str, times: int = 1, plus: int = 0) -> Result:
        """Give a decimal number."""
        digits = value.strip("\"'")
        return (int(digits) * times + plus, None) if _is_number(digits) else refuse(value)

    def duration(self, value: str, units: str = "s", never: int | None = None) -> Result:
        """Give seconds; fewer numbers than units are the first ones."""
        words, names = value.replace('"', "").split(), units.split()
        if not words or len(words) > len(names) or not all(_is_number(word) for word in words):
            return refuse(value)
        total = int(sum(int(word) * _SECONDS[name] for word, name in zip(words, names, strict=False)))
        return (None if never is not None and total == never else total), None

    def switch(self, value: str, on: str = "enable", off: str = "disable") -> Result:
        """Give true for one word, false for the other."""
        return (value == on, None) if value in (on, off) else refuse(value)

    def split(self, value: str, separator: str = ",", ranges: bool = False) -> Result:  # noqa: FBT001, FBT002
        """Give the parts of a list written with a separator, ranges of names written out; an empty one has no parts."""
        parts = [part for part in value.strip("\"'").split(separator) if part]
        if not ranges:
            return parts, None
        names: list[str] = []
        word = _WORD_BEFORE.match(parts[0]) if parts else None
        for index, part in enumerate(parts):
            own = part if word is None or index == 0 or not part[0].isdigit() else word[0] + part
            first, dash, last = own.partition("-")
            found = _between(first, last) if dash else [own]
            if found is None:
                return refuse(value)
            names += found
        return names, None

    def decimal(self, value: str) -> Result:
        """Give a number with decimals."""
        return (float(value), None) if _DECIMAL.fullmatch(value) else refuse(value)

    def numbers(self, value: str) -> Result:
        """Give ranges of numbers."""
        found = []
        for part in _SEPARATED.split(_RANGE.sub("-", value.strip())):
            first, dash, last = part.partition("-")
            if not _is_number(first) or (dash and not _is_number(last)):
                return refuse(value)
            found.append([int(first), int(last or first)])
        return found, None

    def address(self, value: str, network: bool = False) -> Result:  # noqa: FBT001, FBT002 - called from templates
        """Give an address in its usual form, with its length when one is written."""
        words = split_words(value)
        try:
            if len(words) == 3 and words[1] == "mask-length":
                words = [f"{words[0]}/{words[2]}"]
            if len(words) == 2 and "." in words[1]:
                found = masked(words[0], words[1], wildcard=False)
                if not isinstance(found, str):  # no addresses, or no mask
                    return refuse(value)
                return (found if network else f"{words[0]}/{found.rpartition('/')[2]}"), None
            if len(words) != 1 or "%" in words[0]:
                return refuse(value)
            if network:
                return str(ipaddress.ip_network(words[0], strict=False)), None
            return str(ipaddress.ip_interface(words[0]) if "/" in words[0] else ipaddress.ip_address(words[0])), None
        except ValueError:
            return refuse(value)

    def secret(self, value: str, kind: str | None = None, kinds: str | None = None) -> Result:
        """Give what may be said of a secret or of its mark."""
        words = split_words(value)
        if kinds and len(words) == 2 and words[0] in self.tables[kinds]:
            kind, words = self.tables[kinds][words[0]], words[1:]
        return (secrets.describe(" ".join(words), kind), None) if words else refuse(value)

    def read(self, value: str, *grammars: str) -> Result:
        """Give the fields of a statement."""
        words = split_words(value)
        for grammar in grammars:
            fields = self.grammars[grammar].read(words)
            if fields is not None:
                return fields, None
        return refuse(value)

    def spread(self, value: Any) -> Result:
        """Make the fields of `read` fields of the item."""
        if not isinstance(value, dict):
            return refuse(value)
        return value, {"new_field": {name: Adds(v) if isinstance(v, Many) else v for name, v in value.items()}}

    def each(self, value: Any) -> Result:
        """Add one value to the field."""
        return Adds([value]), None

    def append(self, value: Any) -> Result:
        """Add a list of values to the field."""
        return (Adds(value), None) if isinstance(value, list) else refuse(value)

    def items(self, value: Any) -> Result:
        """Make one list item of each value; ranges of `numbers` are written out."""
        if not isinstance(value, list) or not value:
            return refuse(value)
        if all(isinstance(entry, list) for entry in value):
            value = [number for first, last in value for number in range(first, last + 1)]
        return (Items(value), None) if len(value) <= _MOST_ITEMS else refuse(value)

    def also(self, value: Any, field: str, other: Any) -> Result:
        """Give a second field with a constant value."""
        return value, {"new_field": {field: other}}

    def name(self, value: str, table: str, seen: str | None = None) -> Result:
        """Give an interface name in its long form; one that the table does not know stays as written."""
        written = " ".join(split_words(value))
        letters = _letters(written)
        if (table, letters) not in self._long:
            self._long[table, letters] = long_letters(letters, self.tables[table])
        long = self._long[table, letters]
        full = written if long is None else long + written[len(letters) :].replace(" ", "")
        if seen is None:
            return full, None
        fields = {seen: written}
        kind = self.tables.get("interface_type", {}).get(full.rstrip("0123456789/.:-"))
        if kind is not None:
            fields["type"] = kind
        return full, {"new_field": fields}


def _constant(_value: Any, value: Any) -> Result:
    """Give the value of `set`: the line itself says it."""
    return value, None


def _letters(written: str) -> str:
    """Return an interface name up to its first digit."""
    return written[: next((i for i, c in enumerate(written) if not (c.isalpha() or c in "-_")), len(written))]


def long_letters(letters: str, table: Mapping[str, str]) -> str | None:
    """Return the long form of the letters of a name: that of the longest short form they begin with; None = no such form."""
    low = letters.lower()
    for short, full in sorted(table.items(), key=lambda entry: (-len(entry[0]), entry[0])):
        if low.startswith(short.lower()) and (full.lower().startswith(low) or low == short.lower()):
            return full
    return None


def _between(first: str, last: str) -> list[str] | None:
    """Return the names from `first` to `last`, which differ in the number at their end; None when they are no such range.

    The last name may leave out what both begin with, or the letters alone: A1-A3, A1-3, port1.0.1-1.0.3, `port 1/1-1/3`.
    """
    start, end = _NUMBERED.fullmatch(first), _NUMBERED.fullmatch(last)
    if start is None or end is None:
        return None
    if end["stem"] not in ("", start["stem"], start["stem"].lstrip(string.ascii_letters + " ")):
        return None
    return [f"{start['stem']}{n}" for n in range(int(start["number"]), int(end["number"]) + 1)] or None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
