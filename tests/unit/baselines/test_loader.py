"""Overlays, parameters, broken files, digest."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra_audit.baselines import loader, parameters, source
from infra_audit.baselines.engine import Engine
from infra_audit.baselines.source import RuleFile
from infra_audit.errors import BaselineError, InputError
from infra_audit.model.finding import Verdict
from tests.unit.baselines.documents import HERE, document

GOOD = source.read(HERE / "rules" / "6.5-access.schema.yaml", "good.schema.yaml")
IDLE = "console-idle-timeout-long"


def written(folder: Path, text: str) -> Path:
    path = folder / "parameters.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_parameter_replaces_the_value_at_its_place(tmp_path: Path) -> None:
    given = parameters.read(written(tmp_path, "parameters: {max_idle_seconds: {value: 300, why: 基準 第9条}}"))
    changed = loader.from_files([GOOD], given)
    facts = {"subject": {"kind": "switch"}, "lines": [{"kind": "con", "exec_timeout_seconds": 400}]}
    by_default = {f.rule: f for f in Engine(loader.from_files([GOOD])).judge(document({"facts": facts}))}
    by_parameter = {f.rule: f for f in Engine(changed).judge(document({"facts": facts}))}
    assert by_default[IDLE].verdict is Verdict.PASS
    assert by_parameter[IDLE].verdict is Verdict.FAIL
    assert by_parameter[IDLE].items[0].expected == "maximum: 300"
    rule = changed.rule(IDLE)
    assert rule is not None
    assert rule.parameters == {"max_idle_seconds": 300}
    assert changed.digest != loader.from_files([GOOD]).digest


def test_value_of_one_rule_wins_over_the_shared_one(tmp_path: Path) -> None:
    text = f"parameters: {{max_idle_seconds: 300}}\nrules: {{{IDLE}: {{max_idle_seconds: 120}}}}"
    rule = loader.from_files([GOOD], parameters.read(written(tmp_path, text))).rule(IDLE)
    assert rule is not None
    assert rule.parameters == {"max_idle_seconds": 120}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("parameters: {max_idle_seconds: 5}", "baseline.parameter_value"),
        ("parameters: {max_idle_seconds: null}", "baseline.parameter_value"),
        ("parameters: {max_idel_seconds: 300}", "baseline.parameter_unknown"),
        ("parameters: {}\nrules: {no-such-rule: {max_idle_seconds: 300}}", "baseline.parameter_rule"),
        ("parameters: {}\nrules: {telnet-enabled: {max_idle_seconds: 300}}", "baseline.parameter_unknown"),
        ("values: {}", "baseline.parameters_invalid"),
        ("parameters: {max_idle_seconds: 1, max_idle_seconds: 2}", "yaml.invalid"),
    ],
)
def test_bad_parameter_file(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        loader.from_files([GOOD], parameters.read(written(tmp_path, text)))
    assert caught.value.code == code
    assert caught.value.exit_code == 4
    assert "parameters.yaml" in str(caught.value.fields["file"])


def test_overlay_replaces_a_rule_and_is_reported(tmp_path: Path) -> None:
    text = (HERE / "rules" / "6.5-access.schema.yaml").read_text("utf-8").replace("maximum: 600", "maximum: 180")
    only = text.replace("telnet-enabled", "city-telnet-enabled")
    (tmp_path / "city.schema.yaml").write_text(only, encoding="utf-8")
    baseline = loader.from_files([GOOD, *source.read_folder(tmp_path, 3)])
    replaced = baseline.rule(IDLE)
    assert replaced is not None
    assert replaced.parameters == {"max_idle_seconds": 180}
    assert baseline.rule("city-telnet-enabled") is not None
    assert baseline.rule("telnet-enabled") is not None
    added = [o.rule for o in baseline.overrides if o.kind == "added"]
    replaced_ones = [o for o in baseline.overrides if o.kind == "replaced"]
    assert added == ["city-telnet-enabled"]
    assert len(replaced_ones) == len(GOOD.rules) - 1
    assert all(o.replaced == "good.schema.yaml" for o in replaced_ones)


def test_one_id_twice_in_one_folder() -> None:
    twin = RuleFile("twin.schema.yaml", GOOD.data, 0)
    with pytest.raises(BaselineError) as caught:
        loader.from_files([GOOD, twin])
    assert caught.value.code == "baseline.duplicate_rule"


@pytest.mark.parametrize(
    ("text", "code"),
    [("a: [", "yaml.invalid"), ("a: 1", "baseline.invalid"), ("$defs: {x: 1}", "baseline.invalid")],
)
def test_file_that_is_no_baseline(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "bad.schema.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        list(source.read_all([tmp_path]))
    assert caught.value.code == code


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BaselineError) as caught:
        list(source.read_all([tmp_path / "nowhere"]))
    assert caught.value.code == "baseline.no_folder"


def test_digest_does_not_depend_on_the_order_of_files() -> None:
    other = RuleFile("other.schema.yaml", {**GOOD.data, "allOf": [], "$defs": {}}, 0)
    assert loader.from_files([GOOD, other]).digest == loader.from_files([other, GOOD]).digest


@pytest.mark.parametrize("kind", ["fast", "reference"])
def test_rule_that_a_library_cannot_compile_stops_only_itself(kind: str) -> None:
    good = loader.from_files([GOOD])
    bad = replace(good.rules[0], schema={**good.rules[0].schema, "then": {"required": 1}})
    engine = Engine(replace(good, rules=(bad, *good.rules[1:])), kind)
    findings = list(engine.judge(document({"facts": {"subject": {"kind": "switch"}, "telnet": {"enabled": False}}})))
    assert len(findings) == len(good.rules)
    reasons = {f.rule: f.reason.code if f.reason else None for f in findings}
    assert reasons[bad.id] == "judge.rule_broken"
    assert list(reasons.values()).count("judge.rule_broken") == 1
    assert reasons["telnet-enabled"] is None


def test_broken_rule_is_never_silent() -> None:
    data = {**GOOD.data, "$defs": {**GOOD.data["$defs"]}}
    data["$defs"]["telnet-enabled"] = {"x-infra-audit": 1}
    engine = Engine(loader.from_files([RuleFile("bad.schema.yaml", data, 0)]))
    facts = {"subject": {"kind": "linux-server"}, "telnet": {"enabled": False}}
    finding = {f.rule: f for f in engine.judge(document({"facts": facts}))}["telnet-enabled"]
    assert finding.verdict is Verdict.NO_EVIDENCE
    assert finding.reason is not None
    assert finding.reason.code == "judge.rule_broken"
