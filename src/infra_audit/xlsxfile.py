"""Excel workbooks as plain values: sheets of rows of cells, each cell known by its address.

Values are what a person sees, never formulas: text, numbers, truth values and days.
"""

import datetime as dt
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra_audit.errors import InputError

Value = str | int | float | bool | dt.date | None
LETTERS = 26


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `rows[0]` is row 1."""

    name: str
    rows: tuple[tuple[Value, ...], ...]

    def at(self, row: int, column: int) -> Value:
        """Return the value of a cell, both counted from 0; None outside."""
        cells: Sequence[Value] = self.rows[row] if 0 <= row < len(self.rows) else ()
        return cells[column] if 0 <= column < len(cells) else None


def load(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook. Raises InputError when the file cannot be read or is none."""
    import openpyxl

    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # parts of a workbook that say nothing of its values
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            return [
                Sheet(sheet.title, tuple(tuple(map(_plain, row)) for row in sheet.iter_rows(values_only=True)))
                for sheet in book.worksheets
            ]
    except OSError as error:
        raise InputError("file.unreadable", file=str(path), what=type(error).__name__) from error
    except Exception as error:  # the library raises whatever its parts raise
        raise InputError("xlsx.invalid", file=str(path), what=type(error).__name__) from error


def address(row: int, column: int) -> str:
    """Return the address of a cell, both counted from 0: (0, 27) is AB1."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, LETTERS)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def _plain(value: object) -> Value:
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, str | int | float | bool | dt.date):
        return value
    return str(value)
