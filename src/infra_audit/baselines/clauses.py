"""From findings to clauses: 適合 不適合 一部不適合 証跡なし 該当なし, always with counts.

A clause collects the findings of all rules that name it, or a clause below it, or one that its crosswalk leads to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from infra_audit.baselines.standards import Catalogue
from infra_audit.model.finding import Finding, Verdict
from infra_audit.model.rule import Baseline

NO_CATALOGUE = Catalogue(())


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
    """Findings by verdict, and `subjects` concerned."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `rules coverage`."""
        return {
            "clause": self.clause,
            "title": dict(self.title),
            "mode": list(self.mode),
            "rules": list(self.rules),
            "result": str(self.result) if self.result else None,
            "counts": dict(self.counts),
        }


@dataclass(slots=True)
class _Tally:
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    subjects: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)


class ClauseCounter:
    """Adds up findings as they stream by."""

    def __init__(self, catalogue: Catalogue = NO_CATALOGUE, baseline: Baseline | None = None) -> None:
        """With a catalogue every clause has a row; with a baseline every rule shows, judged or not."""
        self._catalogue = catalogue
        self._tallies: dict[str, _Tally] = {name: _Tally() for name in catalogue.clauses}
        self._above: dict[tuple[str, ...], tuple[str, ...]] = {}
        for rule_id, clauses in baseline.clauses.items() if baseline else ():
            for name in self._counts_for(clauses):
                self._tally(name).rules.add(rule_id)

    def add(self, finding: Finding) -> None:
        """Count one finding, once for each clause it counts for."""
        for name in self._counts_for(finding.clauses):
            tally = self._tally(name)
            tally.verdicts[finding.verdict] += 1
            tally.rules.add(finding.rule)
            if finding.verdict is not Verdict.NOT_APPLICABLE:
                tally.subjects.add(str(finding.subject.get("id", "")))

    def rows(self) -> list[ClauseRow]:
        """Return one row a clause: those of the catalogues in their order, then the others by id."""
        known = self._catalogue.clauses
        names = [*known, *sorted(self._tallies.keys() - known.keys())]
        return [self._row(name) for name in names]

    def _row(self, name: str) -> ClauseRow:
        clause = self._catalogue.clauses.get(name)
        tally = self._tallies[name]
        counts = {str(verdict): number for verdict, number in tally.verdicts.items()}
        return ClauseRow(
            clause=name,
            title=clause.title if clause else {},
            mode=clause.mode if clause else ("automatic",),
            rules=tuple(sorted(tally.rules)),
            result=result(tally.verdicts),
            counts={**counts, "subjects": len(tally.subjects)},
        )

    def _counts_for(self, clauses: tuple[str, ...]) -> tuple[str, ...]:
        if clauses not in self._above:
            self._above[clauses] = tuple(
                dict.fromkeys(above for name in clauses for above in self._catalogue.above(name))
            )
        return self._above[clauses]

    def _tally(self, name: str) -> _Tally:
        return self._tallies.setdefault(name, _Tally())


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
