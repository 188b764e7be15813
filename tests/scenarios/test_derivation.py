"""An organisation's own standards, from its settings to the record of a scan."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra_audit import yamlfile
from tests.scenarios.cli import run

CITY = Path(__file__).resolve().parents[2] / "inventories" / "example-city"
SETTINGS = CITY / "infra-audit.yaml"
DEVICE = CITY / "devices" / "acc-sw-lg2"
FINDING = Draft202012Validator(json.loads((CITY.parents[1] / "schemas" / "finding.schema.json").read_text("utf-8")))


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_check_says_what_is_in_force_and_judges_by_it(tmp_path: Path) -> None:
    arguments = ("check", DEVICE, "--config", SETTINGS, "--kind", "switch", "--complete", "--format", "json")
    result = run(*arguments, cwd=tmp_path)
    assert result.status == 1
    found = {r["rule"]: r for r in records(result.out) if r["subject"]["id"] == "running-config"}
    assert all(FINDING.is_valid(record) for record in found.values())
    off = found["development-tool-installed"]
    assert (off["verdict"], off["reason"]["code"]) in (
        ("not_applicable", "judge.out_of_scope"),
        ("not_applicable", "judge.switched_off"),
    )
    assert found["login-banner-missing"]["severity"] in ("medium", "high")
    assert found["login-banner-missing"]["clauses"][0] == "nagisawa:第31条"
    assert found["nagisawa-web-management-enabled"]["verdict"] in ("pass", "fail", "no_evidence")
    assert "development-tool-installed" in result.err
    assert "凪沢市情報セキュリティ対策基準" in result.err
    assert "login-banner-missing" in result.err


def test_one_digest_in_the_scan_the_export_and_doctor(tmp_path: Path) -> None:
    run("scan", DEVICE, "--config", SETTINGS, "--out", tmp_path, "--id", "s", cwd=tmp_path)
    kept = json.loads((tmp_path / "reports" / "s" / "baseline.json").read_text("utf-8"))
    exported = json.loads(run("rules", "export", "--config", SETTINGS, cwd=tmp_path).out)
    assert kept["digest"] == exported["x-baseline"]["digest"]
    assert kept["resilience_model"] == "alpha"
    assert [layer["edition"] for layer in kept["overlays"]] == ["令和8年4月1日"]
    assert {"off", "severity", "added", "parameter", "clauses"} <= {o["kind"] for o in kept["overrides"]}
    doctor = records(run("doctor", "--config", SETTINGS, "--format", "json", cwd=tmp_path).out)
    assert any(kept["digest"] in record["value"] for record in doctor)
    told = [record["value"] for record in doctor if record["check"] == "override"]
    for rule in ("development-tool-installed", "login-banner-missing", "nagisawa-web-management-enabled"):
        assert any(rule in value for value in told)


def test_rules_list_shows_what_is_in_force_and_what_was_changed(tmp_path: Path) -> None:
    result = run("rules", "list", "--config", SETTINGS, "--format", "json", cwd=tmp_path)
    rules = {r["id"]: r for r in records(result.out)}
    assert rules["development-tool-installed"]["force"] == "off"
    assert rules["development-tool-installed"]["reason"]["code"] == "judge.switched_off"
    kinds = {o["kind"] for o in rules["login-banner-missing"]["overrides"]}
    assert kinds == {"severity", "clauses"}
    assert {r["force"] for r in rules.values()} <= {"in_force", "not_in_force", "off"}


def test_diff_of_exports_overlays_settings_and_editions(tmp_path: Path) -> None:
    run("rules", "export", "--out", tmp_path / "shipped.json", cwd=tmp_path)
    run("rules", "export", "--config", SETTINGS, "--out", f"{tmp_path}/city/", cwd=tmp_path)
    assert len(list((tmp_path / "city").glob("*.schema.json"))) > 10
    same = run("rules", "diff", tmp_path / "city", SETTINGS, "--format", "json", cwd=tmp_path)
    assert (same.status, same.out) == (0, "")
    edition = "令和8年3月27日改定に準拠した体系"
    assert run("rules", "diff", "shipped", edition, "--format", "json", cwd=tmp_path).out == ""
    changes = records(run("rules", "diff", tmp_path / "shipped.json", SETTINGS, "--format", "json", cwd=tmp_path).out)
    assert {change["what"] for change in changes} == {None, "severity", "parameter", "clauses", "force"}
    overlay = records(run("rules", "diff", "shipped", CITY / "overlay", "--format", "json", cwd=tmp_path).out)
    assert {change["what"] for change in overlay} == {None, "severity", "clauses", "force"}
    table = run("rules", "diff", "shipped", CITY / "overlay", "--lang", "en", cwd=tmp_path)
    assert "nagisawa-web-management-enabled" in table.out


@pytest.mark.parametrize("side", ["nowhere", "waivers.yaml", "devices"])
def test_what_cannot_be_compared_is_told(side: str, tmp_path: Path) -> None:
    result = run("rules", "diff", "shipped", CITY / side if side != "nowhere" else side, cwd=tmp_path)
    assert result.status == 4
    assert len(result.err.splitlines()) == 2


def test_a_waiver_from_its_form_to_its_end(tmp_path: Path) -> None:
    form = run("waiver", "form", "telnet-enabled", "--subject", "sw1", "--as-of", "2026-05-01", cwd=tmp_path).out
    (tmp_path / "w.yaml").write_text(form, encoding="utf-8")
    blank = run("waiver", "list", "--waivers", tmp_path / "w.yaml", cwd=tmp_path)
    assert blank.status == 4
    assert "4 行目" in blank.err
    filled = form.replace('id: ""', 'id: "1"').replace('owner: ""', 'owner: "課長"')
    filled = filled.replace('reason: ""', 'reason: "r"').replace('measure: ""', 'measure: "m"')
    (tmp_path / "w.yaml").write_text(filled, encoding="utf-8")
    states = {}
    for name, text in (("w", filled), ("approved", filled.replace('approver: ""', 'approver: "CISO"'))):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        for day in ("2026-04-30", "2027-03-31", "2027-04-01"):
            arguments = ("waiver", "check", "--waivers", tmp_path / f"{name}.yaml", "--as-of", day, "--format", "json")
            result = run(*arguments, cwd=tmp_path)
            states[name, day] = (records(result.out)[0]["state"], result.status)
    assert states == {
        ("w", "2026-04-30"): ("unapproved", 1),
        ("w", "2027-03-31"): ("unapproved", 1),
        ("w", "2027-04-01"): ("unapproved", 1),
        ("approved", "2026-04-30"): ("not_yet", 0),
        ("approved", "2027-03-31"): ("valid", 0),
        ("approved", "2027-04-01"): ("expired", 1),
    }
    assert yamlfile.loads(filled, "w")["waivers"][0]["until"] == "2027-03-31"


WAIVERS = """waivers:
  - {id: EXPIRED, rule: telnet-enabled, subjects: [x], approver: a, reason: r, measure: m, until: "2025-03-31"}
  - {id: UNUSED, rule: telnet-enabled, subjects: [y], approver: a, reason: r, measure: m, until: "2099-03-31"}
  - {id: WIDE, rule: "*", subjects: [y], approver: a, reason: r, measure: m, until: "2099-03-31"}
  - {id: NOBODY, rule: telnet-enabled, subjects: [x], reason: r, measure: m, until: "2099-03-31"}
"""


@pytest.mark.parametrize(("lang", "words"), [("ja", ("期限切れ", "当たる不適合がない", "広すぎる", "承認者のない")),
                                             ("en", ("Expired", "cover no failing item", "too wide", "without an approver"))])  # fmt: skip
def test_each_weak_waiver_is_told_in_a_check(lang: str, words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(WAIVERS, encoding="utf-8")
    result = run("check", DEVICE / "running-config.txt", "--waivers", tmp_path / "w.yaml", "--lang", lang, cwd=tmp_path)
    lines = result.err.splitlines()
    for word, name in zip(words, ("EXPIRED", "UNUSED", "WIDE", "NOBODY"), strict=True):
        assert any(word in line and name in line for line in lines), word


def test_a_valid_waiver_closes_the_finding_and_stands_beside_it(tmp_path: Path) -> None:
    written = WAIVERS.splitlines()[0] + WAIVERS.splitlines()[2].replace("[y]", "[running-config]").join(("\n", "\n"))
    (tmp_path / "w.yaml").write_text(written, encoding="utf-8")
    arguments = ("--rules", "telnet-enabled", "--kind", "switch", "--complete", "--waivers", tmp_path / "w.yaml")
    config = CITY / "devices" / "acc-sw-mn2" / "running-config.txt"
    result = run("check", config, *arguments, cwd=tmp_path)
    assert result.status == 0
    assert "例外許可中" in result.out
    assert "不適合" in result.out, "the verdict stays"
    assert "UNUSED" in result.out
    assert "当たる不適合がない" not in result.err
    csv = run("check", config, *arguments, "--format", "csv", "--lang", "en", cwd=tmp_path)
    assert "waiver UNUSED: valid (until 2099-03-31, approved by a)" in csv.out


HIDDEN = """title: {ja: 市の基準, en: Standards}
edition: R8
hide_clause_texts: true
clauses: {standard: city, numbers: {"mic-r8:6.5(1)": {id: 第9条, title: {ja: 非公開の条文, en: not public}}}}
"""


def test_texts_of_own_clauses_can_be_hidden(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "overlay.yaml").write_text(HIDDEN, encoding="utf-8")
    arguments = ("--overlays", tmp_path / "city")
    shown = run("rules", "show", "telnet-enabled", *arguments, cwd=tmp_path)
    scan = run("scan", DEVICE / "running-config.txt", *arguments, "--out", tmp_path / "out", "--id", "s", cwd=tmp_path)
    kept = [path.read_text("utf-8", "replace") for path in (tmp_path / "out" / "reports").rglob("*.ndjson")]
    texts = [shown.out, scan.out, scan.err, *kept]
    assert any("city:第9条" in text for text in texts[:1])
    assert all("city:第9条" in text for text in kept)
    assert not any("非公開の条文" in text or "not public" in text for text in texts)
