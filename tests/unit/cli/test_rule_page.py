"""Every shipped rule can be shown as a page, in both languages."""

from dataclasses import replace

import pytest

from infra_audit.baselines import standards
from infra_audit.baselines.loader import load
from infra_audit.cli.rule_page import giving, parts, rule_page
from infra_audit.cli.rule_words import judged
from infra_audit.model.rule import Rule
from infra_audit.texts import LANGUAGES

RULES = load().rules
KNOWN = standards.load()


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_the_page_tells_what_why_and_by_which_clause(rule: Rule) -> None:
    for lang in LANGUAGES:
        page = list(rule_page(rule, KNOWN, lang))
        assert page[:2] == [rule.id, rule.title[lang]]
        assert not [line for line in page if line.lstrip().startswith(("rule.", "words."))], "a label without a text"
        for clause in rule.clauses:
            assert any(line.startswith(f"    {clause} ") for line in page), "a clause without its title"


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_the_words_name_every_fact_that_can_fail_or_be_missing(rule: Rule) -> None:
    places = [p for case in rule.definition["x-counterexamples"] for p in case["fails"]]
    places += [p for case in rule.definition["x-unknown"] for p in case["missing"]]
    for lang in LANGUAGES:
        said = "\n".join(judged(rule, lang))
        for place in places:
            name = [part for part in place.split("/") if part and not part.isdigit()][-1]
            assert name in said, (place, said)


@pytest.mark.parametrize("rule", [r for r in RULES if r.parameters], ids=lambda r: r.id)
def test_a_page_tells_the_value_and_the_reason_of_each_parameter(rule: Rule) -> None:
    for lang in LANGUAGES:
        told = next(part for part in parts(rule, KNOWN, lang, {}) if part.label == "parameters")
        for name in rule.parameters:
            assert any(line.startswith(f"{name}: ") for line in told.lines)
            why = rule.definition["x-infra-audit"]["parameters"][name]["why"]
            assert any((why if isinstance(why, str) else why[lang]) in line for line in told.lines)


def test_a_page_names_the_platforms_that_give_the_facts() -> None:
    rule = replace(RULES[0], needs=("snmp", "system"))
    areas = {"all": frozenset({"snmp", "system", "users"}), "some": frozenset({"snmp"}), "none": frozenset[str]()}
    assert giving(rule, areas) == (["all"], ["some"])
