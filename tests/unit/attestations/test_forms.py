"""Forms: the YAML ones equal the files beside, the workbooks are read back by another library."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from infra_audit import texts
from infra_audit.attestations import form, reading
from infra_audit.attestations.form import FormSheet
from infra_audit.errors import InputError
from infra_audit.model.attestation import About
from infra_audit.model.device import Device
from infra_audit.texts import Language
from tests.unit.attestations.questions import HERE, QUESTIONS, ROOMS

FORMS = HERE / "forms"
DEVICES = [
    Device(id="sw2", kind="switch"),
    Device(id="sw1", kind="switch"),
    Device(id="sv1", kind="linux-server"),
    Device(id="fw1", kind="firewall"),
]


def sheets(about: str, lang: Language) -> list[FormSheet]:
    asked = [question for question in QUESTIONS.values() if question.about == about]
    match about:
        case "device":
            return form.of_devices(DEVICES, asked, lang)
        case "role":
            return form.of_roles(asked, lang)
        case "organisation":
            return form.of_organisation("nagisawa", {"ja": "凪沢市", "en": "Nagisawa City"}[lang], asked)
        case _:
            return form.of_places(About(about), ROOMS, asked)


CASES = [pytest.param(path, *path.stem.split("."), id=path.stem) for path in sorted(FORMS.glob("*.yaml"))]


def test_every_unit_but_sites_has_a_golden_form() -> None:
    assert {param.values[1] for param in CASES} == {str(about) for about in About} - {"site"}


@pytest.mark.parametrize(("path", "about", "lang"), CASES)
def test_yaml_form(path: Path, about: str, lang: Language) -> None:
    assert form.as_yaml(sheets(about, lang), lang) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "about", "lang"), CASES)
def test_an_empty_form_says_the_same_in_both_formats(path: Path, about: str, lang: Language, tmp_path: Path) -> None:
    form.write(sheets(about, lang), tmp_path / "form.xlsx", lang)
    assert reading.read(tmp_path / "form.xlsx").data == reading.read(path).data


@pytest.fixture(params=texts.LANGUAGES)
def lang(request: pytest.FixtureRequest) -> Language:
    value: Language = request.param
    return value


def _book(about: str, lang: Language, folder: Path) -> Any:
    form.write(sheets(about, lang), folder / "form.xlsx", lang)
    return openpyxl.load_workbook(folder / "form.xlsx")


def test_workbook_is_ready_to_print_and_to_fill_in(lang: Language, tmp_path: Path) -> None:
    book = _book("room", lang, tmp_path)
    assert book.sheetnames == ["server-3f", "comm-2f"]
    page = book["server-3f"]
    heads = [page.cell(5, column).value for column in range(1, 11)]
    names = (
        "number",
        "text",
        "role",
        "answer",
        "reason",
        "improvement",
        "answered_on",
        "by",
        "confirmed_by",
        "evidence",
    )
    assert heads == [texts.text("attest", f"column.{name}", lang) for name in names]
    assert [page.cell(row, 1).value for row in (6, 7)] == ["4.2.1-02", "4.2.1-02"]
    assert page["B6"].value == QUESTIONS["camera-missing"].text[lang]
    assert page["C6"].value == texts.text("attest", "role.security-manager", lang)
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$5:$5"
    assert page.column_dimensions["K"].hidden
    assert [page.cell(row, 11).value for row in (1, 2, 3, 6, 7)] == [
        "infra-audit attestation 1", "room", "server-3f", "camera-missing", "room-open",
    ]  # fmt: skip


def test_answers_are_chosen_from_a_list(lang: Language, tmp_path: Path) -> None:
    page = _book("room", lang, tmp_path)["server-3f"]
    choice = page.data_validations.dataValidation[0]
    words = [texts.text("attest", f"answer.{a}", lang) for a in ("yes", "partly", "no", "not_applicable")]
    assert (str(choice.sqref), choice.formula1) == ("D6:D7", f'"{",".join(words)}"')


def test_devices_are_grouped_by_kind_and_asked_what_concerns_them(tmp_path: Path) -> None:
    book = _book("device", "ja", tmp_path)
    assert book.sheetnames == ["linux-server", "switch"]  # nothing is asked about firewalls
    assert book["switch"]["K3"].value == "sw1\nsw2"
    assert [book[name]["K6"].value for name in book.sheetnames] == ["restore-untested", "maintenance-late"]


def test_equal_questions_give_equal_bytes(lang: Language, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        form.write(sheets("role", lang), tmp_path / name, lang)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_names_that_excel_refuses(tmp_path: Path) -> None:
    questions = tuple(QUESTIONS.values())[:1]
    names = ("本庁舎/3F:[サーバ室]", "a" * 40, "a" * 41, "A" * 40)
    made = [FormSheet(name=n, title=n, about=About.ROOM, subjects=(n,), questions=questions) for n in names]
    form.write(made, tmp_path / "form.xlsx", "ja")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    assert book.sheetnames == ["本庁舎_3F__サーバ室_", "a" * 31, f"{'a' * 29} 2", f"{'A' * 29} 3"]
    assert [entry["subjects"] for entry in reading.read(tmp_path / "form.xlsx").data["answers"]] == [[n] for n in names]


def test_a_form_that_may_be_filled_in_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "form.yaml").write_text("filled in", encoding="utf-8")
    with pytest.raises(InputError, match=r"attestation\.exists"):
        form.write(sheets("role", "ja"), tmp_path / "form.yaml", "ja")
    assert (tmp_path / "form.yaml").read_text(encoding="utf-8") == "filled in"
