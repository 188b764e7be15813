"""Registers on the command line: a finding shows the line and the row; a bad register ends the run with one line a cell."""

import json
from pathlib import Path

import pytest

from infra_audit import resources
from tests.scenarios.cli import run

CITY = Path(str(resources.root("inventories"))) / "example-city"
DEVICE = CITY / "devices" / "acc-sw-mn1" / "running-config.txt"
ZONES = "zones:\n  - {id: mynumber, class: mynumber, title: {ja: 基幹, en: core}, vlans: [101]}\n"
MANAGEMENT = "  - {id: management, class: management, title: {ja: 管理, en: management}, vlans: [900]}\n"


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "acc-sw-mn1.txt"
    path.write_bytes(DEVICE.read_bytes())
    return path


def check(device: Path, *arguments: str | Path) -> dict[str, dict[str, object]]:
    rules = ("--rules", "trunk-mixes-zones", "--rules", "account-not-registered")
    result = run("check", device, "--complete", "--format", "json", "--as-of", "2026-11-28", *rules, *arguments)
    assert result.status in (0, 1, 3), result.err
    return {finding["rule"]: finding for finding in map(json.loads, result.out.splitlines())}


def test_a_finding_cites_the_line_and_the_row(device: Path, tmp_path: Path) -> None:
    registers = tmp_path / "registers"
    registers.mkdir()
    text = (
        "機器,インタフェース,領域,理由,承認日\nacc-sw-mn1,GigabitEthernet1/0/25,mynumber;management,管理,2026-04-01\n"
    )
    (registers / "shared_trunks.csv").write_bytes(text.encode("cp932"))
    (tmp_path / "zones.yaml").write_text(ZONES + MANAGEMENT, encoding="utf-8")
    found = check(device, "--registers", registers, "--zones", tmp_path / "zones.yaml")
    trunk = found["trunk-mixes-zones"]
    assert trunk["verdict"] == "pass"
    kinds = {(e["kind"], e.get("place")) for e in trunk["evidence"]}  # type: ignore[attr-defined]
    assert ("given", "shared_trunks.csv row 2") in kinds
    assert ("lines", None) in kinds
    assert found["account-not-registered"]["reason"]["code"] == "judge.not_in_force"  # type: ignore[index]


def test_without_a_zone_map_nothing_is_told_of_zones(device: Path) -> None:
    found = check(device)
    assert found["trunk-mixes-zones"]["verdict"] == "no_evidence"
    assert found["account-not-registered"]["verdict"] == "not_applicable"


def test_a_bad_register_ends_the_run(device: Path, tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text(
        "機器,アカウント名,区分,管理担当\nfw1,a,誰か,課\nfw1,b,,課\n", encoding="utf-8"
    )
    result = run("check", device, "--registers", tmp_path)
    assert result.status == 4
    lines = [line for line in result.err.splitlines() if not line.startswith(" ")]
    assert [line.split(": ")[0].rsplit("/", 1)[1] for line in lines] == [
        "accounts.csv の 2 行目 列「区分」",
        "accounts.csv の 3 行目 列「区分」",
    ]


def test_a_scan_records_what_was_joined(device: Path, tmp_path: Path) -> None:
    (tmp_path / "zones.yaml").write_text(ZONES, encoding="utf-8")
    out = tmp_path / "out"
    result = run("scan", device, "--zones", tmp_path / "zones.yaml", "--out", out, "--id", "one")
    assert result.status in (1, 3), result.err
    record = json.loads((out / "reports" / "one" / "baseline.json").read_text("utf-8"))
    assert [(entry["name"], entry["file"], len(entry["sha256"])) for entry in record["registers"]] == [
        ("zones", "zones.yaml", 64)
    ]
