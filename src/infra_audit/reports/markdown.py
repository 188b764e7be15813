"""Markdown tables, for tickets and merge requests."""

from collections.abc import Iterable

from infra_audit.reports.columns import TABLES, headings, row
from infra_audit.reports.interface import Output, Record
from infra_audit.texts.layout import printable


def write(records: Iterable[Record], output: Output) -> None:
    """Write one table."""
    columns = TABLES[output.kind]
    output.stream.write(_line(headings(output.kind, output.lang)))
    output.stream.write("|" + "|".join(" ---: " if c.right else " --- " for c in columns) + "|\n")
    for record in records:
        output.stream.write(_line(row(output.kind, record, output.lang)))


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(_escape(cell) for cell in cells) + " |\n"


def _escape(cell: str) -> str:
    """Escape what could end the table, start a tag or make a link: configurations are hostile."""
    cell = printable(cell)
    for character in ("\\", "|", "`", "*", "_", "[", "]", "<", ">"):
        cell = cell.replace(character, f"\\{character}")
    return cell.replace("\n", "<br>")
