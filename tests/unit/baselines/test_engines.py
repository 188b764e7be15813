"""Both engines say the same of any document, and any validator agrees with the verdict on what was completely seen."""

import random
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra_audit import catalogue
from infra_audit.baselines import loader
from infra_audit.baselines.engine import Engine
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.finding import Finding, Verdict
from infra_audit.model.reason import Reason
from infra_audit.model.rule import Baseline, InForce, Rule
from tests.conftest import FULL
from tests.unit.baselines.documents import baseline
from tests.unit.baselines.views import judged


def all_in_force(rules: Baseline) -> Baseline:
    """Return a baseline whose rules wait for nothing: one that is not in force asks nothing, whatever its schema says."""
    return replace(rules, rules=tuple(replace(rule, lacks=InForce()) for rule in rules.rules))


BASELINES = {"test rules": baseline(), "shipped rules": all_in_force(loader.load())}
SETTLED_OUTSIDE = ("judge.no_such_exposure", "judge.no_such_exposure_bare", "judge.pass_without_evidence")
DOCUMENTS = 600 if FULL else 60


class Generator:
    """Documents near the border: the rules' own examples, mixed, with facts taken away, changed or made null."""

    def __init__(self, rules: Baseline, seed: int) -> None:
        self.random = random.Random(seed)
        self.samples: dict[str, list[Any]] = {}
        for rule in rules.rules:
            for facts in _examples(rule):
                for area, value in facts.items():
                    self.samples.setdefault(area, []).append(value)

    def document(self) -> FactsDocument:
        facts = {"subject": self.subject()}
        for area in sorted(self.samples):
            if area != "subject" and self.random.random() < 0.9:
                facts[area] = self.changed(self.value(area), catalogue.facts_schema()["properties"][area])
        return FactsDocument(facts=facts, coverage=self.coverage(facts), provenance=self.provenance(facts))

    def subject(self) -> dict[str, Any]:
        subject = dict(self.random.choice(self.samples["subject"]))
        if self.random.random() < 0.1:
            subject.pop("kind", None)
        if self.random.random() < 0.5:
            subject["zones"] = self.random.choice([[], ["mynumber"], ["lgwan", "internet"]])
        return subject

    def value(self, area: str) -> Any:
        """Return a sample of an area; lists and objects are joined from two."""
        one, two = self.random.choice(self.samples[area]), self.random.choice(self.samples[area])
        if isinstance(one, list) and isinstance(two, list):
            return [*one, *two]
        return {**two, **one} if isinstance(one, dict) and isinstance(two, dict) else one

    def changed(self, value: Any, schema: Any) -> Any:
        """Return a copy in which some facts are gone, null, or another possible value."""
        if isinstance(value, dict):
            known = schema.get("properties", {})
            kept = {k: v for k, v in value.items() if self.random.random() > 0.05}
            return {k: self.changed(v, known.get(k, {})) for k, v in kept.items()}
        if isinstance(value, list):
            return [self.changed(v, schema.get("items", {})) for v in value if self.random.random() > 0.1]
        return self.random.choice(_others(schema, value)) if self.random.random() < 0.25 else value

    def coverage(self, facts: dict[str, Any]) -> dict[str, Coverage]:
        states = [CoverageState.PARSED] * 12 + [CoverageState.PARTIAL] * 4 + list(CoverageState)
        found = {a: Coverage(state=self.random.choice(states)) for a in facts if a != "subject"}
        for area, value in facts.items():
            item = value[0] if isinstance(value, list) and value else value
            if area != "subject" and isinstance(item, dict) and item and self.random.random() < 0.3:
                name = self.random.choice(sorted(item))
                key = f"{area}/*/{name}" if isinstance(value, list) else f"{area}/{name}"
                found[key] = Coverage(state=self.random.choice(list(CoverageState)), reason=Reason("complete.unknown"))
        return found

    def provenance(self, facts: dict[str, Any]) -> dict[str, Provenance]:
        kinds = [ProvenanceKind.LINES, ProvenanceKind.LINES, ProvenanceKind.DEFAULT, ProvenanceKind.ABSENT]
        return {f"/{a}": Provenance(kind=self.random.choice(kinds), artifact="x", lines=((1, 2),)) for a in facts}


def _examples(rule: Rule) -> list[dict[str, Any]]:
    cases = [*rule.definition["x-counterexamples"], *rule.definition["x-unknown"]]
    return [*rule.definition["examples"], *(case["facts"] for case in cases)]


def _others(schema: Any, value: Any) -> list[Any]:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    found = [value, *schema.get("enum", ())]
    found += [None] if "null" in kinds else []
    found += [True, False] if "boolean" in kinds else []
    found += [0, 1, 59, 601, 4000] if "integer" in kinds else []
    return found


@pytest.mark.parametrize("name", BASELINES)
def test_engines_agree_and_the_law_holds(name: str) -> None:
    rules = BASELINES[name]
    fast, reference = Engine(rules), Engine(rules, "reference")
    validators = {r.id: Draft202012Validator(r.schema) for r in rules.rules}
    needs = {r.id: r.needs for r in rules.rules}
    idle = {r.id for r in rules.rules if r.idle is not None}
    generator = Generator(rules, 20261123)
    seen: dict[Verdict, int] = dict.fromkeys(Verdict, 0)
    for _ in range(DOCUMENTS):
        document = generator.document()
        findings = list(fast.judge(document))
        assert findings == list(reference.judge(document))
        view = judged(document)
        for finding in findings:
            seen[finding.verdict] += 1
            if finding.rule not in idle and not _is_stated(finding, document, needs[finding.rule]):
                valid = validators[finding.rule].is_valid(view)
                assert valid == (finding.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)), finding
    assert all(seen.values()), seen


def _is_stated(finding: Finding, document: FactsDocument, needs: tuple[str, ...]) -> bool:
    """Say whether a finding rests on what the platform is stated to have nothing of, or on evidence: not on facts alone."""
    code = finding.reason.code if finding.reason else ""
    if code in SETTLED_OUTSIDE:
        return True
    nothing = CoverageState.NO_SUCH_EXPOSURE
    stated = [k for k, c in document.coverage.items() if c.state is nothing and k.split("/")[0] in needs]
    return finding.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE) and bool(stated)
