"""The formats of register files: one function an ending, which yields cells as they were written.

What a cell means is not decided here but by the column it stands in (`cells`), so that every format reads alike.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from infra_audit import yamlfile
from infra_audit.errors import RegisterError


class Line(NamedTuple):
    """One row as written: heading -> cell."""

    number: int
    """Row of the sheet, line of the text, or number of the entry, from 1."""
    cells: Mapping[str, Any]
    path: tuple[str | int, ...] = ()
    """Place in a YAML file, whose lines are sought only for an error."""


class Sheet(NamedTuple):
    """A register file as written."""

    as_of: Any
    """Day the head of the file names; None = none."""
    lines: tuple[Line, ...]


Reader = Callable[[bytes, str], Sheet]
"""Takes the bytes and the name of the file. Raises InputError with file and place."""

AS_OF = ("as_of", "as of", "基準日")
"""What the head of a file calls its day."""
_ENCODINGS = ("utf-8-sig", "cp932")


def read_yaml(data: bytes, file: str) -> Sheet:
    """Read `{as_of: 2026-11-01, rows: [...]}`, or the rows alone."""
    value = yamlfile.loads(_text(data, file, ("utf-8-sig",)), file)
    head = value if isinstance(value, dict) else {"rows": value}
    rows = head.get("rows")
    if not isinstance(rows, list) or not head.keys() <= {"rows", "as_of"}:
        raise RegisterError("register.shape", file=file)
    above = ("rows",) if isinstance(value, dict) else ()
    if not all(isinstance(row, dict) for row in rows):
        raise RegisterError("register.shape", file=file)
    lines = tuple(Line(number + 1, row, (*above, number)) for number, row in enumerate(rows))
    return Sheet(head.get("as_of"), lines)


def read_csv(data: bytes, file: str) -> Sheet:
    """Read comma-separated cells below a row of headings; `as_of` and its day may stand in a row above them."""
    as_of = None
    headings: list[str] | None = None
    lines = []
    for number, cells in _csv_rows(_text(data, file, _ENCODINGS), file):
        if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
            continue
        if headings is None and cells[0].strip().casefold() in AS_OF:
            as_of = next((cell for cell in cells[1:] if cell.strip()), None)
        elif headings is None:
            headings = _headings(cells, file, number)
        elif any(cell.strip() for cell in cells[len(headings) :]):
            raise RegisterError("register.too_many_cells", file=file, line=number)
        else:
            lines.append(Line(number, dict(zip(headings, cells, strict=False))))
    if headings is None:
        raise RegisterError("register.no_headings", file=file)
    return Sheet(as_of, tuple(lines))


FORMATS: dict[str, Reader] = {".yaml": read_yaml, ".csv": read_csv}
"""By ending of the file's name."""


def _csv_rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line it begins in."""
    reader = csv.reader(io.StringIO(text), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RegisterError("register.csv", file=file, line=number) from error
        if row:
            yield number, row


def _headings(cells: list[str], file: str, line: int) -> list[str]:
    headings = [cell.strip() for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    for position, heading in enumerate(headings):
        if not heading or heading in headings[:position]:
            raise RegisterError("register.heading", file=file, line=line, number=position + 1)
    return headings


def _text(data: bytes, file: str, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RegisterError("register.encoding", file=file)
