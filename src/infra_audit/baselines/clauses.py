"""From findings to clauses: 適合 不適合 一部不適合 証跡なし 該当なし, always with counts.

A clause collects the findings of all rules that name it, or a clause below it, or one that its crosswalk leads to.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from infra_audit.model.finding import Evidence, Finding, Verdict
from infra_audit.model.rule import Baseline
from infra_audit.model.standard import OWN, Catalogue

NO_CATALOGUE = Catalogue(())
NOT_IN_FORCE = frozenset({"judge.not_in_force", "judge.switched_off"})
"""Reasons of findings whose rule waits for something the organisation has not given, or was switched off by it: they
say nothing of the clause."""


class ClauseVerdict(StrEnum):
    """What the findings of a clause add up to."""

    PASS = "pass"
    """適合: every subject concerned passes."""
    FAIL = "fail"
    """不適合: all that could be judged fail."""
    PARTLY_FAIL = "partly_fail"
    """一部不適合: some fail, some pass."""
    NO_EVIDENCE = "no_evidence"
    """証跡なし: none fails, and some lack evidence."""
    NOT_APPLICABLE = "not_applicable"
    """該当なし: nobody is concerned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a clause needs to know of one finding, be it fresh or read from a file."""

    rule: str
    title: Mapping[str, str]
    clauses: tuple[str, ...]
    verdict: Verdict
    subject: str
    zones: tuple[str, ...] = ()
    in_force: bool = True
    waived: bool = False
    """A fail all of whose items are covered by a valid waiver."""
    artifacts: tuple[tuple[str, str], ...] = ()
    """Artefacts that prove it, with the digest of their bytes as they came, or of their text as stored."""

    @classmethod
    def of(cls, finding: Finding) -> "Judgement":
        """Return what counts of a finding."""
        leaves = (*finding.evidence, *(e for item in finding.items for e in item.evidence))
        return cls(
            rule=finding.rule,
            title=finding.title,
            clauses=finding.clauses,
            verdict=finding.verdict,
            subject=str(finding.subject.get("id", "")),
            zones=tuple(finding.subject.get("zones") or ()),
            in_force=finding.reason is None or finding.reason.code not in NOT_IN_FORCE,
            waived=finding.verdict is Verdict.FAIL and not finding.is_open,
            artifacts=tuple(dict.fromkeys(_artifact(leaf) for leaf in leaves if leaf.artifact)),
        )

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> "Judgement":
        """Return what counts of the JSON form of a finding. Raises KeyError, TypeError or ValueError when it is none."""
        leaves = [*record["evidence"], *(e for item in record["items"] for e in item["evidence"])]
        failing = [item for item in record["items"] if item["status"] == "failing"]
        waivers = [item["waiver"] for item in failing]
        subject, reason = record["subject"], record["reason"]
        found = [(e["artifact"], e.get("source_sha256") or e.get("sha256") or "") for e in leaves if e.get("artifact")]
        return cls(
            rule=record["rule"],
            title=record["title"],
            clauses=tuple(record["clauses"]),
            verdict=Verdict(record["verdict"]),
            subject=str(subject.get("id", "")),
            zones=tuple(subject.get("zones") or ()),
            in_force=reason is None or reason["code"] not in NOT_IN_FORCE,
            waived=bool(waivers) and all(w is not None and w["state"] == "valid" for w in waivers),
            artifacts=tuple(dict.fromkeys(found)),
        )


def _artifact(leaf: Evidence) -> tuple[str, str]:
    return str(leaf.artifact), leaf.source_sha256 or leaf.sha256 or ""


@dataclass(slots=True)
class RuleTally:
    """What one rule found."""

    title: Mapping[str, str] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    subjects: dict[Verdict, list[str]] = field(default_factory=lambda: {verdict: [] for verdict in Verdict})
    """Subjects by verdict, but for those where the rule is not in force."""
    zones: dict[tuple[str, Verdict], int] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    not_in_force: int = 0
    waived: int = 0

    def add(self, judgement: Judgement) -> None:
        """Count one finding of the rule."""
        if not judgement.in_force:
            self.not_in_force += 1
            return
        self.subjects[judgement.verdict].append(judgement.subject)
        self.waived += judgement.waived
        self.artifacts.update(judgement.artifacts)
        for zone in judgement.zones or ("",):
            key = (zone, judgement.verdict)
            self.zones[key] = self.zones.get(key, 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRow:
    """One clause with what was found."""

    clause: str
    title: Mapping[str, str]
    """By language; empty when no catalogue knows the clause."""
    mode: tuple[str, ...]
    rules: tuple[str, ...]
    result: ClauseVerdict | None
    """None: no rule of the clause judged anything."""
    counts: Mapping[str, int]
    """Findings by verdict, `subjects` concerned, and `conditions` with how many of them a rule asks for."""
    why: Mapping[str, str] = field(default_factory=dict)
    """Why it is out of scope, or partly."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `rules coverage`."""
        return {
            "clause": self.clause,
            "title": dict(self.title),
            "mode": list(self.mode),
            "rules": list(self.rules),
            "result": str(self.result) if self.result else None,
            "counts": dict(self.counts),
            "why": dict(self.why),
        }


class ClauseCounter:
    """Adds up findings as they stream by."""

    def __init__(self, catalogue: Catalogue = NO_CATALOGUE, baseline: Baseline | None = None) -> None:
        """With a catalogue every clause has a row; with a baseline every rule shows, judged or not."""
        self.catalogue = catalogue
        self.tallies: dict[str, RuleTally] = {}
        for rule_id, clauses in baseline.clauses.items() if baseline else ():
            self.tallies[rule_id] = RuleTally(clauses=clauses)
        for rule in baseline.rules if baseline else ():
            self.tallies[rule.id].title = rule.title
        self._covered = frozenset(c for rule in baseline.rules for c in rule.conditions) if baseline else frozenset()

    def add(self, found: Finding | Judgement) -> None:
        """Count one finding."""
        judgement = Judgement.of(found) if isinstance(found, Finding) else found
        tally = self.tallies.setdefault(judgement.rule, RuleTally(title=judgement.title, clauses=judgement.clauses))
        tally.add(judgement)

    def rows(self, kinds: Container[str] = OWN) -> list[ClauseRow]:
        """Return one row a clause of some kinds of standards: those known in their order, then the others by id."""
        rules = self.rules_by_clause()
        names = [*self.catalogue.clauses, *sorted(rules.keys() - self.catalogue.clauses.keys())]
        return [self.row(name, rules.get(name, ())) for name in names if self.catalogue.kind(name) in kinds]

    def rules_by_clause(self) -> Mapping[str, Sequence[str]]:
        """Return the rules whose findings count for each clause, by id."""
        found: dict[str, list[str]] = {}
        above: dict[tuple[str, ...], tuple[str, ...]] = {}
        for rule_id, tally in sorted(self.tallies.items()):
            if tally.clauses not in above:
                above[tally.clauses] = tuple(
                    dict.fromkeys(a for name in tally.clauses for a in self.catalogue.above(name))
                )
            for name in above[tally.clauses]:
                found.setdefault(name, []).append(rule_id)
        return found

    def row(self, name: str, rules: Sequence[str]) -> ClauseRow:
        """Return the row of one clause, given the rules that count for it."""
        clause = self.catalogue.clauses.get(name)
        tallies = [self.tallies[rule_id] for rule_id in rules]
        verdicts = {verdict: sum(len(tally.subjects[verdict]) for tally in tallies) for verdict in Verdict}
        concerned = {s for t in tallies for verdict, subjects in t.subjects.items() for s in subjects
                     if verdict is not Verdict.NOT_APPLICABLE}  # fmt: skip
        conditions = set(self._conditions(name))
        return ClauseRow(
            clause=name,
            title=clause.title if clause else {},
            mode=self.catalogue.mode(name),
            rules=tuple(rules),
            result=result(verdicts),
            counts={
                **{str(verdict): count for verdict, count in verdicts.items()},
                "not_in_force": sum(tally.not_in_force for tally in tallies),
                "waived": sum(tally.waived for tally in tallies),
                "subjects": len(concerned),
                "conditions": len(conditions),
                "conditions_with_rule": len(conditions & self._covered),
            },
            why=clause.out_of_scope if clause else {},
        )

    def _conditions(self, name: str) -> Iterator[str]:
        known = self.catalogue.clauses
        yield from (c.id for below in self.catalogue.below(name) if below in known for c in known[below].conditions)


def result(verdicts: Mapping[Verdict, int]) -> ClauseVerdict | None:
    """Return what some findings add up to; None when there is none."""
    if verdicts[Verdict.FAIL]:
        return ClauseVerdict.PARTLY_FAIL if verdicts[Verdict.PASS] else ClauseVerdict.FAIL
    if verdicts[Verdict.NO_EVIDENCE]:
        return ClauseVerdict.NO_EVIDENCE
    if verdicts[Verdict.PASS]:
        return ClauseVerdict.PASS
    return ClauseVerdict.NOT_APPLICABLE if verdicts[Verdict.NOT_APPLICABLE] else None


def summarise(
    findings: Iterable[Finding], catalogue: Catalogue = NO_CATALOGUE, baseline: Baseline | None = None
) -> list[ClauseRow]:
    """Return one row a clause for some findings."""
    counter = ClauseCounter(catalogue, baseline)
    for finding in findings:
        counter.add(finding)
    return counter.rows()
