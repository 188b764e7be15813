"""From settings to the baseline in force: what an organisation chooses, and what it may write wrongly."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from infra_audit import config, yamlfile
from infra_audit.baselines.engine import Engine
from infra_audit.cli.run import error_text
from infra_audit.errors import InputError
from infra_audit.model.finding import Verdict
from infra_audit.pipeline import Audit
from infra_audit.reports.columns import reason_text
from tests.unit.baselines.documents import HERE, document

DATA = HERE / "derive"
BAD: list[dict[str, Any]] = yamlfile.load(DATA / "bad.yaml")
GOOD: list[dict[str, Any]] = yamlfile.load(DATA / "good.yaml")


def audit(folder: Path, case: dict[str, Any]) -> Audit:
    """Write the files of a case into a folder and return an audit under the settings that name them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in case.get("files", {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    if case.get("waiting"):
        shutil.copytree(DATA / "rules", folder / "overlay" / "baselines")
    chosen = dict(case.get("settings", {}))
    if (folder / "overlay").is_dir():
        chosen["overlays"] = ["overlay"]
    path = folder / "infra-audit.yaml"
    path.write_text(json.dumps(chosen), encoding="utf-8")
    return Audit(config.settings(path, {"lang": "ja"}))


def _all_of(folder: Path, case: dict[str, Any]) -> tuple[object, object]:
    run = audit(folder, case)
    return run.baseline, run.waivers


@pytest.mark.parametrize("case", BAD, ids=lambda c: c["title"])
def test_what_is_written_wrongly_is_told_with_file_line_and_advice(case: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _all_of(tmp_path, case)
    error = caught.value
    assert (error.code, error.exit_code) == (case["code"], 4)
    for lang in ("ja", "en"):
        told = error_text(error, lang)
        what, advice = told.split("\n")
        assert advice.strip()
        assert case.get("says", "") in what
        if "line" in case:
            name = case.get("file") or list(case["files"])[-1]
            assert name in what
            assert f"{case['line']} 行目" in what or f"line {case['line']}" in what


@pytest.mark.parametrize("case", GOOD, ids=lambda c: c["title"])
def test_what_is_chosen_is_in_force_and_told(case: dict[str, Any], tmp_path: Path) -> None:
    run = audit(tmp_path, case)
    for rule_id, wanted in case["rules"].items():
        rule = run.baseline.rule(rule_id)
        assert rule is not None
        found = {
            "force": str(rule.force), "severity": str(rule.severity), "clauses": list(rule.clauses),
            "zones": {zone: str(s) for zone, s in rule.zone_severity.items()}, "parameters": dict(rule.parameters),
            "lacks": rule.lacks.to_json(),
        }  # fmt: skip
        assert {name: found[name] for name in wanted} == wanted, rule_id
    assert not run.baseline.broken
    if "overrides" in case:
        told = [f"{o.kind} {o.rule}" for o in run.baseline.overrides if o.kind not in ("added", "clauses")]
        assert sorted(told) == sorted(case["overrides"])
    for clause, title in case.get("titles", {}).items():
        known = run.standards.clauses[clause]
        assert known.title.get("ja", "") == title
        assert title or "secret" not in str(known)


WAITING = next(case for case in GOOD if case["title"].startswith("nothing that is waited for"))
GIVEN = next(case for case in GOOD if case["title"].startswith("all that is waited for"))
FACTS = {
    "subject": {"id": "sw1", "kind": "switch"},
    "telnet": {"enabled": True},
    "snmp": {"location": "B"},
    "password_policy": {"min_length": 29},
}


@pytest.mark.parametrize("kind", ["fast", "reference"])
def test_a_rule_not_in_force_never_fails_nor_passes_and_names_what_it_waits_for(kind: str, tmp_path: Path) -> None:
    findings = Engine(audit(tmp_path, WAITING).baseline, kind).judge(document({"facts": FACTS}), rules=["waits-for"])
    told = {f.rule: (f.verdict, reason_text(f.reason.to_json(), "en") if f.reason else "") for f in findings}
    assert {verdict for verdict, _ in told.values()} == {Verdict.NOT_APPLICABLE}
    names = ("own_length", "locations", "accounts", "assets", "beta, beta_prime")
    assert all(any(name in text for _, text in told.values()) for name in names)


def test_a_rule_that_was_given_what_it_waits_for_judges(tmp_path: Path) -> None:
    engine = Engine(audit(tmp_path, GIVEN).baseline)
    found = {f.rule: f for f in engine.judge(document({"facts": FACTS}), rules=["waits-for"])}
    assert {f.verdict for f in found.values()} == {Verdict.FAIL}
    assert found["waits-for-parameter"].items[0].expected == "minimum: 30"


def test_a_rule_switched_off_shows_with_its_reason(tmp_path: Path) -> None:
    case = {
        "files": {"overlay/overlay.yaml": "title: {ja: 市, en: C}\nedition: R8\noff: {telnet-enabled: {reason: 第5条}}"}
    }
    engine = Engine(audit(tmp_path, case).baseline)
    finding = next(engine.judge(document({"facts": FACTS}), rules=["telnet-enabled"]))
    assert finding.verdict is Verdict.NOT_APPLICABLE
    assert finding.reason is not None
    assert finding.reason.code == "judge.switched_off"
    assert "第5条" in reason_text(finding.reason.to_json(), "ja")


HEAD = "title: {ja: 市, en: City}\nedition: R8\n"
CHOICES: list[dict[str, Any]] = [
    {},
    {"files": {"overlay/overlay.yaml": HEAD}},
    {"files": {"overlay/overlay.yaml": HEAD.replace("R8", "R9")}},
    {"files": {"overlay/overlay.yaml": HEAD + "off: {telnet-enabled: {reason: x}}"}},
    {"files": {"overlay/overlay.yaml": HEAD + "off: {telnet-enabled: {reason: y}}"}},
    {"files": {"overlay/overlay.yaml": HEAD + "severity: {telnet-enabled: {default: low}}"}},
    {
        "files": {
            "overlay/overlay.yaml": HEAD
            + 'clauses: {standard: c, numbers: {"mic-r8:6.5(1)": {id: "1", title: {ja: あ, en: a}}}}'
        }
    },
    {"files": {"overlay/overlay.yaml": HEAD, "overlay/parameters.yaml": "parameters: {pw_min: 20}"}},
    {"files": {"overlay/overlay.yaml": HEAD}, "waiting": True},
    {"files": {"overlay/overlay.yaml": HEAD}, "waiting": True, "settings": {"resilience_model": "beta"}},
    {"settings": {"resilience_model": "alpha"}},
    {"settings": {"edition": "令和8年3月27日改定に準拠した体系"}},
    {"files": {"overlay/overlay.yaml": HEAD, "r/accounts.yaml": "[]"}, "waiting": True, "settings": {"registers": "r"}},
]


def test_the_digest_covers_every_choice_and_not_the_place_of_the_files(tmp_path: Path) -> None:
    digests = [audit(tmp_path / str(n), case).baseline.digest for n, case in enumerate(CHOICES)]
    moved = [audit(tmp_path / f"moved{n}", case).baseline.digest for n, case in enumerate(CHOICES)]
    assert moved == digests
    assert len(set(digests)) == len(digests)


def test_a_broken_rule_does_not_let_a_misspelt_parameter_through(tmp_path: Path) -> None:
    rules = (DATA / "rules" / "waiting.schema.yaml").read_text("utf-8").replace("minimum: 20", "minimumm: 20")
    files = {"overlay/overlay.yaml": HEAD, "overlay/baselines/own.schema.yaml": rules}
    own = {**files, "overlay/parameters.yaml": "parameters: {own_length: 30}\nrules: {waits-for-parameter: {x: 1}}"}
    assert [b.id for b in audit(tmp_path / "a", {"files": own}).baseline.broken] == ["waits-for-parameter"]
    misspelt = {**files, "overlay/parameters.yaml": "parameters: {pw_minn: 14}"}
    with pytest.raises(InputError) as caught:
        _all_of(tmp_path / "b", {"files": misspelt})
    assert caught.value.code == "baseline.parameter_unknown"
