"""An Excel workbook with one sheet. Every cell is a text or a number, never a formula."""

import datetime as dt
import io
from collections.abc import Iterable

from infra_audit.errors import InputError, UsageError
from infra_audit.reports.columns import TABLES, headings, row
from infra_audit.reports.interface import Output, Record
from infra_audit.texts import text

_WIDTHS = {
    "title": 44,
    "places": 60,
    "reason": 40,
    "rule": 28,
    "subject": 24,
    "key": 40,
    "problems": 40,
    "sent": 34,
    "reveals": 60,
}
_AUDIT_WIDTHS = {
    "audit_heading": 20,
    "number": 5,
    "required": 6,
    "audit_item": 34,
    "audit_documents": 26,
    "audit_methods": 36,
    "example_number": 11,
    "jisq27002": 10,
    "audit_note": 20,
    "artifacts": 30,
    "audit_subjects": 16,
    "audit_found": 46,
    "assessment": 10,
    "own_clause": 12,
    "statute": 9,
}
_WIDTHS |= {
    **_AUDIT_WIDTHS,
    "related_clauses": 28,
    "related_sections": 28,
    "related_control": 22,
    "threat": 44,
    "transitional": 40,
}
_WIDTHS |= {"out_of_scope": 40, "clause": 18}
_DEFAULT_WIDTH = 14
_A4, _A3 = 9, 8
_PAPERS = {"coverage_audit": _A3}
"""Paper of the sheets that are too wide for A4."""
_FONTS = {"coverage_audit": 9}
"""Points, where cells are long: Excel shows no row that is higher than 409 points."""
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_CELL_LIMIT = 32767
"""Excel refuses longer cells."""


def write(records: Iterable[Record], output: Output) -> None:
    """Write the workbook to `output.path`. Raises UsageError when no path was given, InputError when it cannot be written."""
    import xlsxwriter

    if output.path is None:
        raise UsageError("report.xlsx_needs_file")
    # A fixed creation date: the same records give the same bytes.
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _EPOCH})
    sheet = book.add_worksheet(text("reports", f"sheet.{output.kind}", output.lang))
    common = {"border": 1, "valign": "top", "text_wrap": True, "font_size": _FONTS.get(output.kind, 11)}
    head = book.add_format({"bold": True, "bg_color": "#D9E1F2", **common})
    body = book.add_format(common)
    columns = TABLES[output.kind]
    for number, (column, heading) in enumerate(zip(columns, headings(output.kind, output.lang), strict=True)):
        sheet.set_column(number, number, _WIDTHS.get(column.heading, _DEFAULT_WIDTH))
        sheet.write_string(0, number, heading, head)
    last = 0
    for last, record in enumerate(records, 1):
        for number, (column, cell) in enumerate(zip(columns, row(output.kind, record, output.lang), strict=True)):
            if column.right and cell.isdigit():
                sheet.write_number(last, number, int(cell), body)
            else:
                sheet.write_string(last, number, cell[:_CELL_LIMIT], body)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(_PAPERS.get(output.kind, _A4))
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{text('reports', f'sheet.{output.kind}', output.lang)}")
    sheet.set_footer("&C&P / &N")
    book.close()
    try:
        output.path.write_bytes(buffer.getvalue())
    except OSError as error:
        raise InputError("output.unwritable", file=str(output.path), what=type(error).__name__) from error
