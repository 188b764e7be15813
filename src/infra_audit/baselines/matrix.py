"""The coverage matrix from the sides of its readers: clauses, the audit table, related controls, statute, threats."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra_audit.baselines.clauses import ClauseCounter, ClauseRow, result
from infra_audit.baselines.scope import clause_matches
from infra_audit.model.finding import Verdict
from infra_audit.model.standard import Catalogue, Clause

Row = dict[str, Any]
SHOWN = 8
"""Rules, subjects and artefacts named in one cell of the audit table; the others are counted. Excel prints no row
that is higher than 409 points, so a cell has to stay below some thirty lines."""


def rows(counter: ClauseCounter, view: str, clauses: tuple[str, ...] = ()) -> list[Row]:
    """Return the records of one view; `clauses` keeps the rows of those clauses and of what lies below them."""
    return [
        row
        for row in VIEWS[view](counter)
        if not clauses or any(clause_matches(row["clause"], name) for name in clauses)
    ]


def _clauses(counter: ClauseCounter) -> Iterator[Row]:
    yield from (row.to_json() for row in counter.rows())


def _controls(counter: ClauseCounter) -> Iterator[Row]:
    """Yield each control of another catalogue that a clause points to, with those clauses and how far they answer it."""
    known = counter.catalogue
    for row in counter.rows(("controls",)):
        related = known.leading_to(row.clause)
        if related:
            links = [{"clause": c.id, "strength": c.strength.get(row.clause, "partial")} for c in related]
            yield {**row.to_json(), "related": links}


def _statutory(counter: ClauseCounter) -> Iterator[Row]:
    for row in counter.rows(("statute",)):
        clause = counter.catalogue.clauses.get(row.clause)
        leading = [c.id for c in counter.catalogue.leading_to(row.clause)]
        in_force = {"in_force": clause.in_force, "transitional": dict(clause.transitional)} if clause else {}
        yield {**row.to_json(), "in_force": None, "transitional": {}, **in_force, "related": leading}


def _threats(counter: ClauseCounter) -> Iterator[Row]:
    """Yield each threat by zone: how many findings of each kind answer it there."""
    known = counter.catalogue
    named = {threat for clause in known.clauses.values() for threat in clause.threats}
    rules = counter.rules_by_clause()
    for name in (clause for clause in known.clauses if clause in named):
        zones: dict[str, dict[Verdict, int]] = {}
        for rule_id in rules.get(name, ()):
            for (zone, verdict), count in counter.tallies[rule_id].zones.items():
                found = zones.setdefault(zone, dict.fromkeys(Verdict, 0))
                found[verdict] += count
        for zone, verdicts in sorted(zones.items()) or [("", dict.fromkeys(Verdict, 0))]:
            outcome = result(verdicts)
            yield {
                "clause": name,
                "title": dict(known.clauses[name].title),
                "zone": zone,
                "rules": len(rules.get(name, ())),
                "result": str(outcome) if outcome else None,
                "counts": {str(verdict): count for verdict, count in verdicts.items()},
            }


def _audit(counter: ClauseCounter) -> Iterator[Row]:
    """Yield the audit items of the standards in their order, with what was found beside them."""
    known = counter.catalogue
    rules = counter.rules_by_clause()
    for number, clause in enumerate((c for c in known.of("standards") if c.audit), 1):
        row = counter.row(clause.id, rules.get(clause.id, ()))
        yield {**_asked(number, clause, known), **_found(counter, row)}


def _asked(number: int, clause: Clause, known: Catalogue) -> Row:
    audit = clause.audit
    assert audit is not None
    return {
        "number": number,
        "clause": clause.id,
        "headings": [{"number": c.number, **c.title} for c in _path(clause, known)],
        "required": clause.required,
        "title": dict(clause.title),
        "item": dict(audit.item),
        "documents": [dict(d) for d in audit.documents],
        "methods": [dict(m) for m in audit.methods],
        "own_clauses": _own(clause, known),
        "example": clause.number.replace("(", ".(", 1),
        "controls": _numbers(clause, "jisq27002-"),
        "statute": _numbers(clause, "ordinance-"),
        "note": dict(audit.note),
        "mode": list(clause.mode),
        "why": dict(clause.out_of_scope),
    }


def _own(clause: Clause, known: Catalogue) -> list[str]:
    """Return the clauses of an organisation's own standards that answer to a clause; without any the clause itself."""
    others = [c.id for c in known.leading_to(clause.id) if c.standard != clause.standard]
    return [name for name in others if known.kind(name) == "standards"] or [clause.id]


def _path(clause: Clause, known: Catalogue) -> list[Clause]:
    path = [clause]
    while path[0].parent is not None:
        path.insert(0, known.clauses[path[0].parent])
    return path


def _numbers(clause: Clause, standard: str) -> list[str]:
    found = [name.partition(":")[2] for name in clause.crosswalk if name.startswith(standard)]
    return sorted(found, key=lambda number: [int(part) for part in re.findall(r"\d+", number)])


def _found(counter: ClauseCounter, row: ClauseRow) -> Row:
    tallies = {rule_id: counter.tallies[rule_id] for rule_id in row.rules}
    artifacts = {name: digest for tally in tallies.values() for name, digest in tally.artifacts.items()}
    subjects = {
        s for tally in tallies.values() for verdict, found in tally.subjects.items() for s in found
        if verdict is not Verdict.NOT_APPLICABLE
    }  # fmt: skip
    return {
        "result": str(row.result) if row.result else None,
        "counts": dict(row.counts),
        "rules": list(row.rules),
        "subjects": sorted(subjects)[:SHOWN],
        "subjects_more": max(0, len(subjects) - SHOWN),
        "artifacts": [{"artifact": a, "sha256": artifacts[a]} for a in sorted(artifacts)[:SHOWN]],
        "artifacts_more": max(0, len(artifacts) - SHOWN),
        "found": [
            {
                "rule": rule_id,
                "title": dict(tally.title),
                "fail": tally.subjects[Verdict.FAIL][:SHOWN],
                "no_evidence": tally.subjects[Verdict.NO_EVIDENCE][:SHOWN],
                "waived": tally.waived,
                "counts": {str(v): len(found) for v, found in tally.subjects.items()},
            }
            for rule_id, tally in tallies.items()
            if any(tally.subjects.values())
        ],
    }


VIEWS: Mapping[str, Callable[[ClauseCounter], Iterator[Row]]] = {
    "clauses": _clauses,
    "audit": _audit,
    "controls": _controls,
    "statutory": _statutory,
    "threats": _threats,
}
