"""An empty ledger as an Excel workbook, with the headings of the map and the words it knows to choose from."""

import datetime as dt
import io
from typing import Any

from infra_audit.inventory.ledger.columns import FIELDS, ColumnMap
from infra_audit.texts import Language, text

_CHOICES = {"kind": "kind", "zone": "zone"}
_DAYS = ("commissioned_on", "maintenance_until", "support_until")
_ROWS = 500
_LONGEST_LIST = 255
"""Letters that Excel allows in a list to choose from."""
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""A fixed creation date: the same map gives the same bytes."""


def workbook(columns: ColumnMap, lang: Language) -> bytes:
    """Return the bytes of an empty ledger."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": EPOCH})
    head = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1, "text_wrap": True})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    texts = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(text("ledger", "sheet", lang))
    fields = [name for name in FIELDS if columns.headings(name)]
    for column, name in enumerate(fields):
        sheet.write_string(0, column, _heading(columns, name, lang), head)
        sheet.set_column(column, column, 18, days if name in _DAYS else texts)
        _choices(sheet, column, columns, name)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, 0, len(fields) - 1)
    book.close()
    return buffer.getvalue()


def _heading(columns: ColumnMap, name: str, lang: Language) -> str:
    """Return the first heading of a field, in English the first that is written in ASCII."""
    headings = columns.headings(name)
    return headings[0] if lang == "ja" else next((h for h in headings if h.isascii() and h.islower()), headings[0])


def _choices(sheet: Any, column: int, columns: ColumnMap, name: str) -> None:
    if name not in _CHOICES:
        return
    chosen: list[str] = []
    for word in columns.data["values"].get(_CHOICES[name], {}):
        if len(",".join([*chosen, word])) <= _LONGEST_LIST:
            chosen.append(word)
    if chosen:  # other words of the map, and several zones, stay possible
        sheet.data_validation(1, column, _ROWS, column, {"validate": "list", "source": chosen, "error_type": "warning"})
