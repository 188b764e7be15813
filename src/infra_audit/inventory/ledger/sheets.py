"""A ledger file as rows of cells with their addresses: Excel, or CSV in any of the encodings that Excel writes."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra_audit import xlsxfile
from infra_audit.errors import InputError
from infra_audit.inventory.ledger.columns import ColumnMap, heading
from infra_audit.xlsxfile import Sheet, Value, address

_EXCEL = (b"PK", b"\xd0\xcf")
"""How a workbook begins, and one of the old kind or with a password, which the library refuses."""
_ENCODINGS = ("utf-8-sig", "cp932")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HEADINGS = 2
"""Headings known in a row, at least, that make it the row of headings."""


@dataclass(frozen=True)
class Cell:
    """One cell that is read."""

    place: str
    """Such as 機器台帳!C12."""
    value: Value

    @property
    def text(self) -> str:
        """Return what a person sees; a whole number has no decimal point."""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return "" if self.value is None else str(self.value).strip()


@dataclass(frozen=True)
class Table:
    """One sheet with headings."""

    sheet: Sheet
    header: int
    """Row of the headings, from 0."""
    columns: Mapping[str, int]
    """Field -> column, from 0."""
    unread: tuple[Cell, ...]
    """Headings that nothing reads."""

    def rows(self) -> Iterator[dict[str, Cell]]:
        """Yield the cells of each row below the headings by field, without rows that are empty."""
        for number in range(self.header + 1, len(self.sheet.rows)):
            cells = {field: self.cell(number, column) for field, column in self.columns.items()}
            if any(cell.text for cell in cells.values()):
                yield cells

    def cell(self, row: int, column: int) -> Cell:
        """Return one cell, both counted from 0."""
        return Cell(f"{self.sheet.name}!{address(row, column)}", self.sheet.at(row, column))


def tables(file: Path, columns: ColumnMap) -> tuple[list[Table], list[str]]:
    """Return the sheets with headings, and the names of those without. Raises InputError when there is none with."""
    data = _bytes(file)
    workbook = data.startswith(_EXCEL)
    sheets = xlsxfile.load(file) if workbook else [_csv(file, data)]
    if columns.sheets is not None and workbook:
        missing = [name for name in columns.sheets if name not in {sheet.name for sheet in sheets}]
        for name in missing:
            known = ", ".join(sheet.name for sheet in sheets)
            raise InputError("ledger.no_sheet", file=str(file), sheet=name, known=known)
    wanted = [s for s in sheets if columns.sheets is None or s.name in columns.sheets or len(sheets) == 1]
    found = [table for table in (_table(sheet, columns) for sheet in wanted) if table is not None]
    if not found:
        raise InputError("ledger.no_headings", file=str(file), rows=columns.header_within)
    read = {table.sheet.name for table in found}
    return found, [sheet.name for sheet in sheets if sheet.name not in read]


def _table(sheet: Sheet, columns: ColumnMap) -> Table | None:
    """Return a sheet with its headings: the first of the rows that hold the most of them."""
    fields = columns.fields()
    best: tuple[int, dict[str, int]] = (-1, {})
    for number, row in enumerate(sheet.rows[: columns.header_within]):
        found: dict[str, int] = {}
        for column, value in enumerate(row):
            field = fields.get(heading(value)) if isinstance(value, str) else None
            if field is not None:
                found.setdefault(field, column)
        if len(found) > len(best[1]):
            best = number, found
    header, found = best
    if len(found) < _HEADINGS:
        return None
    read = set(found.values())
    cells = (Cell(f"{sheet.name}!{address(header, c)}", v) for c, v in enumerate(sheet.rows[header]) if c not in read)
    return Table(sheet, header, found, tuple(cell for cell in cells if cell.text))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError("file.unreadable", file=str(file), what=type(error).__name__) from error


def _csv(file: Path, data: bytes) -> Sheet:
    text = _decoded(data, file)
    first = text.split("\n", 1)[0]
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError("ledger.bad_csv", file=str(file)) from error
    return Sheet(file.stem, tuple(tuple(cell or None for cell in row) for row in rows))


def _decoded(data: bytes, file: Path) -> str:
    for encoding in ("utf-16",) if data[:2] in _UTF16 else _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("ledger.encoding", file=str(file))
