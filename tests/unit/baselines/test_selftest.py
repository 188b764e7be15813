"""The self-test of rules sees what it is for."""

import copy
from typing import Any

import pytest

from infra_audit.baselines import loader, selftest, source
from infra_audit.baselines.source import RuleFile
from infra_audit.model.finding import Verdict
from tests.unit.baselines.documents import HERE

GOOD = source.read(HERE / "rules" / "6.5-access.schema.yaml", "good.schema.yaml")


def outcome(rule: str, change: Any) -> selftest.Result:
    data = copy.deepcopy(dict(GOOD.data))
    change(data["$defs"][rule])
    return selftest.run(loader.from_files([RuleFile("changed.schema.yaml", data, 0)]))


def test_good_rules_pass() -> None:
    result = selftest.run(loader.from_files([GOOD]))
    assert result.failures == []
    assert result.counts["rules"] == 8
    assert result.counts["facts removed"] > 40


@pytest.mark.parametrize(
    ("rule", "change", "case"),
    [
        ("telnet-enabled", lambda r: r["examples"][0]["telnet"].update(enabled=True), "/examples/0"),
        (
            "telnet-enabled",
            lambda r: r["x-counterexamples"][0]["facts"]["telnet"].update(enabled=False),
            "/x-counterexamples/0",
        ),
        ("telnet-enabled", lambda r: r["x-counterexamples"][0].update(fails=["/telnet"]), "/x-counterexamples/0"),
        ("telnet-enabled", lambda r: r["x-unknown"][0].update(missing=["/telnet/enabled"]), "/x-unknown/0"),
        ("log-level-low", lambda r: r["x-unknown"][0]["facts"]["logging"]["servers"].pop(), "/x-unknown/0"),
    ],
)
def test_a_wrong_statement_is_seen_by_both_engines(rule: str, change: Any, case: str) -> None:
    failures = [f for f in outcome(rule, change).failures if f.case == case]
    assert {f.engine for f in failures} == set(selftest.ENGINES)
    assert all(str(f).startswith(f"{rule}: {case}") for f in failures)


def test_a_parameter_no_example_feels_is_seen() -> None:
    def widen(rule: dict[str, Any]) -> None:
        rule["x-infra-audit"]["parameters"]["max_idle_seconds"]["schema"].update(minimum=599, maximum=600)

    failures = outcome("console-idle-timeout-long", widen).failures
    assert [f.case for f in failures] == ["/x-infra-audit/parameters/max_idle_seconds"]


def test_a_fact_taken_away_that_makes_a_pass_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "SILENT", (*selftest.SILENT, Verdict.NO_EVIDENCE))
    assert any("without" in f.case for f in selftest.run(loader.from_files([GOOD])).failures)


def test_a_broken_rule_fails_the_test() -> None:
    failures = outcome("telnet-enabled", lambda r: r.pop("examples")).failures
    assert [(f.rule, f.engine, f.found) for f in failures] == [("telnet-enabled", "lint", "lint.shape")]


def test_counterlines_are_given_by_platform() -> None:
    def add(rule: dict[str, Any]) -> None:
        rule["x-infra-audit"]["counterlines"] = {"cisco_ios": ["line vty 0 4", "line vty 5 15"], "fortinet": "set x"}

    data = copy.deepcopy(dict(GOOD.data))
    add(data["$defs"]["telnet-enabled"])
    found = list(selftest.counterlines(loader.from_files([RuleFile("x", data, 0)]), "cisco_ios"))
    assert [(rule.id, text) for rule, text in found] == [
        ("telnet-enabled", "line vty 0 4"),
        ("telnet-enabled", "line vty 5 15"),
    ]
