"""Every shipped rule can be shown as a page, in both languages."""

import pytest

from infra_audit.baselines import standards
from infra_audit.baselines.loader import load
from infra_audit.cli.rule_page import rule_page
from infra_audit.model.rule import Rule
from infra_audit.texts import LANGUAGES

RULES = load().rules
KNOWN = standards.load()


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_the_page_tells_what_why_and_by_which_clause(rule: Rule) -> None:
    for lang in LANGUAGES:
        page = list(rule_page(rule, KNOWN, lang))
        assert page[:2] == [rule.id, rule.title[lang]]
        assert not [line for line in page if line.startswith("rule.")], "a label without a text"
        for clause in rule.clauses:
            assert any(line.startswith(f"    {clause} ") for line in page), "a clause without its title"
