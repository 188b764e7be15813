"""Facts documents against the baseline in force: findings.

A rule is settled by its applicability, then by the coverage of the areas it needs, then by the validator; the law that
turns errors into verdicts is in `verdict`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_audit.baselines import patterns
from infra_audit.baselines.checker import Checker
from infra_audit.baselines.coverage import Gap, settle
from infra_audit.baselines.document import Subject
from infra_audit.baselines.fast import FastChecker
from infra_audit.baselines.patterns import Path, Reads
from infra_audit.baselines.population import Selector, selector
from infra_audit.baselines.reference import ReferenceChecker
from infra_audit.baselines.scope import select
from infra_audit.baselines.verdict import Judged, Status, judge_leaves
from infra_audit.baselines.writing import broken_finding, finding
from infra_audit.model.facts import CoverageState, FactsDocument
from infra_audit.model.finding import Finding, Verdict
from infra_audit.model.reason import Reason
from infra_audit.model.rule import Baseline, BrokenRule, Rule, RuleProblem

CHECKERS: Mapping[str, Callable[[Sequence[Rule]], Checker]] = {"fast": FastChecker, "reference": ReferenceChecker}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rule with what is read from it once."""

    rule: Rule
    reads: Reads
    selector: Selector | None
    idle: Reason | None
    """Why it does not judge; None for a rule in force."""


class Engine:
    """A baseline compiled by one library."""

    def __init__(self, baseline: Baseline, kind: str = "fast", *, attested: bool = True) -> None:
        """Compile; `kind` is fast or reference. A rule that does not compile joins the broken ones.

        `attested`: whether rules that ask persons are in scope.
        """
        self.baseline = baseline
        self._left_out = frozenset(r.id for r in baseline.rules if r.mode == "attested" and not attested)
        self._checker: Checker = CHECKERS[kind](baseline.rules)
        self._prepared = [_prepare(rule) for rule in baseline.rules if rule.id not in self._checker.broken]
        self.broken = (
            *baseline.broken,
            *(_does_not_compile(r) for r in baseline.rules if r.id in self._checker.broken),
        )
        self._fields = sorted({p[1] for r in baseline.rules for p in patterns.looked_at(r.schema["if"]) if len(p) > 1})
        self._applicable: dict[str, frozenset[str]] = {}
        self._scopes: dict[tuple[tuple[str, ...], tuple[str, ...]], frozenset[str]] = {}

    def judge(
        self, document: FactsDocument, *, rules: Sequence[str] = (), clauses: Sequence[str] = ()
    ) -> Iterator[Finding]:
        """Yield one finding for each rule in scope, in order of rule id.

        `rules` are ids or prefixes, `clauses` ids or the ids of clauses above; nothing named means all. Raises UsageError
        when a name matches no rule.
        """
        chosen = self._scope(tuple(rules), tuple(clauses))
        subject = Subject(document, self._checker.selects)
        applicable = self._applies(document)
        found = [
            self._finding(p, subject, applies=p.rule.id in applicable) for p in self._prepared if p.rule.id in chosen
        ]
        found += [broken_finding(rule, document) for rule in self.broken if rule.id in chosen]
        yield from sorted(found, key=lambda f: f.rule)

    def _scope(self, rules: tuple[str, ...], clauses: tuple[str, ...]) -> frozenset[str]:
        if (rules, clauses) not in self._scopes:
            self._scopes[rules, clauses] = select(self.baseline, rules, clauses) - self._left_out
        return self._scopes[rules, clauses]

    def _applies(self, document: FactsDocument) -> frozenset[str]:
        """Return the rules that concern a subject; equal subjects are asked once."""
        subject = document.facts.get("subject", {})
        key = json.dumps([subject.get(name) for name in self._fields], sort_keys=True)
        if key not in self._applicable:
            probe = {"subject": subject}
            self._applicable[key] = frozenset(p.rule.id for p in self._prepared if self._checker.applies(p.rule, probe))
        return self._applicable[key]

    def _finding(self, prepared: Prepared, subject: Subject, *, applies: bool) -> Finding:
        rule = prepared.rule
        if not applies:
            kind = subject.document.facts.get("subject", {}).get("kind", "")
            return finding(rule, subject, Verdict.NOT_APPLICABLE, Reason("judge.out_of_scope", {"kind": kind}))
        if prepared.idle is not None:
            return finding(rule, subject, Verdict.NOT_APPLICABLE, prepared.idle)
        gaps = subject.gaps.of(rule.needs, prepared.reads)
        settled = settle(gaps, prepared.reads)
        if settled is not None:
            return finding(rule, subject, *settled)
        counted = subject.members(prepared.selector) if prepared.selector else None
        judged = self._errors(prepared, subject, gaps, subject.facts)
        if judged:
            return _with_errors(prepared, subject, judged, gaps, counted)
        unseen = [gap for gap in gaps if gap.coverage.state is not CoverageState.NO_SUCH_EXPOSURE]
        if unseen and all(len(gap.path) > 1 for gap in unseen):
            # Single fields were not completely seen: whether it matters is asked of the facts without them.
            judged = self._errors(prepared, subject, gaps, subject.judged)
            unseen = [] if not judged else unseen
        if unseen:
            reason = next((one.gap.reason for one in judged if one.gap is not None), unseen[0].reason)
            return finding(rule, subject, Verdict.NO_EVIDENCE, reason, judged=judged, counted=counted)
        return _valid(prepared, subject, counted)

    def _errors(
        self, prepared: Prepared, subject: Subject, gaps: tuple[Gap, ...], facts: dict[str, Any]
    ) -> list[Judged]:
        """Return the errors of a rule with their meaning, without those of what the platform has nothing of."""
        leaves = self._checker.leaves(prepared.rule, facts)
        if not leaves:
            return []
        judged = judge_leaves(leaves, gaps, subject.evidence.kinds, prepared.reads)
        return [one for one in judged if one.status is not Status.EXEMPT]


def _with_errors(
    prepared: Prepared, subject: Subject, judged: list[Judged], gaps: tuple[Gap, ...], counted: list[Path] | None
) -> Finding:
    """Decide a rule with errors: fail or no_evidence."""
    unknown_subject = [j for j in judged if j.leaf.pointer.startswith("/subject/")]
    if unknown_subject:
        field = unknown_subject[0].leaf.pointer.removeprefix("/subject/")
        reason = Reason("judge.unknown_subject", {"field": field})
        return finding(prepared.rule, subject, Verdict.NO_EVIDENCE, reason, judged=unknown_subject, counted=counted)
    if any(j.status is Status.STANDS for j in judged):
        return finding(prepared.rule, subject, Verdict.FAIL, None, judged=judged, counted=counted)
    reason = _why_not_known(subject, judged, gaps)
    return finding(prepared.rule, subject, Verdict.NO_EVIDENCE, reason, judged=judged, counted=counted)


def _why_not_known(subject: Subject, judged: list[Judged], gaps: tuple[Gap, ...]) -> Reason:
    """Return the reason of a rule without evidence: the gap its errors lie in, else the missing fact itself."""
    inside = next((j.gap for j in judged if j.gap is not None), None)
    if inside is not None:
        return inside.reason
    missing = sorted({subject.document.key_of(j.leaf.pointer) for j in judged if j.status is Status.MISSING})
    if not missing and gaps:
        return gaps[0].reason
    code = "judge.missing_fact" if len(missing) == 1 else "judge.missing_facts"
    return Reason(code, {"fact": missing[0], "count": len(missing)})


def _valid(prepared: Prepared, subject: Subject, counted: list[Path] | None) -> Finding:
    """Decide a rule without errors over facts completely seen: pass, or nothing to count."""
    rule = prepared.rule
    read = _read(prepared, subject, counted)
    if prepared.selector is not None and not counted:
        reason = Reason("judge.none_of_kind", {"each": rule.each})
        return finding(rule, subject, Verdict.NOT_APPLICABLE, reason, read=read, counted=counted)
    passed = finding(rule, subject, Verdict.PASS, None, read=read, counted=counted)
    if passed.evidence:
        return passed
    return finding(rule, subject, Verdict.NO_EVIDENCE, Reason("judge.pass_without_evidence"), counted=counted)


def _read(prepared: Prepared, subject: Subject, counted: list[Path] | None) -> list[str]:
    """Return the facts a valid rule rests on: what it judged first, then what selected and guarded."""
    steps = prepared.selector.steps if prepared.selector else ()
    chosen = frozenset(counted or ())
    found: dict[str, None] = {}
    for pattern in dict.fromkeys((*prepared.reads.judged, *prepared.reads.leaves)):
        is_counted = bool(chosen) and pattern[: len(steps)] == steps
        for path, place in subject.places(pattern):
            if not is_counted or path[: len(steps)] in chosen:
                found[place] = None
    return list(found)


def _prepare(rule: Rule) -> Prepared:
    then = rule.schema["then"]
    return Prepared(rule, patterns.reads(then), selector(rule.each, then) if rule.each else None, rule.idle)


def _does_not_compile(rule: Rule) -> BrokenRule:
    problem = RuleProblem(file=rule.file, rule=rule.id, pointer="", code="lint.does_not_compile")
    return BrokenRule(
        id=rule.id,
        title=rule.title,
        file=rule.file,
        clauses=rule.clauses,
        conditions=rule.conditions,
        problems=(problem,),
    )
