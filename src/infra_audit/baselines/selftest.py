"""`rules test`: every rule against its own examples, in both engines, and against what is missing.

example         facts that must pass
counterexample  facts that must fail, at exactly the places stated
unknown         facts that give no evidence, exactly the facts stated being named as missing
silence         any one fact taken away from a counterexample: never a pass, never not_applicable
parameter       each parameter at the ends of its range: the rule still compiles, is not silent, and some example
                changes its verdict
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import jsonschema_rs

from infra_audit.baselines import lint, parameters, pointer
from infra_audit.baselines.engine import Engine
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.finding import Finding, Verdict
from infra_audit.model.rule import Baseline, InForce, Rule

ENGINES = ("fast", "reference")
SEEN = Coverage(state=CoverageState.PARSED)
STATED = Provenance(kind=ProvenanceKind.GIVEN, source="example")
SILENT = (Verdict.PASS, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing a rule does not do that its file says it does."""

    rule: str
    case: str
    """Place in the rule, such as /examples/0."""
    engine: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.case} ({self.engine}): expected {self.expected}, found {self.found}"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `rules test`."""
        return {name: getattr(self, name) for name in ("rule", "case", "engine", "expected", "found")}


@dataclass(slots=True)
class Result:
    """Counts and failures of one run."""

    counts: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def count(self, kind: str) -> None:
        """Count one case."""
        self.counts[kind] = self.counts.get(kind, 0) + 1

    @property
    def summary(self) -> str:
        """Return one line with the counts."""
        counts = ", ".join(f"{kind} {number}" for kind, number in sorted(self.counts.items()))
        return f"{counts}, failed {len(self.failures)}"


def run(baseline: Baseline) -> Result:
    """Test every rule of a baseline. Broken rules are failures."""
    result = Result()
    for broken in baseline.broken:
        result.failures.append(
            Failure(broken.id, broken.problems[0].pointer, "lint", "a rule", broken.problems[0].code)
        )
    for asked in baseline.rules:
        # A rule that waits for something, or that is switched off, still does what its file says.
        rule = replace(asked, lacks=InForce(), off=None)
        result.count("rules")
        engines = {kind: _engine(rule, kind) for kind in ENGINES}
        _cases(rule, engines, result)
        _silence(rule, engines["fast"], result)
        _parameters(rule, result)
    return result


def counterlines(baseline: Baseline, platform: str) -> Iterator[tuple[Rule, str]]:
    """Yield each text that, inserted into a configuration of a platform, must turn the pass of a rule into a fail."""
    for rule in baseline.rules:
        for text in rule.counterlines.get(platform, ()):
            yield rule, text


def document(facts: Mapping[str, Any], needs: Iterable[str]) -> FactsDocument:
    """Return facts as a document in which every area was read whole, so that only the facts decide."""
    return FactsDocument(
        facts={"subject": {}, **facts} if "subject" not in facts else dict(facts),
        coverage=dict.fromkeys((*needs, *(a for a in facts if a != "subject")), SEEN),
        provenance={f"/{area}": STATED for area in facts if area != "subject"},
    )


def _engine(rule: Rule, kind: str) -> Engine:
    return Engine(Baseline(rules=(rule,)), kind)


def _judge(engine: Engine, rule: Rule, facts: Mapping[str, Any]) -> Finding:
    return next(engine.judge(document(facts, rule.needs)))


def _cases(rule: Rule, engines: Mapping[str, Engine], result: Result) -> None:
    for kind, case, facts, wanted in _stated(rule):
        result.count(kind)
        for name, engine in engines.items():
            found = _said(_judge(engine, rule, facts))
            if found != wanted:
                result.failures.append(Failure(rule.id, case, name, wanted, found))


def _stated(rule: Rule) -> Iterator[tuple[str, str, Mapping[str, Any], str]]:
    """Yield kind, place, facts and what the file says of them."""
    for number, facts in enumerate(rule.definition["examples"]):
        yield "examples", f"/examples/{number}", facts, "pass"
    for number, case in enumerate(rule.definition["x-counterexamples"]):
        yield "counterexamples", f"/x-counterexamples/{number}", case["facts"], _line("fail", case["fails"])
    for number, case in enumerate(rule.definition["x-unknown"]):
        yield "unknown", f"/x-unknown/{number}", case["facts"], _line("no_evidence", case["missing"])


def _said(finding: Finding) -> str:
    """Return a finding in the words of the cases: a fail by its places, no_evidence by the facts it misses."""
    if finding.verdict is Verdict.FAIL:
        return _line("fail", [item.pointer for item in finding.items if item.status == "failing"])
    if finding.verdict is Verdict.NO_EVIDENCE:
        return _line("no_evidence", [item.pointer for item in finding.items if item.seen is None])
    return str(finding.verdict)


def _line(verdict: str, places: Iterable[str]) -> str:
    return f"{verdict} {' '.join(sorted(places))}"


def _silence(rule: Rule, engine: Engine, result: Result) -> None:
    for number, case in enumerate(rule.definition["x-counterexamples"]):
        for place in _facts_of(case["facts"], ()):
            result.count("facts removed")
            found = _judge(engine, rule, _without(case["facts"], place))
            if found.verdict in SILENT:
                where = f"/x-counterexamples/{number} without {pointer.join(place)}"
                result.failures.append(Failure(rule.id, where, "fast", "fail or no_evidence", str(found.verdict)))


def _facts_of(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every named fact of an example."""
    entries: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        entries = value.items()
        yield from ((*path, name) for name in value)
    elif isinstance(value, list):
        entries = enumerate(value)
    for name, below in entries:
        yield from _facts_of(below, (*path, name))


def _without(facts: Mapping[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    """Return a copy of the facts in which one is not known."""
    result: Any = copy.deepcopy(facts)
    holder = result
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return dict(result)


def _parameters(rule: Rule, result: Result) -> None:
    for name, parameter in parameters.declared(rule.definition).items():
        result.count("parameters")
        place = f"/x-infra-audit/parameters/{name}"
        usual = _verdicts(rule)
        bounds = _bounds(parameter["schema"])
        moved = not bounds
        for value in bounds:
            at_bound = _with(rule, parameter["pointers"], value)
            moved = moved or _verdicts(at_bound) != usual
            if _is_silent(at_bound):
                result.failures.append(
                    Failure(rule.id, place, "fast", "not silent", f"passes on empty facts at {value}")
                )
        if not moved:
            expected = "an example or counterexample that changes its verdict at a bound"
            result.failures.append(Failure(rule.id, place, "fast", expected, "none"))


def _with(rule: Rule, pointers: list[str], value: Any) -> Rule:
    """Return a rule with one value at the places of a parameter, which never lie in a helper."""
    definition = parameters.put(rule.definition, pointers, value)
    return replace(rule, definition=definition, schema=parameters.put(rule.schema, pointers, value))


def _verdicts(rule: Rule) -> list[Verdict]:
    engine = _engine(rule, "fast")
    return [_judge(engine, rule, facts).verdict for kind, _, facts, _ in _stated(rule) if kind != "unknown"]


def _is_silent(rule: Rule) -> bool:
    is_valid = jsonschema_rs.validator_for(dict(rule.schema)).is_valid
    return any(is_valid(facts) for facts in lint.silent_facts(rule.definition, rule.schema["then"]))


def _bounds(schema: Mapping[str, Any]) -> list[Any]:
    """Return the ends of the range of a parameter: its bounds, all values of a closed list, lists of one, no list."""
    found = [*schema.get("enum", ()), *(schema[key] for key in ("minimum", "maximum") if key in schema)]
    if schema["type"] == "boolean":
        found = [False, True]
    if schema["type"] == "array":
        found = [[], *([one] for one in (*_bounds({"type": "string", **schema.get("items", {})}), "-"))]
    is_valid = jsonschema_rs.validator_for(dict(schema)).is_valid
    return [value for value in found if is_valid(value)]
