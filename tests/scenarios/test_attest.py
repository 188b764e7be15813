"""The self-inspection as its users meet it: form, answers, table, check, and what a changed photograph does."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from infra_audit import resources
from tests.scenarios.cli import Result, run

CITY = Path(str(resources.root("inventories"))) / "example-city"
KEPT = CITY / "attestations"
CONFIG = CITY / "devices" / "core-sw1" / "running-config.txt"
DAY = ("--as-of", "2026-11-28")


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.out.splitlines()]


def test_form_to_table(tmp_path: Path) -> None:
    rows = [{"id": "server-3f", "title": "サーバ室", "site": "honchosha"}]
    (tmp_path / "registers").mkdir()
    (tmp_path / "registers" / "controlled_areas.yaml").write_text(
        json.dumps({"as_of": "2026-04-01", "rows": rows}), encoding="utf-8"
    )
    made = run("attest", "form", "--for", "room", "--registers", "registers", "--out", "room.xlsx", cwd=tmp_path)
    assert made.status == 0, made.err
    book = openpyxl.load_workbook(tmp_path / "room.xlsx")
    page = book["server-3f"]
    assert page["A2"].value == "管理区域・部屋: サーバ室（server-3f）"
    (tmp_path / "photo.jpg").write_bytes(b"photo")
    page["D6"], page["G6"], page["H6"] = "できている", "2026-11-27", "情報システム管理者"
    page["D7"], page["G7"], page["H7"], page["J7"] = "できていない", "2026-11-29", "情報システム管理者", "none.jpg"
    book.save(tmp_path / "room.xlsx")

    refused = run("attest", "take", "room.xlsx", "--into", "kept", *DAY, cwd=tmp_path)
    assert refused.status == 4
    for cell in ("E7", "F7"):
        assert f"room.xlsx server-3f!{cell}: " in refused.err
    assert not (tmp_path / "kept").exists()

    page["E7"], page["F7"], page["G7"], page["J7"] = "鍵", "交換", "2026-11-28", "photo.jpg"
    book.save(tmp_path / "room.xlsx")
    assert run("attest", "take", "room.xlsx", "--into", "kept", *DAY, cwd=tmp_path).status == 0
    listed = run(
        "attest", "list", "--attestations", "kept", "--registers", "registers", *DAY, "--format", "json", cwd=tmp_path
    )
    assert listed.status == 3
    rooms = {r["question"]: r for r in records(listed) if r["about"] == "room"}
    assert [(rooms[q]["answer"], rooms[q]["state"]) for q in ("equipment-not-fixed", "room-not-inspected")] == [
        ("yes", "valid"), (None, "unanswered"),
    ]  # fmt: skip
    assert rooms["cabling-not-inspected"]["answer"] == "no"
    assert rooms["cabling-not-inspected"]["place"] == "room.xlsx server-3f!D7"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_scanned_and_attested_rules_stand_in_one_list(lang: str) -> None:
    known = ("--complete", "--clauses", "mic-r8:4", *DAY, "--format", "json", "--lang", lang)
    without = records(run("check", CONFIG, *known))
    assert {f["mode"] for f in without} == {"automatic"}
    finding = jsonschema.Draft202012Validator(
        json.loads((CITY.parents[1] / "schemas" / "finding.schema.json").read_text())
    )
    both = records(run("check", CONFIG, "--attestations", KEPT, *known))
    assert [f for f in both if f["mode"] == "automatic" and f["subject"]["id"] == "running-config"] == without
    assert all(finding.is_valid(record) for record in both)
    found = {(f["rule"], f["subject"]["id"]): f for f in both}
    assert found["room-not-inspected", "server-room-a"]["verdict"] == "pass"
    assert found["room-not-inspected", "shobo-1f-shirei"]["verdict"] == "fail"
    assert found["entry-log-not-reviewed", "server-room-a"]["reason"]["code"] == "attestation.overdue"
    assert found["lightning-generator-not-inspected", "東支所"]["verdict"] == "not_applicable"
    assert found["erasure-certificate-missing", "organisation"]["verdict"] == "not_applicable"
    assert found["maintenance-overdue", "running-config"]["reason"]["code"] == "attestation.unanswered"


def test_the_same_answers_and_day_give_the_same_bytes() -> None:
    command = ("check", CONFIG, "--attestations", KEPT, *DAY, "--format", "json")
    assert run(*command).out == run(*command).out


def test_answers_of_the_example_city_are_whole() -> None:
    assert run("attest", "check", "--attestations", KEPT).status == 0


def test_a_question_that_is_not_in_force_is_not_asked() -> None:
    def asked(*model: str) -> set[str]:
        listed = run("attest", "list", "--attestations", KEPT, *DAY, *model, "--format", "json")
        return {record["question"] for record in records(listed)}

    assert asked("--resilience-model", "beta") - asked("--resilience-model", "alpha") == {"external-audit-missing"}
    found = records(run("check", "--attestations", KEPT, *DAY, "--resilience-model", "alpha", "--format", "json"))
    audit = next(f for f in found if f["rule"] == "external-audit-missing" and f["subject"]["kind"] == "organisation")
    assert (audit["verdict"], audit["reason"]["code"]) == ("not_applicable", "judge.not_in_force")


def test_changed_evidence_is_a_matter_of_integrity(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(KEPT, kept)
    photo = next((kept / "evidence").rglob("tenken-room-2026-09.txt"))
    photo.write_bytes(photo.read_bytes() + b"x")
    checked = run("attest", "check", "--attestations", kept, "--format", "json")
    assert checked.status == 5
    assert [(r["file"].split("/")[-1], r["state"]) for r in records(checked)] == [(photo.name, "changed")]
    judged = run("check", CONFIG, "--attestations", kept)
    assert judged.status == 5
    assert photo.name in judged.err
    photo.unlink()
    assert run("attest", "check", "--attestations", kept).status == 5
    assert run("check", CONFIG, "--attestations", kept, *DAY, "--clauses", "mic-r8:4.2(1)").status == 1


def test_answers_can_be_judged_without_a_target() -> None:
    found = records(run("check", "--attestations", KEPT, *DAY, "--format", "json"))
    assert {f["subject"]["kind"] for f in found} == {"facility", "organisation"}
    assert run("check", *DAY).status == 2


def test_a_target_of_unknown_kind_is_no_room(tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_text("nothing that anybody knows\n", encoding="utf-8")
    found = records(run("check", tmp_path / "odd.txt", "--attestations", KEPT, *DAY, "--format", "json"))
    verdicts = {f["rule"]: f["verdict"] for f in found if f["subject"]["id"] == "odd"}
    assert verdicts["maintenance-overdue"] == "no_evidence"
    elsewhere = ("room-not-inspected", "audit-overdue", "lightning-generator-not-inspected")
    assert {verdicts[rule] for rule in elsewhere} == {"not_applicable"}


def test_wrong_use(tmp_path: Path) -> None:
    assert run("attest", "list").status == 2
    assert run("attest", "form", "--for", "room", "--out", tmp_path / "x.yaml").status == 4
    assert run("attest", "take", tmp_path / "none.yaml", "--into", tmp_path).status == 4
    assert run("check", CONFIG, "--attestations", tmp_path / "none").status == 2
