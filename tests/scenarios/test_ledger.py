"""From a ledger of equipment to an inventory that collects, and to devices that stand in no ledger; in a fresh folder."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.scenarios.cli import Result, run

HEADINGS = ["資産番号", "ホスト名", "種別", "メーカー", "型番", "ＩＰアドレス", "設置場所", "系", "導入日"]
ROWS = [
    ["N-1", "core-sw1", "L3スイッチ", "シスコ", "C9300-48P", "10.20.0.1", "本庁舎３階", "LGWAN系", "令和6年4月1日"],
    ["N-2", "acc-sw1", "L2スイッチ", "シスコ", "C9200L-24T", "10.20.0.31", "本庁舎２階", "LGWAN系", "R5.4.1"],
]
PRINTER = ["N-3", "mfp1", "複合機", "某社", "MFP-1", "10.20.0.77", "本庁舎２階", "LGWAN系", ""]
ZONES = "zones:\n  - {id: lgwan, class: lgwan, title: {ja: LGWAN接続系, en: LGWAN}, prefixes: [10.20.0.0/16]}\n"
CONFIGURATION = """{name}#show running-config
Building configuration...

Current configuration : 120 bytes
!
version 17.9
hostname {name}
!
interface Vlan20
 ip address {address} 255.255.0.0
!
end

{name}#show ip arp
Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  {address}               -   7c21.0d00.0001  ARPA   Vlan20
{more}{name}#
"""
UNKNOWN = "Internet  10.20.0.99              3   0050.56a1.0099  ARPA   Vlan20"


def ledger(file: Path, *rows: list[str]) -> Path:
    """Write a ledger with a title above its headings."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "機器台帳"
    for row in (["令和８年度 機器台帳"], [], HEADINGS, *rows):
        sheet.append(row)
    sheet.merge_cells("A1:I1")
    book.save(file)
    return file


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.out.splitlines()]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the zones, settings, an inventory made of a ledger, and two terminal logs."""
    (tmp_path / "zones.yaml").write_text(ZONES, encoding="utf-8")
    (tmp_path / "infra-audit.yaml").write_text(
        "zones: zones.yaml\norganisation: {id: nagisawa, name: {ja: 凪沢市, en: Nagisawa}}\n", encoding="utf-8"
    )
    made = run("inventory", "import", ledger(tmp_path / "l.xlsx", *ROWS), "--out", "inv", cwd=tmp_path)
    assert made.status == 0, made.err
    (tmp_path / "logs").mkdir()
    for name, address, more in (("core-sw1", "10.20.0.1", UNKNOWN + "\n"), ("acc-sw1", "10.20.0.31", "")):
        text = CONFIGURATION.format(name=name, address=address, more=more)
        (tmp_path / "logs" / f"{name}.log").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_inventory_of_a_ledger_collects(place: Path) -> None:
    shown = records(run("inventory", "show", "-i", "inv", "--format", "json", cwd=place))
    assert {(d["id"], d["host"], d["platform"], tuple(d["zones"]), d["commissioned_on"]) for d in shown} == {
        ("core-sw1", "10.20.0.1", "cisco_ios", ("lgwan",), "2024-04-01"),
        ("acc-sw1", "10.20.0.31", "cisco_ios", ("lgwan",), "2023-04-01"),
    }
    sent = records(run("collect", "--print-commands", "-i", "inv", "--format", "json", cwd=place))
    assert {r["device"] for r in sent if r["sent"] == "show ip arp"} == {"core-sw1", "acc-sw1"}
    limited = run("collect", "--print-commands", "-i", "inv", "--limit", "zone_lgwan", "--format", "json", cwd=place)
    assert records(limited) == sent


def test_mistakes_are_told_by_cell_and_nothing_is_written(tmp_path: Path) -> None:
    wrong = ["N-4", "sw 9", "すいっち", "シスコ", "C9200L", "10.20.0", "", "", "昨年"]
    file = ledger(tmp_path / "l.xlsx", *ROWS, PRINTER, wrong)
    result = run("inventory", "import", file, "--out", "inv", "--registers", "registers", cwd=tmp_path)
    assert result.status == 4
    places = [line.partition(":")[0] for line in result.err.splitlines() if line.startswith("機器台帳!")]
    assert places == [f"機器台帳!{cell}" for cell in ("E6", "C7", "H7", "F7", "I7")]
    assert not (tmp_path / "inv").exists()
    assert not (tmp_path / "registers").exists()


def test_rows_that_no_collector_reads_may_be_left_out(tmp_path: Path) -> None:
    file = ledger(tmp_path / "l.xlsx", *ROWS, PRINTER)
    arguments = ("inventory", "import", file, "--out", "inv", "--registers", "registers")
    result = run(*arguments, "--skip-unknown", "--lang", "en", cwd=tmp_path)
    assert result.status == 3
    assert "機器台帳!E6: the platform of mfp1 is not known" in result.err
    assert "mfp1" not in (tmp_path / "inv" / "hosts.yml").read_text("utf-8")
    assert (tmp_path / "registers" / "assets.yaml").is_file()


def test_an_empty_ledger_can_be_filled_in(tmp_path: Path) -> None:
    assert run("inventory", "template", "--out", "l.xlsx", cwd=tmp_path).status == 0
    assert run("inventory", "template", "--out", "l.xlsx", cwd=tmp_path).status == 4
    book = openpyxl.load_workbook(tmp_path / "l.xlsx")
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for heading, value in zip(HEADINGS, ROWS[0], strict=True):
        sheet.cell(2, columns[heading.replace("ＩＰ", "IP")], value)
    book.save(tmp_path / "l.xlsx")
    assert run("inventory", "import", "l.xlsx", "--out", "inv", cwd=tmp_path).status == 0


def test_the_map_is_shown(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("values: {zone: {窓口系: [counter]}}\n", encoding="utf-8")
    result = run("inventory", "columns", "--columns", "own.yaml", "--format", "json", cwd=tmp_path)
    zones = [r for r in records(result) if r["field"] == "zone" and r["means"]]
    assert zones == [{"field": "zone", "written": ["窓口系"], "means": "counter"}]


def test_a_device_that_is_in_no_ledger_is_found(place: Path) -> None:
    arguments = (
        "check",
        "logs",
        "--config",
        "infra-audit.yaml",
        "--rules",
        "device-not-in-inventory",
        "--format",
        "json",
        "--all",
    )
    alone = {r["subject"]["id"]: r for r in records(run(*arguments, cwd=place))}
    assert alone["nagisawa"]["verdict"] == "not_applicable"
    assert alone["nagisawa"]["reason"]["fields"]["cause"]["code"] == "network_view.no_inventory"
    result = run(*arguments, "-i", "inv", cwd=place)
    finding = next(r for r in records(result) if r["subject"]["id"] == "nagisawa")
    assert (result.status, finding["verdict"], finding["checked"], finding["failing"]) == (1, "fail", 3, 1)
    (item,) = finding["items"]
    assert item["key"] == "inventory_coverage/seen[10.20.0.99]/known"
    assert [leaf["text"] for leaf in item["evidence"]] == [[UNKNOWN]]
    assert finding["items"][0]["evidence"][0]["artifact"].startswith("core-sw1.log")


def test_when_the_ledger_knows_it_the_rule_passes(place: Path) -> None:
    known = ["N-9", "sv9", "Linuxサーバ", "某社", "PRIMERGY", "10.20.0.99", "", "LGWAN系", ""]
    file = ledger(place / "l.xlsx", *ROWS, known)
    assert run("inventory", "import", file, "--out", "inv", "--columns", "own.yaml", cwd=place).status == 4
    (place / "own.yaml").write_text(
        "values: {platform: [{maker: シスコ, platform: ios}, {maker: 某社, platform: linux}]}\n", "utf-8"
    )
    made = run("inventory", "import", file, "--out", "inv", "--columns", "own.yaml", cwd=place)
    assert made.status == 0, made.err
    arguments = ("check", "logs", "--config", "infra-audit.yaml", "--rules", "device-not-in-inventory", "-i", "inv")
    result = run(*arguments, "--format", "json", "--all", cwd=place)
    assert {r["subject"]["id"]: r["verdict"] for r in records(result)}["nagisawa"] == "pass"


def test_a_scan_of_the_stored_snapshot_sees_it_too(place: Path) -> None:
    arguments = ("--config", "infra-audit.yaml", "-i", "inv", "--limit", "core-sw1", "--format", "json")
    result = run("scan", "logs", *arguments, "--rules", "device-not-in-inventory", "--out", "out", cwd=place)
    finding = next(r for r in records(result) if r["subject"]["id"] == "nagisawa")
    assert [item["key"] for item in finding["items"]] == ["inventory_coverage/seen[10.20.0.99]/known"]
