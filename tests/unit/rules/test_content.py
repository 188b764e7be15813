"""What the shipped rules and standards say: breadth, both languages, and references that lead somewhere."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue, resources, yamlfile
from infra_audit.baselines import lint, loader, patterns, selftest, source, standards
from infra_audit.model.standard import OWN, Catalogue
from infra_audit.registers.joins.registry import JOINS

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
ZONES = {"mynumber", "lgwan", "internet"}
LINUX = "linux-server"
SERVERS = {LINUX, "windows-server", "terminal"}
CASES = Path(__file__).parents[1] / "platforms"


@cache
def rules() -> dict[str, dict[str, Any]]:
    """Return every shipped rule by id."""
    return {rule_id: rule for file in source.read_all() for rule_id, rule in file.rules.items()}


@cache
def known() -> Catalogue:
    """Return the shipped standards."""
    return standards.load()


def meta(rule_id: str) -> dict[str, Any]:
    value: dict[str, Any] = rules()[rule_id]["x-infra-audit"]
    return value


def is_joined(rule_id: str) -> bool:
    """Say whether a rule asks what a register or the zone map says: no line of a device breaks it."""
    leaves = patterns.reads(rules()[rule_id]["then"]).leaves
    added = {tuple(pattern.split("/")) for join in JOINS for pattern in join.adds} | {("registers",)}
    return any(leaf[: len(pattern)] == pattern for leaf in leaves for pattern in added)


@cache
def given() -> frozenset[tuple[str, ...]]:
    """Return usual kind and place of every fact that some shipped platform gives in its cases."""
    found: set[tuple[str, ...]] = set()
    for name, platform in catalogue.platforms().items():
        for file in (CASES / name).glob("*/expected.json"):
            facts = json.loads(file.read_text("utf-8")).get("facts", {})
            found |= {(platform.data["default_kind"], *path) for path in _facts(facts, ())}
    return frozenset(found)


def _facts(value: Any, at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, below in value.items():
            yield (*at, name)
            yield from _facts(below, (*at, name))
    elif isinstance(value, list):
        for below in value:
            yield from _facts(below, (*at, "*"))


def is_read_from_lines(rule_id: str) -> bool:
    """Say whether the lines of a shipped platform can give what a rule asks.

    What Windows tells does not come from lines, and some facts of Linux servers are not collected yet.
    """
    then = rules()[rule_id]["then"]
    kind = rules()[rule_id]["if"]["properties"]["subject"]["properties"]["kind"]
    kinds = kind.get("enum", [kind.get("const")])
    if not set(then["required"]) - {"subject"} <= {path[1] for path in given()}:
        return False
    asked = [path for path in patterns.reads(then).judged if path[0] != "subject"]
    asked = [path[:-1] if path[-1] == "*" else path for path in asked]
    from_linux = LINUX in kinds and all((LINUX, *path) in given() for path in asked)
    return bool(set(kinds) - SERVERS) or from_linux


def standard_files() -> list[Any]:
    folder = resources.root("schemas") / "standards"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return [pytest.param(yamlfile.load(file), id=file.name) for file in files]


def test_breadth() -> None:
    clauses = {clause for rule_id in rules() for clause in meta(rule_id)["clauses"]}
    conditions = {condition for rule_id in rules() for condition in meta(rule_id)["conditions"]}
    assert len(rules()) >= 140
    assert len(clauses) >= 25
    assert len(conditions) >= 90
    physical = {c for c in clauses if c.startswith("mic-r8:4")}
    assert len(physical) >= 7, physical


def test_ids_are_used_once() -> None:
    ids = Counter(rule_id for file in source.read_all() for rule_id in file.rules)
    assert [rule_id for rule_id, count in ids.items() if count > 1] == []


def test_titles_tell_rules_apart() -> None:
    for titles in ([rule["title"] for rule in rules().values()], [meta(rule_id)["title"]["ja"] for rule_id in rules()]):
        assert [title for title, count in Counter(titles).items() if count > 1] == []


def test_lint_with_the_catalogue_is_clean() -> None:
    problems = lint.lint(source.read_all(), clauses=known().ids, conditions=frozenset(known().conditions))
    assert [(p.file, p.rule, p.pointer, p.code) for p in problems] == []


def test_every_rule_keeps_what_its_cases_say() -> None:
    result = selftest.run(loader.load())
    assert [str(failure) for failure in result.failures] == []


@pytest.mark.parametrize("rule_id", list(rules()))
class TestRule:
    """One shipped rule."""

    def test_texts_are_in_both_languages(self, rule_id: str) -> None:
        rationale = meta(rule_id)["rationale"]
        assert not JAPANESE.search(rules()[rule_id]["title"])
        assert JAPANESE.search(meta(rule_id)["title"]["ja"])
        assert JAPANESE.search(rationale["ja"])
        assert rationale["ja"].endswith("。")
        assert not JAPANESE.search(rationale["en"])
        assert rationale["en"].endswith(".")
        for parameter in meta(rule_id).get("parameters", {}).values():
            assert JAPANESE.search(parameter["why"]["ja"])
            assert not JAPANESE.search(parameter["why"]["en"])

    def test_suggestions_are_in_both_languages_or_in_none(self, rule_id: str) -> None:
        for text in meta(rule_id).get("remediation", {}).values():
            if isinstance(text, str):
                assert not JAPANESE.search(text)
            else:
                assert JAPANESE.search(text["ja"])
                assert not JAPANESE.search(text["en"])

    def test_references_lead_somewhere(self, rule_id: str) -> None:
        assert set(meta(rule_id)["clauses"]) <= known().ids
        assert meta(rule_id)["conditions"] or meta(rule_id).get("mode") == "attested"
        assert set(meta(rule_id)["conditions"]) <= set(known().conditions)

    def test_conditions_belong_to_a_clause_of_the_rule(self, rule_id: str) -> None:
        clauses = known().clauses
        covered = {condition.id for clause in meta(rule_id)["clauses"] for condition in clauses[clause].conditions}
        assert covered & set(meta(rule_id)["conditions"]) or not meta(rule_id)["conditions"]

    def test_zones_of_severities_exist(self, rule_id: str) -> None:
        assert set(meta(rule_id)["severity"].get("zones", {})) <= ZONES

    def test_a_counter_line_exists_for_a_platform(self, rule_id: str) -> None:
        assert meta(rule_id).get("counterlines") or is_joined(rule_id) or not is_read_from_lines(rule_id)
        shipped = set(catalogue.platforms())
        assert set(meta(rule_id).get("counterlines", {})) <= shipped
        # Of Windows, whose facts come from its own tools and not from lines, there are suggestions too.
        assert set(meta(rule_id).get("remediation", {})) <= shipped | {"windows"}

    def test_counter_lines_name_sources_that_exist(self, rule_id: str) -> None:
        shipped = catalogue.platforms()
        for platform, text in meta(rule_id).get("counterlines", {}).items():
            found = re.match(r"#begin (\S+)\n", text)
            if found and platform in shipped:
                assert found[1] in shipped[platform].sources

    def test_a_question_ends_as_one(self, rule_id: str) -> None:
        for lang, question in meta(rule_id).get("question", {}).items():
            assert bool(JAPANESE.search(question)) is (lang == "ja")
            assert re.search("(ます|ました|です)か" if lang == "ja" else r"\?", question)

    def test_an_unknown_kind_is_no_evidence(self, rule_id: str) -> None:
        cases = rules()[rule_id]["x-unknown"]
        assert any("/subject/kind" in case["missing"] for case in cases)
        assert any("/subject/kind" not in case["missing"] for case in cases)


@pytest.mark.parametrize("data", standard_files())
def test_every_clause_says_what_it_asks(data: dict[str, Any]) -> None:
    for clause in data["clauses"]:
        assert JAPANESE.search(clause["title"]["ja"]), clause["id"]
        assert not JAPANESE.search(clause["title"]["en"]), clause["id"]
        if data.get("kind", "standards") not in OWN:
            continue
        assert clause["requirement"]["ja"].endswith("。"), clause["id"]
        assert clause["requirement"]["en"].endswith("."), clause["id"]


def test_every_standard_clause_answers_to_the_policy() -> None:
    for clause in known().clauses.values():
        if clause.standard == "mic-r8":
            policy = [name for name in clause.crosswalk if name.startswith("kashima:")]
            assert policy, clause.id
            assert set(policy) <= known().ids, clause.id


def test_conditions_stand_under_one_clause_with_a_title() -> None:
    found: Counter[str] = Counter()
    for param in standard_files():
        for clause in param.values[0]["clauses"]:
            for condition in clause.get("conditions", ()):
                found[condition["id"]] += 1
                assert JAPANESE.search(condition["title"]["ja"]), condition
                assert not JAPANESE.search(condition["title"]["en"]), condition
    assert len(found) == 320
    assert [name for name, count in found.items() if count > 1] == []


def test_a_clause_says_how_its_rules_are_judged() -> None:
    for rule_id in rules():
        for clause in meta(rule_id)["clauses"]:
            assert meta(rule_id).get("mode", "automatic") in known().clauses[clause].mode, (rule_id, clause)


def test_every_attested_clause_without_clauses_below_has_a_question() -> None:
    asked = {
        clause for rule_id in rules() if meta(rule_id).get("mode") == "attested" for clause in meta(rule_id)["clauses"]
    }
    above = {clause.parent for clause in known().clauses.values()}
    clauses = [c for c in known().clauses.values() if c.standard == "mic-r8" and c.id not in above]
    assert [c.id for c in clauses if "attested" in c.mode and c.id not in asked] == []
