"""Dates as they are written in a ledger: of the Japanese eras, of the common one, and as Excel counts days."""

import calendar
import datetime as dt
import re
import unicodedata

_ERAS = {
    "令和": 2018, "令": 2018, "r": 2018,
    "平成": 1988, "平": 1988, "h": 1988,
    "昭和": 1925, "昭": 1925, "s": 1925,
}  # fmt: skip
"""The year before the first of each era. A year past the end of its era is taken as it was meant."""
_ERA = re.compile(r"(令和|平成|昭和|[令平昭]|[rhs])\.?(元|\d{1,2})(?:年|[./-])(.*)")
_COMMON = re.compile(r"(?:西暦)?(\d{4})(?:年|[./-])(.*)")
_DAY = re.compile(r"(\d{1,2})(?:月|[./-])(\d{1,2})日?(?:\(.\))?")
_MONTH = re.compile(r"(\d{1,2})月?末?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EXCEL = re.compile(r"\d{5}(?:\.0)?")
_MONTHS = 12
_EXCEL_START = dt.date(1899, 12, 30)


def date(value: object, *, last: bool = False) -> dt.date | None:
    """Return the day that a cell means, None when it means none. A month alone is its first day, or its `last` one."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    written = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value)).casefold())
    if _EXCEL.fullmatch(written):
        return _EXCEL_START + dt.timedelta(days=int(float(written)))
    digits = _DIGITS.fullmatch(written)
    if digits:
        return _day(*map(int, digits.groups()))
    era = _ERA.fullmatch(written)
    if era:
        years = 1 if era[2] == "元" else int(era[2])
        return _within(_ERAS[era[1]] + years, era[3], last=last) if years else None
    common = _COMMON.fullmatch(written)
    return _within(int(common[1]), common[2], last=last) if common else None


def _within(year: int, rest: str, *, last: bool) -> dt.date | None:
    day = _DAY.fullmatch(rest)
    if day:
        return _day(year, int(day[1]), int(day[2]))
    month = _MONTH.fullmatch(rest)
    if month is None or not 1 <= int(month[1]) <= _MONTHS:
        return None
    number = int(month[1])
    return _day(year, number, calendar.monthrange(year, number)[1] if last else 1)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
