"""Every condition is asked by a rule, or a reason says why not; every clause says how it is kept and what it answers to."""

import re
from collections import Counter

from infra_audit import resources, yamlfile
from infra_audit.baselines import loader, standards
from infra_audit.model.standard import OWN, Clause

KNOWN = standards.load()
COVERED = {condition for rule in loader.load().rules for condition in rule.conditions}
FILE = resources.root("schemas") / "standards" / standards.CONDITIONS / "without-rule.yaml"
CLAUSES: list[Clause] = list(KNOWN.of("standards"))
PARENTS = {clause.parent for clause in KNOWN.clauses.values()}


def test_a_condition_has_a_rule_or_a_reason_and_never_both() -> None:
    without = standards.without_rule()
    missing = sorted(set(KNOWN.conditions) - COVERED - without.keys())
    assert missing == [], "neither a rule nor a reason: write a rule, or a line in without-rule.yaml"
    assert sorted(without.keys() & COVERED) == [], "these have a rule now: `make docs` takes them off without-rule.yaml"
    assert sorted(without.keys() - set(KNOWN.conditions)) == [], "no such condition"


def test_a_condition_without_a_rule_stands_under_one_reason() -> None:
    reasons = yamlfile.load(FILE)["reasons"].values()
    assert [name for name, count in Counter(c for r in reasons for c in r["conditions"]).items() if count > 1] == []


def test_conditions_say_of_whom_and_from_what() -> None:
    conditions = [c for clause in CLAUSES for c in clause.conditions]
    assert len(conditions) == 320
    assert [c.id for c in conditions if not c.targets or not c.source or not c.title] == []
    read = [c for c in conditions if set(c.source) & {"cfg", "state", "computed"}]
    assert len(read) >= 257


def test_the_policy_is_there_clause_by_clause() -> None:
    policy = [c.number for c in KNOWN.of("policy")]
    assert policy == [
        "1", "2", "3", "3(ア)", "3(イ)", "3(ウ)", "3(エ)", "3(オ)", "4", "4(ア)", "4(イ)", "4(イ)①", "4(イ)②", "4(イ)③", "5", "6",
        "6(ア)", "6(イ)", "6(ウ)", "6(ウ)①", "6(ウ)②", "6(ウ)③", "6(エ)", "6(オ)", "6(カ)", "6(キ)", "6(ク)", "6(ク)-1", "6(ク)-2",
        "6(ク)-3", "6(ク)-4", "6(ケ)", "7", "8", "9", "9-2", "9-3",
    ]  # fmt: skip


def test_the_standards_hold_every_item() -> None:
    sections = {"4.1": 7, "4.2": 3, "6.1": 22, "6.2": 6, "6.5": 7}
    items = [f"{section}({n})" for section, count in sections.items() for n in range(1, count + 1)]
    whole = ["1", "2", "3", "3(1)", "3(2)", "3(3)", "4.3", "4.4", "5.1", "5.2", "5.3", "5.4", "6.3", "6.4", "6.6"]
    whole += [*(f"7.{n}" for n in range(1, 7)), *(f"8.{n}" for n in range(1, 5)), *(f"9.{n}" for n in range(1, 4))]
    assert {*items, *whole} <= {c.number for c in CLAUSES}


def test_what_is_out_of_scope_says_why() -> None:
    for clause in KNOWN.of(*OWN):
        assert ("out_of_scope" in clause.mode) == bool(clause.out_of_scope), clause.id


def test_every_standard_clause_names_what_it_keeps_and_against_what() -> None:
    for clause in CLAUSES:
        assert clause.protects, clause.id
        assert clause.threats, clause.id
        assert set(clause.threats) <= KNOWN.ids, clause.id


def test_every_leaf_has_what_an_auditor_asks_a_field_of_the_law_and_related_controls() -> None:
    for clause in CLAUSES:
        if clause.id not in PARENTS:
            assert clause.audit, clause.id
            assert any(name.startswith("ordinance-80-2026:") for name in clause.crosswalk), clause.id
            assert any(name.startswith("jisq27002-2024:") for name in clause.crosswalk), clause.id


def test_the_crosswalk_leads_somewhere_and_says_how_far() -> None:
    for clause in KNOWN.clauses.values():
        for name in clause.crosswalk:
            assert name in KNOWN.ids, (clause.id, name)
            assert clause.strength[name] in ("full", "partial"), (clause.id, name)


def test_only_related_controls_that_a_clause_names_are_listed_in_part() -> None:
    named = {name for clause in CLAUSES for name in clause.crosswalk}
    for clause in KNOWN.of("controls"):
        if clause.standard != "jisq27002-2024":
            assert clause.id in named, clause.id
    assert len([c for c in KNOWN.of("controls") if c.standard == "jisq27002-2024"]) == 93


def test_the_eight_fields_of_the_law_have_their_dates() -> None:
    fields = list(KNOWN.of("statute"))
    assert [c.number for c in fields] == [f"16-3-{n}" for n in range(1, 9)]
    assert {c.in_force for c in fields} == {"2027-07-01"}
    assert [c.number for c in fields if c.transitional] == ["16-3-5", "16-3-7"]


def test_nothing_claims_conformity_with_a_standard_of_others() -> None:
    folder = resources.root("schemas") / "standards"
    text = "\n".join(f.read_text("utf-8") for f in folder.iterdir() if f.name.endswith(".yaml"))
    claims = re.compile(r"(?i)complian\w* with (iso|nist|cis|jis)|(ISO|JIS|NIST|CIS)[^。\n]{0,20}(に適合|準拠し)")
    assert claims.findall(text) == []
