"""Ledgers beside the inventory that they give, or beside the cells that are wrong.

A case is a folder with `ledger.csv`, or `ledger.yaml` that describes a workbook; `columns.yaml` is an own map, `zones.yaml` the
zones to compare with, an empty file `skip-unknown` the flag. `expected.yml` is the inventory, `expected.txt` what is said
of cells: place, code and fields.
"""

import datetime as dt
import json
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit import catalogue, resources, yamlfile
from infra_audit.errors import InputError
from infra_audit.inventory.ledger import columns, form, reading, writing
from infra_audit.inventory.ledger.dates import date
from infra_audit.inventory.ledger.reading import Ledger
from infra_audit.inventory.ledger.sheets import tables
from infra_audit.registers.reading import read_zones
from infra_audit.texts import LANGUAGES, Language
from infra_audit.texts import catalogue as texts

CASES = sorted(path.parent for path in (Path(__file__).parent / "ledgers").glob("*/ledger.*"))


def workbook(described: Path, file: Path) -> Path:
    """Write the workbook that a YAML file describes."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet in yamlfile.load(described)["sheets"]:
        page = book.create_sheet(sheet["name"])
        for row in sheet["rows"]:
            page.append([dt.datetime.fromisoformat(c["date"]) if isinstance(c, dict) else c or None for c in row])
        for area in sheet.get("merged", ()):
            page.merge_cells(area)
    book.save(file)
    return file


def read(case: Path, tmp_path: Path) -> Ledger:
    """Return the ledger of a case."""
    csv, own, zone_file = case / "ledger.csv", case / "columns.yaml", case / "zones.yaml"
    file = csv if csv.exists() else workbook(case / "ledger.yaml", tmp_path / "ledger.xlsx")
    known = frozenset(zone.id for zone in read_zones(zone_file).zones) if zone_file.exists() else None
    return reading.read(
        file,
        columns.load(own if own.exists() else None),
        catalogue.platforms(),
        zones=known,
        skip_unknown=(case / "skip-unknown").exists(),
    )


def said(ledger: Ledger) -> list[str]:
    """Return all that is said of cells, as lines."""
    lines = [f"unread {cell.place} {cell.text}" for cell in ledger.unread_columns]
    lines += [f"unread sheet {name}" for name in ledger.unread_sheets]
    for complaint in (*ledger.left_out, *ledger.complaints):
        fields = " ".join(f"{name}={value}" for name, value in complaint.fields.items())
        lines.append(f"{complaint.place} {complaint.code} {fields}".strip())
    return lines


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_a_ledger_gives_its_inventory_or_its_mistakes(case: Path, tmp_path: Path) -> None:
    ledger = read(case, tmp_path)
    inventory, lines = case / "expected.yml", case / "expected.txt"
    assert said(ledger) == (lines.read_text("utf-8").splitlines() if lines.exists() else [])
    assert bool(ledger.complaints) is not inventory.exists()
    if (case / "assets.yaml").exists():
        assert writing.assets(ledger).split("\n", 1)[1] == (case / "assets.yaml").read_text("utf-8")
    if inventory.exists():
        assert writing.inventory(ledger).split("\n", 1)[1] == inventory.read_text("utf-8")


def test_the_assets_follow_the_schema_of_the_register(tmp_path: Path) -> None:
    file = resources.root("schemas") / "registers" / "assets.schema.json"
    if not file.is_file():
        pytest.skip("there is no such register")
    rows = yamlfile.loads(writing.assets(read(CASES[0].parent / "excel", tmp_path)), "assets.yaml")
    jsonschema.Draft202012Validator(json.loads(file.read_text("utf-8"))).validate(rows)
    assert len(rows) > 1


def test_every_complaint_is_the_subject_of_a_case(tmp_path: Path) -> None:
    codes = {
        c.code for case in CASES for ledger in [read(case, tmp_path)] for c in (*ledger.complaints, *ledger.left_out)
    }
    assert codes == {code.removeprefix("cell.") for code in texts("ledger") if code.startswith("cell.")}


def test_every_field_has_a_name_in_both_languages() -> None:
    assert [name for name in columns.FIELDS if f"field.{name}" not in texts("ledger")] == []


def test_no_heading_means_two_fields() -> None:
    own = columns.load()
    named = [columns.heading(name) for field in columns.FIELDS for name in own.headings(field)]
    fields = {columns.heading(name): field for field in columns.FIELDS for name in own.headings(field)}
    assert {name for name in named if own.fields()[name] != fields[name]} == set()


def test_every_platform_of_the_map_exists() -> None:
    named = {entry["platform"] for entry in columns.load().data["values"]["platform"]}
    assert named <= set(catalogue.platforms())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_empty_ledger_is_one_that_can_be_read(lang: Language, tmp_path: Path) -> None:
    own = columns.load()
    file = tmp_path / "empty.xlsx"
    file.write_bytes(form.workbook(own, lang))
    found, _ = tables(file, own)
    assert list(found[0].columns) == list(columns.FIELDS)
    assert found[0].unread == ()
    with pytest.raises(InputError, match=r"ledger\.empty"):
        reading.read(file, own, catalogue.platforms())


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (b"", "ledger.no_headings"),
        ("ホスト名,系\n".encode("euc_jp"), "ledger.no_headings"),
        (b"\x81\x20\xff", "ledger.encoding"),
        (b"PK\x03\x04 broken", "xlsx.invalid"),
        (b"\xd0\xcf\x11\xe0 old or with a password", "xlsx.invalid"),
    ],
)
def test_a_file_that_is_no_ledger(written: bytes, code: str, tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    file.write_bytes(written)
    with pytest.raises(InputError, match=code):
        reading.read(file, columns.load(), catalogue.platforms())


@pytest.mark.parametrize(
    ("text", "line", "place"),
    [
        ("columns:\n  hostnam: [x]\n", 2, "/columns/hostnam"),
        ("values:\n  kind:\n    x: toaster\n", 3, "/values/kind/x"),
        ("values:\n  platform:\n    - {model: '(', platform: linux}\n", 3, "/values/platform/0/model"),
    ],
)
def test_a_wrong_map_names_its_line(text: str, line: int, place: str, tmp_path: Path) -> None:
    file = tmp_path / "columns.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"ledger\.bad_map") as caught:
        columns.load(file)
    assert (caught.value.fields["line"], caught.value.fields["place"]) == (line, place)


def test_a_map_that_names_no_platform_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "columns.yaml"
    file.write_text("values: {platform: [{maker: x, platform: cisco_iso}]}", encoding="utf-8")
    with pytest.raises(InputError, match=r"ledger\.map_platform"):
        reading.read(CASES[0] / "ledger.csv", columns.load(file), catalogue.platforms())


def test_what_another_hand_wrote_is_not_overwritten(tmp_path: Path) -> None:
    ledger = read(CASES[0].parent / "utf8-csv", tmp_path)
    assert [file.name for file in writing.write(ledger, tmp_path, tmp_path / "registers")] == [
        "hosts.yml",
        "assets.yaml",
    ]
    writing.write(ledger, tmp_path)
    (tmp_path / writing.HOSTS).write_text("all: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"ledger\.in_the_way"):
        writing.write(ledger, tmp_path)


DATES = yamlfile.load(Path(__file__).parent / "dates.yaml")


@pytest.mark.parametrize(("written", "wanted"), [pytest.param(*pair, id=pair[0]) for pair in DATES["days"].items()])
def test_days(written: str, wanted: str | None) -> None:
    found = date(written)
    assert (found.isoformat() if found else None) == wanted


@pytest.mark.parametrize(
    ("written", "wanted"), [pytest.param(*pair, id=pair[0]) for pair in DATES["last_days"].items()]
)
def test_a_month_alone_may_mean_its_last_day(written: str, wanted: str) -> None:
    found = date(written, last=True)
    assert found is not None
    assert found.isoformat() == wanted


@given(st.dates(min_value=dt.date(2019, 5, 1), max_value=dt.date(2099, 12, 31)))
def test_a_day_is_the_same_in_every_way_of_writing_it(day: dt.date) -> None:
    era = day.year - 2018
    ways = [
        day.isoformat(), f"{day.year}/{day.month}/{day.day}", f"{day:%Y%m%d}", f"R{era}.{day.month}.{day.day}",
        f"令和{era}年{day.month}月{day.day}日", (day - dt.date(1899, 12, 30)).days,
    ]  # fmt: skip
    assert {date(way) for way in ways} == {day}
