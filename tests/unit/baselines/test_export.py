"""The baseline in force as a document of its own, judged by a validator that knows nothing of this project."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra_audit.baselines import changes, export, loader
from infra_audit.baselines.loader import Sources
from infra_audit.config import Settings
from infra_audit.model.rule import Force, SwitchedOff
from infra_audit.pipeline import Audit
from tests.unit.baselines.documents import HERE

WAITING = HERE / "derive" / "rules"
SHIPPED = loader.load()
DOCUMENT = json.loads(export.text(export.document(SHIPPED)))
BY_FILE = export.documents(SHIPPED)


def one_rule(document: dict[str, Any], rule: str) -> Draft202012Validator:
    """Return a validator of the document as it is, asked for one rule alone."""
    return Draft202012Validator({**document, "allOf": [{"$ref": f"#/$defs/{rule}"}]})


def test_the_document_is_plain_and_says_what_it_is() -> None:
    Draft202012Validator.check_schema(DOCUMENT)
    assert DOCUMENT["x-baseline"]["digest"] == SHIPPED.digest
    assert SHIPPED.digest in DOCUMENT["$id"]
    assert set(DOCUMENT["$defs"]) == {rule.id for rule in SHIPPED.rules}
    references = json.dumps(DOCUMENT["$defs"]).count('"$ref"')
    assert references == 0, "each rule is whole"


@pytest.mark.parametrize("rule", sorted(DOCUMENT["$defs"]))
def test_shipped_examples_by_the_exported_document(rule: str) -> None:
    entry, validator = DOCUMENT["$defs"][rule], one_rule(DOCUMENT, rule)
    assert [case for case in entry["examples"] if not validator.is_valid(case)] == []
    for kind in ("x-counterexamples", "x-unknown"):
        assert [case for case in entry[kind] if validator.is_valid(case["facts"])] == []


def test_one_document_a_file_holds_the_same_rules() -> None:
    assert {rule: entry for part in BY_FILE.values() for rule, entry in part["$defs"].items()} == DOCUMENT["$defs"]
    assert len(BY_FILE) == len({rule.document for rule in SHIPPED.rules})
    assert len({part["$id"] for part in BY_FILE.values()}) == len(BY_FILE)


def test_what_does_not_judge_is_there_and_not_joined() -> None:
    baseline = loader.derive(Sources(baselines=(WAITING,)))
    off = SwitchedOff(reason="x", file="y")
    baseline = replace(
        baseline, rules=tuple(replace(r, off=off) if r.id == "telnet-enabled" else r for r in baseline.rules)
    )
    document = export.document(baseline)
    joined = {entry["$ref"].removeprefix("#/$defs/") for entry in document["allOf"]}
    assert joined == {r.id for r in baseline.rules if r.force is Force.IN_FORCE}
    states = {rule: entry["x-in-force"]["state"] for rule, entry in document["$defs"].items() if rule not in joined}
    assert states.pop("telnet-enabled") == "off"
    assert {"waits-for-parameter", "waits-for-list", "waits-for-register", "waits-for-model"} <= set(states)
    assert set(states.values()) == {"not_in_force"}


def test_a_value_of_the_organisation_stands_in_the_document(tmp_path: Path) -> None:
    path = tmp_path / "parameters.yaml"
    path.write_text("parameters: {console_timeout_seconds: 60}", encoding="utf-8")
    validator = one_rule(export.document(loader.load(given=path)), "console-idle-timeout-long")
    facts = {"subject": {"kind": "switch"}, "lines": [{"kind": "con", "exec_timeout_seconds": 61}]}
    assert one_rule(DOCUMENT, "console-idle-timeout-long").is_valid(facts)
    assert not validator.is_valid(facts)


OVERLAY = """
title: {ja: 市, en: City}
edition: R8
off: {telnet-enabled: {reason: x}}
severity: {login-banner-missing: {default: high}}
clauses: {standard: c, numbers: {"mic-r8:4.1(3)": {id: "1", title: {ja: あ, en: a}}}}
"""
RULES = (HERE / "derive" / "rules" / "waiting.schema.yaml").read_text("utf-8")


def overlaid(folder: Path, rules: str, parameters: str) -> dict[str, Any]:
    (folder / "baselines").mkdir(parents=True)
    (folder / "overlay.yaml").write_text(OVERLAY, encoding="utf-8")
    (folder / "baselines" / "own.schema.yaml").write_text(rules, encoding="utf-8")
    (folder / "parameters.yaml").write_text(parameters, encoding="utf-8")
    return export.document(Audit(Settings(overlays=(folder,))).baseline)


def test_every_kind_of_difference_is_told(tmp_path: Path) -> None:
    after = overlaid(tmp_path / "a", RULES, "parameters: {min_psu: 3}")
    found = {(c.change, c.what, c.rule, c.name): (c.before, c.after) for c in changes.compare(DOCUMENT, after)}
    assert found["changed", "force", "telnet-enabled", None] == ("in_force", "off")
    assert found["changed", "severity", "login-banner-missing", None] == ({"default": "low"}, {"default": "high"})
    assert found["changed", "parameter", "core-power-not-redundant", "min_psu"] == (2, 3)
    assert found["changed", "clauses", "core-power-not-redundant", None][1][0] == "c:1"
    assert ("added", None, "waits-for-model", None) in found
    assert not [key for key in found if key[1] == "schema"], "a parameter is told as such, not as a schema"
    back = {(c.change, c.rule) for c in changes.compare(after, DOCUMENT)}
    assert ("removed", "waits-for-model") in back
    assert list(changes.compare(after, after)) == []


def test_a_difference_in_what_a_rule_asks_is_told_with_its_place() -> None:
    rule = SHIPPED.rule("telnet-enabled")
    assert rule is not None
    schema = json.loads(json.dumps(rule.schema))
    schema["then"]["properties"]["telnet"]["properties"]["enabled"] = {"type": "boolean"}
    edited = replace(SHIPPED, rules=tuple(replace(r, schema=schema) if r is rule else r for r in SHIPPED.rules))
    found = list(changes.compare(DOCUMENT, export.document(edited)))
    assert [(c.what, c.name, c.before, c.after) for c in found] == [
        ("schema", "/then/properties/telnet/properties/enabled/const", False, None),
        ("schema", "/then/properties/telnet/properties/enabled/type", None, "boolean"),
    ]
