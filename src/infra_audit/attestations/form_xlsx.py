"""A form as an Excel workbook: A4 landscape, one page wide, answers to be chosen from a list."""

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import Any

from infra_audit.attestations.columns import COLUMNS, FIRST_ROW, HEADING_ROW, HIDDEN, MARK
from infra_audit.attestations.form import FormSheet
from infra_audit.texts import Language, text

WIDTHS = {"number": 10, "text": 44, "role": 16, "answer": 13, "reason": 22, "improvement": 22, "answered_on": 12, "by": 16, "confirmed_by": 16, "evidence": 24}  # fmt: skip
A4 = 9
LONGEST_NAME = 31
"""Letters that Excel allows in the name of a sheet."""
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""A fixed creation date: the same questions give the same bytes."""


def workbook(sheets: Sequence[FormSheet], lang: Language) -> bytes:
    """Return the bytes of the workbook."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": EPOCH, "title": text("attest", "form.title", lang)})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "subject": book.add_format({"bold": True}),
        "how": book.add_format({"text_wrap": True, "valign": "top"}),
        "head": book.add_format(
            {"bold": True, "bg_color": "#D9E1F2", "border": 1, "valign": "vcenter", "text_wrap": True}
        ),
        "asked": book.add_format({"border": 1, "valign": "top", "text_wrap": True, "bg_color": "#F2F2F2"}),
        "given": book.add_format({"border": 1, "valign": "top", "text_wrap": True, "locked": False}),
        "day": book.add_format({"border": 1, "valign": "top", "locked": False, "num_format": "yyyy-mm-dd"}),
    }
    names: set[str] = set()
    for sheet in sheets:
        _sheet(book.add_worksheet(_name(sheet.name, names)), sheet, formats, lang)
    book.close()
    return buffer.getvalue()


def _name(wanted: str, taken: set[str]) -> str:
    """Return a name that Excel allows and no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\']", "_", wanted)[:LONGEST_NAME] or "-"
    name, number = plain, 2
    while name.casefold() in taken:
        ending = f" {number}"
        name, number = plain[: LONGEST_NAME - len(ending)] + ending, number + 1
    taken.add(name.casefold())
    return name


def _sheet(page: Any, sheet: FormSheet, formats: dict[str, Any], lang: Language) -> None:
    page.write_string(0, 0, text("attest", "form.title", lang), formats["title"])
    about = text("attest", f"about.{sheet.about}", lang)
    page.write_string(1, 0, text("attest", "form.subject", lang, about=about, title=sheet.title), formats["subject"])
    page.merge_range(2, 0, 2, HIDDEN - 1, text("attest", "form.how", lang), formats["how"])
    page.set_row(2, 30)
    for number, cell in enumerate((MARK, str(sheet.about), "\n".join(sheet.subjects))):
        page.write_string(number, HIDDEN, cell)
    for number, column in enumerate(COLUMNS):
        page.set_column(number, number, WIDTHS[column])
        page.write_string(HEADING_ROW, number, text("attest", f"column.{column}", lang), formats["head"])
    page.set_row(HEADING_ROW, 32)
    page.set_column(HIDDEN, HIDDEN, None, None, {"hidden": True})
    for row, question in enumerate(sheet.questions, FIRST_ROW):
        asked = (question.number, question.text[lang], text("attest", f"role.{question.role}", lang))
        for number, column in enumerate(COLUMNS):
            if number < len(asked):
                page.write_string(row, number, asked[number], formats["asked"])
            else:
                page.write_blank(row, number, None, formats["day" if column == "answered_on" else "given"])
        page.write_string(row, HIDDEN, question.id)
    last = FIRST_ROW + len(sheet.questions) - 1
    answers = [text("attest", f"answer.{a}", lang) for a in ("yes", "partly", "no", "not_applicable")]
    place = COLUMNS.index("answer")
    page.data_validation(FIRST_ROW, place, last, place, {"validate": "list", "source": answers})
    page.protect("", {"format_rows": True, "format_columns": True})  # against slips only: no password
    page.freeze_panes(FIRST_ROW, 2)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADING_ROW)
    page.print_area(0, 0, last, HIDDEN - 1)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&A&R&P / &N")
