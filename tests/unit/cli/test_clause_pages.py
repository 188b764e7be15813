"""The pages of the clauses: every rule stands in full once, every link leads somewhere, no text is missing."""

import re
from collections import Counter

from infra_audit.baselines import standards
from infra_audit.baselines.loader import load
from infra_audit.cli.clause_page import INDEX, Pages
from infra_audit.texts import LANGUAGES

BASELINE = load()
KNOWN = standards.load()
PAGES = Pages(KNOWN, BASELINE, standards.without_rule(), {"a_platform": frozenset({"telnet"})}).all()


def test_every_rule_stands_in_full_on_one_page() -> None:
    heads = Counter(line for page in PAGES.values() for line in page.split("\n") if line.startswith("### "))
    for rule in BASELINE.rules:
        assert heads[f"### {rule.id}"] == 1
        assert heads[f"### {rule.id} ({LANGUAGES[1]})"] == 1


def test_every_condition_has_a_row_in_both_languages() -> None:
    rows = Counter(line.split(" | ")[0] for page in PAGES.values() for line in page.split("\n"))
    for name in KNOWN.conditions:
        assert rows[f"| {name}"] == 2, name


def test_every_link_leads_to_a_page_and_its_head() -> None:
    links = [(name, link) for name, page in PAGES.items() for link in re.findall(r"\]\(([^)]+)\)", page)]
    assert links
    for name, link in links:
        target, _, anchor = link.partition("#")
        assert target in PAGES, (name, link)
        assert not anchor or f"\n### {anchor}\n" in PAGES[target], (name, link)


def test_no_text_is_missing() -> None:
    for name, page in PAGES.items():
        assert not re.findall(r"\b(?:clause_page|rule|words|method|strength)\.[a-z_]+\b(?! )", page), name
    assert set(PAGES) > {INDEX, "4.1-1.md", "6.5-1.md", "9.3.md"}
