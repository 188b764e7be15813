"""What of a finding is a duty by ordinance, from when, and whether 経過措置 leaves the system under the old rule.

A clause leads to a field of the ordinance through the crosswalk of the catalogues. Of a field with a transitional measure,
a system that existed on the day it came into force is not bound: the day it was put into use (`commissioned_on`) decides,
and where nobody said it, this is not known. The verdict stays as it is.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace

from infra_audit.model.finding import Finding, Statutory
from infra_audit.model.standard import Catalogue, Clause


class Duties:
    """The fields of the ordinance that findings answer to."""

    def __init__(self, catalogue: Catalogue) -> None:
        """`catalogue` leads from clauses to fields."""
        self._catalogue = catalogue
        self._fields: dict[tuple[str, ...], list[Clause]] = {}
        self._known: dict[tuple[tuple[str, ...], str | None], tuple[Statutory, ...]] = {}

    def apply(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings with the fields they answer to."""
        for finding in findings:
            found = self.of(finding.clauses, finding.subject.get("commissioned_on"))
            yield replace(finding, statutory=found) if found else finding

    def of(self, clauses: tuple[str, ...], commissioned_on: str | None) -> tuple[Statutory, ...]:
        """Return the fields of some clauses for a system put into use on a day, None when not known."""
        key = (clauses, commissioned_on)
        if key not in self._known:
            self._known[key] = tuple(_duty(field, commissioned_on) for field in self._answered(clauses))
        return self._known[key]

    def _answered(self, clauses: tuple[str, ...]) -> list[Clause]:
        if clauses not in self._fields:
            above = {name for clause in clauses for name in self._catalogue.above(clause)}
            fields = self._catalogue.of("statute")
            self._fields[clauses] = [field for field in fields if field.in_force and field.id in above]
        return self._fields[clauses]


def _duty(field: Clause, commissioned_on: str | None) -> Statutory:
    start = field.in_force
    assert start is not None
    return Statutory(
        field=field.number.rpartition("-")[2],
        clause=field.id,
        start=start,
        transitional=_existed(commissioned_on, start) if field.transitional else False,
    )


def _existed(commissioned_on: str | None, day: str) -> bool | None:
    """Say whether a system existed on a day; None when the day it was put into use is not known or is no date."""
    try:
        return dt.date.fromisoformat(commissioned_on) <= dt.date.fromisoformat(day) if commissioned_on else None
    except (TypeError, ValueError):
        return None
