"""What of a finding is a duty by ordinance, from when, and whether 経過措置 leaves the system under the old rule.

A clause leads to a field of the ordinance through the crosswalk of the catalogues. Of a field with a transitional measure,
a system that existed on the day it came into force is not bound: the day it was put into use (`commissioned_on`) decides,
and where nobody said it, this is not known. The verdict stays as it is.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from infra_audit import resources, yamlfile
from infra_audit.baselines.standards import Catalogue
from infra_audit.model.finding import Finding, Statutory


@cache
def ordinance() -> dict[str, Any]:
    """Return the fields of the ordinance: schemas/statutory.yaml."""
    data: dict[str, Any] = yamlfile.load(resources.root("schemas") / "statutory.yaml", cached=True)
    return data


class Duties:
    """The fields of the ordinance that findings answer to."""

    def __init__(self, catalogue: Catalogue) -> None:
        """`catalogue` leads from clauses to fields."""
        self._catalogue = catalogue
        self._fields: dict[tuple[str, ...], list[dict[str, Any]]] = {}
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
            day = ordinance()["from"]
            self._known[key] = tuple(
                Statutory(
                    field=entry["field"],
                    clause=entry["clause"],
                    start=day,
                    transitional=_existed(commissioned_on, day) if entry.get("transitional") else False,
                )
                for entry in self._answered(clauses)
            )
        return self._known[key]

    def _answered(self, clauses: tuple[str, ...]) -> list[dict[str, Any]]:
        if clauses not in self._fields:
            above = {name for clause in clauses for name in self._catalogue.above(clause)}
            self._fields[clauses] = [entry for entry in ordinance()["fields"] if entry["clause"] in above]
        return self._fields[clauses]


def _existed(commissioned_on: str | None, day: str) -> bool | None:
    """Say whether a system existed on a day; None when the day it was put into use is not known or is no date."""
    try:
        return dt.date.fromisoformat(commissioned_on) <= dt.date.fromisoformat(day) if commissioned_on else None
    except (TypeError, ValueError):
        return None
