"""Lint sees each mistake, and stops only the rule it lies in."""

import copy
from typing import Any

import pytest

from infra_audit import texts, yamlfile
from infra_audit.baselines import lint, loader, source
from infra_audit.baselines.source import RuleFile
from tests.unit.baselines.documents import HERE

GOOD = source.read(HERE / "rules" / "6.5-access.schema.yaml", "good.schema.yaml")
BREAKS = yamlfile.load(HERE / "lint" / "breaks.yaml")
CLAUSES = frozenset(c for rule in GOOD.rules.values() for c in rule["x-infra-audit"]["clauses"])
CONDITIONS = frozenset({"6.5.1-01"})


def broken(case: dict[str, Any]) -> RuleFile:
    data = copy.deepcopy(dict(GOOD.data))
    rule = data["$defs"][case["rule"]]
    for place in case.get("remove", ()):
        holder, name = _holder(rule, place)
        holder.pop(name, None)
    for place, value in case.get("set", {}).items():
        holder, name = _holder(rule, place)
        holder[name] = value
    data["$defs"].update(case.get("helpers", {}))
    return RuleFile("broken.schema.yaml", data, 0)


def _holder(value: Any, place: str) -> tuple[Any, str]:
    *head, last = place.split("/")[1:]
    for part in head:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value, last


def test_good_rules_are_clean() -> None:
    assert lint.lint([GOOD], clauses=CLAUSES, conditions=CONDITIONS) == []


@pytest.mark.parametrize("case", BREAKS, ids=lambda c: c["title"])
def test_mistake_is_seen(case: dict[str, Any]) -> None:
    found = [p for p in lint.lint([broken(case)], clauses=CLAUSES, conditions=CONDITIONS) if p.rule == case["rule"]]
    assert {p.code for p in found} == set(case["codes"])
    for problem in found:
        for lang in texts.LANGUAGES:
            said = texts.text("lint", problem.code, lang, **problem.fields)
            assert problem.code not in said
            assert "{" not in said or problem.code in ("lint.silent", "lint.impossible_value")


@pytest.mark.parametrize("case", [c for c in BREAKS if not c.get("helpers")], ids=lambda c: c["title"])
def test_broken_rule_stops_only_itself(case: dict[str, Any]) -> None:
    baseline = loader.from_files([broken(case)])
    if {"lint.unknown_clauses", "lint.unknown_conditions"} & set(case["codes"]):
        assert not baseline.broken  # what the catalogues do not know can still be judged
        return
    assert [b.id for b in baseline.broken] == [case["rule"]]
    assert len(baseline.rules) == len(GOOD.rules) - 1


def test_frame_of_the_file() -> None:
    data = copy.deepcopy(dict(GOOD.data))
    data["allOf"] = [*data["allOf"][1:], {"$ref": "#/$defs/is-network"}, {"$ref": "#/$defs/nothing"}]
    found = lint.lint_file(RuleFile("broken.schema.yaml", data, 0))
    assert [(p.rule, p.code) for p in found] == [
        ("is-network", "lint.helper_joined"),
        ("telnet-enabled", "lint.not_joined"),
        ("", "lint.dangling"),
    ]


def test_every_code_has_a_case() -> None:
    seen = {code for case in BREAKS for code in case["codes"]}
    assert set(texts.catalogue("lint")) - seen == {"lint.not_joined", "lint.helper_joined", "lint.dangling"}
