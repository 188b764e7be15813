"""`rules coverage` takes findings, snapshots and plain files, and says what is wrong with anything else."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra_audit import resources
from infra_audit.cli import main
from infra_audit.cli.exits import Exit

DEVICE = resources.root("inventories") / "example-city" / "devices" / "acc-sw-mn2" / "running-config.txt"
KNOWN = ("--zone", "mynumber", "--complete", "--as-of", "2026-04-01")


def coverage(capsys: pytest.CaptureFixture[str], *words: str, status: int = Exit.OK) -> list[dict[str, Any]]:
    """Return the records that the command gives."""
    capsys.readouterr()
    assert main(["rules", "coverage", *words, "--format", "json"]) == status
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "findings.ndjson"
    assert main(["check", str(DEVICE), *KNOWN, "--format", "json", "-o", str(path)]) == Exit.FINDINGS
    return path


@pytest.mark.parametrize("view", ["clauses", "audit", "controls", "statutory", "threats"])
def test_a_file_of_findings_and_judging_now_give_the_same(
    view: str, findings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = coverage(capsys, str(findings), "--view", view)
    judged = coverage(capsys, str(DEVICE), *KNOWN, "--view", view)
    assert told == judged
    assert any(record["result"] == "partly_fail" for record in told)


def test_without_findings_every_clause_is_there_and_none_has_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    records = coverage(capsys)
    assert {record["result"] for record in records} == {None}
    assert {"kashima:6(ウ)", "mic-r8:4.3"} <= {record["clause"] for record in records}


def test_the_scope_is_a_clause_and_what_is_below(findings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = coverage(capsys, str(findings), "--clauses", "mic-r8:4.2")
    assert [record["clause"] for record in records] == [f"mic-r8:4.2{part}" for part in ("", "(1)", "(2)", "(3)")]


def test_the_scope_of_rules_holds_for_a_file_too(findings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = json.loads(findings.read_text("utf-8").split("\n")[0])["rule"]
    records = coverage(capsys, str(findings), "--rules", rule)
    assert max(sum(r["counts"][v] for v in ("pass", "fail", "no_evidence", "not_applicable")) for r in records) == 1


@pytest.mark.parametrize(
    "line", ["{}", "[]", "not JSON", '{"rule": "x", "verdict": "maybe", "subject": {}}', "[" * 100_000]
)
def test_a_line_that_is_no_finding_is_named(line: str, findings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = findings.read_text("utf-8").split("\n")[0]
    findings.write_text(f"{first}\n{line}\n", "utf-8")
    assert main(["rules", "coverage", str(findings), "--lang", "en"]) == Exit.INPUT
    assert f"{findings}, line 2: not a finding" in capsys.readouterr().err
