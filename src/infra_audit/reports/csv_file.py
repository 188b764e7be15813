"""CSV as spreadsheets read it. A cell can never become a formula."""

import csv
from collections.abc import Iterable

from infra_audit.reports.columns import headings, row
from infra_audit.reports.interface import Output, Record
from infra_audit.texts.layout import printable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet compute a cell of an opened CSV file."""


def write(records: Iterable[Record], output: Output) -> None:
    """Write a header and one row a record; cells that hold lists have one line each."""
    writer = csv.writer(output.stream, lineterminator="\r\n")
    writer.writerow(headings(output.kind, output.lang))
    for record in records:
        writer.writerow([_safe(printable(cell)) for cell in row(output.kind, record, output.lang)])


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
