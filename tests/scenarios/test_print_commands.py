"""`collect --print-commands`: what an auditor files before the work. Nothing is reached."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from infra_audit import catalogue
from infra_audit.texts import LANGUAGES, Language
from infra_audit.texts.layout import width
from tests.conftest import ROOT
from tests.scenarios.cli import run

PLATFORMS = catalogue.platforms()
INVENTORY = ROOT / "inventories" / "example-city" / "inventory"
COLUMNS = 80


def _records(*arguments: str | Path, cwd: Path) -> list[dict[str, Any]]:
    result = run("collect", "--print-commands", "--format", "json", *arguments, cwd=cwd)
    assert result.status == 0, result.err
    return [json.loads(line) for line in result.out.splitlines()]


def test_all_that_a_collection_sends_is_listed(tmp_path: Path) -> None:
    """Against what the collector itself takes from the platform: commands of login, keys, questions, sources, logout."""
    records = _records(cwd=tmp_path)
    for name, platform in PLATFORMS.items():
        own = [r for r in records if r["platform"] == name]
        assert [r["source"] for r in own if r["step"] == "source"] == list(platform.sources)
        login = platform.data.get("login", {})
        wanted = [
            login.get("enable"), login.get("logout"), login.get("pager", {}).get("answer"),
            *login.get("commands", ()), *(a["answer"] for a in login.get("answers", ())),
            *(s.get("command") or s["path"] for s in platform.sources.values()),
        ]  # fmt: skip
        assert {r["sent"] for r in own if r["step"] != "playbook"} - {None} == {w for w in wanted if w}
        assert (("login_writes" in {r["step"] for r in own}) is bool(login.get("writes"))) or not login


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_the_table_fits_a_terminal_and_breaks_no_command(name: str, lang: Language, tmp_path: Path) -> None:
    result = run("collect", "--print-commands", "--platform", name, "--lang", lang, cwd=tmp_path)
    assert result.status == 0
    assert [line for line in result.out.splitlines() if width(line) > COLUMNS] == []
    shown = re.sub(r"\s+", "", result.out)
    for source in PLATFORMS[name].sources.values():
        first_word = (source.get("command") or source["path"]).split()[0]
        assert first_word[:12] in shown


def test_the_devices_of_an_inventory(tmp_path: Path) -> None:
    records = _records("-i", INVENTORY, "--limit", "core-sw1", "--limit", "fw1", cwd=tmp_path)
    assert {(r["device"], r["platform"]) for r in records} == {("core-sw1", "cisco_ios"), ("fw1", "fortinet")}
    table = run("collect", "--print-commands", "-i", INVENTORY, "--limit", "fw1", cwd=tmp_path).out
    assert "fw1" in table
    assert "super_admin_readonly" in table


def test_what_a_platform_does_not_say_is_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "own" / "plain").mkdir(parents=True)
    (tmp_path / "own" / "plain" / "platform.yaml").write_text(
        "platform: plain\ntitle: {ja: 素, en: plain}\nos_family: plain\ndefault_kind: switch\n"
        "sources:\n  config: {command: show all, main: true, syntax: flat, privileged: true}\n"
        "  state: {command: show state, syntax: flat}\n",
        encoding="utf-8",
    )
    for lang, words in (("ja", ("未記載", "特権", "一般")), ("en", ("not stated", "privileged", "ordinary"))):
        result = run(
            "collect", "--print-commands", "--platforms", "own", "--platform", "plain", "--lang", lang, cwd=tmp_path
        )
        assert [word for word in words if word not in result.out] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_other_formats_hold_the_same_cells(lang: Language, tmp_path: Path) -> None:
    arguments = ("collect", "--print-commands", "--platform", "yamaha", "--lang", lang, "--format")
    assert run(*arguments, "xlsx", "-o", "list.xlsx", cwd=tmp_path).status == 0
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx").active
    assert sheet is not None
    cells = [[c or "" for c in row] for row in sheet.iter_rows(values_only=True)]
    rows = list(csv.reader(io.StringIO(run(*arguments, "csv", cwd=tmp_path).out)))
    assert rows == cells
    assert run(*arguments, "markdown", cwd=tmp_path).out.count("\n") == len(rows) + 1


def test_nothing_is_reached_or_written(tmp_path: Path) -> None:
    run("collect", "--print-commands", "-i", INVENTORY, cwd=tmp_path)
    assert not (tmp_path / "reports").exists()


def test_an_unknown_platform(tmp_path: Path) -> None:
    assert run("collect", "--print-commands", "--platform", "nobody", cwd=tmp_path).status == 2
