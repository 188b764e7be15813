"""A rule that cannot fail proves nothing: its counter-lines, inserted into a text that passes, make it fail."""

import os
from collections import defaultdict

import pytest

from infra_audit import catalogue
from infra_audit.model.finding import Verdict
from infra_audit.snapshot.redact import Redactor
from tests.laws import passing

FULL = os.environ.get("INFRA_AUDIT_FULL") == "1"
RULES, PLATFORMS = 40, 5
"""What is asked for at least: rules with counter-lines on that many platforms, each."""


def broken(platform: str, rule_id: str) -> dict[str, set[str]]:
    """Return what the counter-lines of a rule make of its passes: text of a platform -> verdicts."""
    rule = passing.rules()[rule_id]
    found: dict[str, set[str]] = defaultdict(set)
    for text in rule.counterlines[platform]:
        for name, passed in passing.passes(platform, rule):
            found[name].add(str(passing.verdict_after(platform, name, passed, rule, text)))
            if found[name] == {"fail"} and not FULL:
                break
    return dict(found)


def given() -> dict[str, list[str]]:
    """Return the platforms of the counter-lines of each rule."""
    known = set(passing.platforms())
    found = {rule.id: sorted(known & set(rule.counterlines)) for rule in passing.rules().values()}
    return {rule_id: platforms for rule_id, platforms in found.items() if platforms}


@pytest.mark.parametrize("rule_id", sorted(r for r, platforms in given().items() if len(platforms) >= PLATFORMS))
def test_counter_lines_turn_a_pass_into_a_fail(rule_id: str) -> None:
    for platform in given()[rule_id]:
        verdicts = broken(platform, rule_id)
        assert verdicts, f"{platform}: no text passes; put a small one into tests/laws/passing/{platform}"
        assert any(found == {"fail"} for found in verdicts.values()), f"{platform}: {verdicts}"


def test_enough_rules_can_be_broken_on_enough_platforms(capsys: pytest.CaptureFixture[str]) -> None:
    table = {rule_id: platforms for rule_id, platforms in given().items() if len(platforms) >= PLATFORMS}
    with capsys.disabled():
        print()
        for rule_id, platforms in sorted(table.items(), key=lambda row: (-len(row[1]), row[0])):
            print(f"{len(platforms):3} {rule_id:36} {' '.join(platforms)}")
    assert len(table) >= RULES


def test_counter_lines_hold_no_secret_that_is_not_masked() -> None:
    for name in passing.platforms():
        redactor = Redactor(catalogue.platforms()[name])
        for rule in passing.rules().values():
            for text in rule.counterlines.get(name, ()):
                redacted = redactor.redact(text.split("\n")).lines
                assert [line for line in redacted if "himitsu" in line.lower()] == [], (rule.id, name)


def test_verdicts_are_told_apart() -> None:
    rule = passing.rules()["telnet-enabled"]
    name, passed = next(passing.passes("cisco_ios", rule))
    assert passing.verdict_after("cisco_ios", name, passed, rule, "!") is Verdict.PASS
