"""What comes from the cache is what was put there."""

import json
from pathlib import Path

import pytest

from infra_audit import cache, yamlfile
from infra_audit.baselines import compiled, export, lint, loader
from infra_audit.baselines.loader import Sources
from infra_audit.model.rule import Baseline
from tests.unit.baselines.documents import HERE
from tests.unit.baselines.test_derive import CHOICES, GOOD, audit

BROKEN = HERE / "rules"


@pytest.mark.parametrize("case", [*CHOICES, *GOOD], ids=str)
def test_a_baseline_survives_the_cache(case: dict[str, object], tmp_path: Path) -> None:
    made = audit(tmp_path, case).baseline
    _same(compiled.unpack(json.loads(json.dumps(compiled.pack(made)))), made)


def _same(found: Baseline, made: Baseline) -> None:
    assert found.digest == made.digest
    assert export.document(found) == json.loads(export.text(export.document(made)))
    assert [rule.to_json() for rule in found.rules] == [rule.to_json() for rule in made.rules]
    assert [rule.schema for rule in found.rules] == [rule.schema for rule in made.rules]


def test_a_broken_rule_survives_the_cache(tmp_path: Path) -> None:
    data = yamlfile.load(BROKEN / "6.5-access.schema.yaml")
    data["$defs"]["telnet-enabled"]["then"] = {"required": ["subject", "telnett"]}
    path = tmp_path / "own.schema.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    made = loader.derive(Sources(baselines=(path,)))
    assert [b.id for b in made.broken] == ["telnet-enabled"]
    found = compiled.unpack(json.loads(json.dumps(compiled.pack(made))))
    assert [b.reason for b in found.broken] == [b.reason for b in made.broken]


def test_the_second_time_nothing_is_made_and_a_changed_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    values = tmp_path / "parameters.yaml"
    values.write_text("parameters: {pw_min: 14}", encoding="utf-8")
    first = loader.load(given=values)
    with monkeypatch.context() as patched:
        patched.setattr(loader, "from_files", None)
        assert loader.load(given=values).digest == first.digest
    values.write_text("parameters: {pw_min: 15}", encoding="utf-8")
    assert loader.load(given=values).digest != first.digest


def test_lint_of_an_overlay_costs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    case = next(case for case in GOOD if case.get("waiting"))
    audit(tmp_path / "a", case).baseline  # noqa: B018 - fills the cache
    shipped_too = {**case, "settings": {"resilience_model": "beta"}}
    monkeypatch.setattr(lint, "lint", None)
    assert audit(tmp_path / "a", {**shipped_too, "waiting": False}).baseline.rule("waits-for-model") is not None
