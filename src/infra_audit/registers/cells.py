"""What a cell means: its text, made to the type of its column."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

_YES = frozenset({"true", "yes", "y", "1", "はい", "有", "○", "〇", "◯", "する"})
_NO = frozenset({"false", "no", "n", "0", "いいえ", "無", "×", "✕", "-", "しない"})
_DATE = re.compile(r"(?P<year>\d{4})(?:-|/|\.|年)(?P<month>\d{1,2})(?:-|/|\.|月)(?P<day>\d{1,2})日?")
_SEPARATORS = re.compile(r"[;,、；\n]")
_DATE_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class CellError(Exception):
    """A cell does not fit its column; its text is an entry of `register.wants_*`."""

    def __init__(self, wants: str, **fields: Any) -> None:
        """`wants` names what the column wants."""
        super().__init__(wants)
        self.wants = wants
        self.fields = fields


def is_empty(cell: Any) -> bool:
    """Say whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_date(schema: Mapping[str, Any]) -> bool:
    """Say whether a column holds days."""
    return schema.get("pattern") == _DATE_PATTERN


def value(cell: Any, schema: Mapping[str, Any]) -> Any:
    """Return the value of a cell. Raises CellError when it does not fit."""
    if is_date(schema):
        return day(cell)
    if "enum" in schema:
        return _choice(cell, schema["enum"])
    match schema["type"]:
        case "boolean":
            return _switch(cell)
        case "integer" | "number":
            return _number(cell, schema)
        case "array":
            parts = cell if isinstance(cell, list) else _SEPARATORS.split(str(cell))
            found = [value(part, schema["items"]) for part in parts if not is_empty(part)]
            return list(dict.fromkeys(found))
        case _:
            return _words(cell, schema)


def day(cell: Any) -> str:
    """Return a day as YYYY-MM-DD."""
    if isinstance(cell, dt.date):
        return cell.isoformat()[:10]
    found = _DATE.fullmatch(cell.strip()) if isinstance(cell, str) else None
    try:
        if found is None:
            raise CellError("day")
        return dt.date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
    except ValueError as error:
        raise CellError("day") from error


def _choice(cell: Any, words: list[str]) -> str:
    word = str(cell).strip()
    if word not in words:
        raise CellError("word", words=", ".join(words))
    return word


def _switch(cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().casefold()
    if word not in _YES | _NO:
        raise CellError("switch")
    return word in _YES


def _number(cell: Any, schema: Mapping[str, Any]) -> int | float:
    kind = int if schema["type"] == "integer" else float
    low, high = schema.get("minimum", "-"), schema.get("maximum", "-")
    try:
        number = kind(str(cell).strip().removesuffix(".0"))
    except ValueError as error:
        raise CellError("number", low=low, high=high) from error
    if (low != "-" and number < low) or (high != "-" and number > high):
        raise CellError("number", low=low, high=high)
    return number


def _words(cell: Any, schema: Mapping[str, Any]) -> str:
    if isinstance(cell, bool | list | dict):
        raise CellError("text")
    text = str(cell).strip()
    if "pattern" in schema and not re.search(schema["pattern"], text):
        raise CellError("prefix")
    return text
