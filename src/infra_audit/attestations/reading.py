"""Filled-in forms as data, YAML and Excel alike, with the line or cell of each value."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_audit import xlsxfile, yamlfile
from infra_audit.attestations.columns import COLUMNS, FIRST_ROW, HIDDEN, MARK
from infra_audit.errors import InputError
from infra_audit.texts import LANGUAGES, catalogue
from infra_audit.xlsxfile import Sheet, Value

Place = Sequence[str | int]


@dataclass(frozen=True)
class Filled:
    """What stands in a form, in the format of schemas/attestation.schema.json, and where."""

    path: Path
    data: dict[str, Any]
    where: Callable[[Place], str]
    """Line or cell of a place in the data."""


def read(path: Path) -> Filled:
    """Read a form. Raises InputError when it is neither YAML nor a workbook made as a form."""
    if path.suffix.lower() == ".xlsx":
        return _workbook(path)
    data = _without_nulls(yamlfile.load(path))
    if not isinstance(data, dict):
        raise InputError("attestation.no_form", file=str(path))
    return Filled(path, data, lambda place: f":{yamlfile.line(path, place)}")


def _without_nulls(value: Any) -> Any:
    """Return a value without the fields that nobody filled in."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None and inner != []}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _workbook(path: Path) -> Filled:
    sheets = [sheet for sheet in xlsxfile.load(path) if sheet.at(0, HIDDEN) == MARK]
    if not sheets:
        raise InputError("attestation.no_form", file=str(path))
    answers: list[dict[str, Any]] = []
    cells: list[tuple[str, int]] = []
    """Sheet and row of each answer."""
    for sheet in sheets:
        for row in range(FIRST_ROW, len(sheet.rows)):
            if sheet.at(row, HIDDEN) is not None:
                answers.append(_answer(sheet, row))
                cells.append((sheet.name, row))

    def where(place: Place) -> str:
        number = place[1] if len(place) > 1 else 0
        name, row = cells[int(number)] if cells else (sheets[0].name, 0)
        column = COLUMNS.index(str(place[2])) if len(place) > 2 and place[2] in COLUMNS else 0
        return f" {name}!{xlsxfile.address(row, column)}"

    return Filled(path, {"attestation": 1, "answers": answers}, where)


def _answer(sheet: Sheet, row: int) -> dict[str, Any]:
    """Return what one row says; what a person left blank is left out."""
    subjects = str(sheet.at(2, HIDDEN) or "").split("\n")
    given: dict[str, Any] = {
        "question": str(sheet.at(row, HIDDEN)),
        "about": str(sheet.at(1, HIDDEN)),
        "subjects": subjects,
    }
    for name, read_cell in READERS.items():
        value = sheet.at(row, COLUMNS.index(name))
        if value is not None and str(value).strip():
            given[name] = read_cell(value)
    return given


def _text(value: Value) -> str:
    return str(value).strip()


def _word(value: Value) -> str:
    """Return the answer that a word means, in either language; a word that means none stays and is refused later."""
    said = unicodedata.normalize("NFKC", str(value)).strip().casefold()
    return _words().get(said, said)


def _words() -> dict[str, str]:
    known: dict[str, str] = {}
    for code, entry in catalogue("attest").items():
        if code.startswith("answer."):
            answer = code.removeprefix("answer.")
            known |= {unicodedata.normalize("NFKC", entry[lang]).casefold(): answer for lang in LANGUAGES}
            known[answer] = answer
    return known


ERAS = {"令和": 2018, "R": 2018}
"""Japanese era -> the year before its first."""
DAY = re.compile(r"(令和|R|r)?\s*(\d{1,4}|元)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def day(value: Value) -> str:
    """Return a day as an ISO date, as Excel keeps it or as a person writes it; anything else stays and is refused later."""
    if isinstance(value, dt.date):
        return value.isoformat()
    said = unicodedata.normalize("NFKC", str(value)).strip()
    found = DAY.fullmatch(said)
    if not found:
        return said
    era, year, month, day_of_month = found.groups()
    number = 1 if year == "元" else int(year)
    return f"{ERAS[era.upper()] + number if era else number:04}-{int(month):02}-{int(day_of_month):02}"


def _files(value: Value) -> list[dict[str, str]]:
    """Return the evidence files of a cell, one a line."""
    names = [name.strip() for name in re.split(r"[\n;]", str(value))]
    return [{"file": name} for name in names if name]


READERS: dict[str, Callable[[Value], Any]] = {
    "answer": _word,
    "reason": _text,
    "improvement": _text,
    "answered_on": day,
    "by": _text,
    "confirmed_by": _text,
    "evidence": _files,
}
