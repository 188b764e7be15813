"""Waivers (例外措置): beside the verdict, never in it.

A waiver names rule, subjects and items by their stable keys, and is valid up to and including its last day in Asia/Tokyo.
Valid, it closes an item for `--fail-on`; expired or unused, it is reported.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from infra_audit import resources, yamlfile
from infra_audit.baselines import pointer
from infra_audit.errors import BaselineError
from infra_audit.model.finding import Finding, Item, Verdict

TOKYO = dt.timezone(dt.timedelta(hours=9), "Asia/Tokyo")
"""Without a table of zones, which Windows does not have; Japan keeps no summer time."""


class WaiverState(StrEnum):
    """Where a day lies in the term of a waiver."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One approval."""

    id: str
    rule: str
    subjects: tuple[str, ...]
    items: tuple[str, ...] | None
    """Item keys, or beginnings of them up to a `/`; None = every item."""
    approver: str
    reason: str
    measure: str
    start: dt.date | None
    until: dt.date
    """Last day, included."""
    file: str

    def state(self, day: dt.date) -> WaiverState:
        """Return the state on a day in Asia/Tokyo."""
        if self.start is not None and day < self.start:
            return WaiverState.NOT_YET
        return WaiverState.VALID if day <= self.until else WaiverState.EXPIRED

    def covers(self, rule: str, subject: str, key: str) -> bool:
        """Say whether an item is one this waiver was approved for."""
        if rule != self.rule or subject not in self.subjects:
            return False
        return self.items is None or any(pointer.is_below(key, item) for item in self.items)

    def to_json(self, day: dt.date) -> dict[str, Any]:
        """Return what a finding shows of it."""
        data = {
            "id": self.id,
            "state": str(self.state(day)),
            "until": self.until.isoformat(),
            "approver": self.approver,
        }
        if self.start is not None:
            data["from"] = self.start.isoformat()
        return {**data, "reason": self.reason, "measure": self.measure}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverUse:
    """What became of one waiver in a run."""

    waiver: Waiver
    state: WaiverState
    used: int
    """Failing items it was for."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `waiver check`."""
        return {
            "id": self.waiver.id, "rule": self.waiver.rule, "state": str(self.state), "used": self.used,
            "until": self.waiver.until.isoformat(), "file": self.waiver.file,
        }  # fmt: skip


class Waivers:
    """All waivers of a run, with the day they are looked at."""

    def __init__(self, waivers: Sequence[Waiver], as_of: dt.date) -> None:
        """`as_of` is the day in Asia/Tokyo, an input of the run."""
        self.as_of = as_of
        self._waivers = tuple(waivers)
        self._by_rule: dict[str, list[Waiver]] = {}
        for waiver in waivers:
            self._by_rule.setdefault(waiver.rule, []).append(waiver)
        self._used: dict[str, int] = {waiver.id: 0 for waiver in waivers}

    def apply(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings with their waivers beside the failing items; verdicts and counts stay as they are."""
        for finding in findings:
            candidates = self._by_rule.get(finding.rule) if finding.verdict is Verdict.FAIL else None
            yield (
                replace(finding, items=tuple(self._item(finding, i, candidates) for i in finding.items))
                if candidates
                else finding
            )

    def uses(self) -> list[WaiverUse]:
        """Return what became of each waiver, once the findings have been through; unused and expired ones are to be told."""
        return [WaiverUse(waiver=w, state=w.state(self.as_of), used=self._used[w.id]) for w in self._waivers]

    def _item(self, finding: Finding, item: Item, candidates: list[Waiver]) -> Item:
        if item.status != "failing":
            return item
        subject = str(finding.subject.get("id", ""))
        covering = [w for w in candidates if w.covers(finding.rule, subject, item.key)]
        if not covering:
            return item
        for waiver in covering:
            self._used[waiver.id] += 1
        # A valid one stands before an expired one, the longest of several first.
        best = max(covering, key=lambda w: (w.state(self.as_of) is WaiverState.VALID, w.until, w.id))
        return replace(item, waiver=best.to_json(self.as_of))


def read(path: Path) -> list[Waiver]:
    """Read a waiver file. Raises InputError when it is not YAML, BaselineError when its form or a date is wrong."""
    data = yamlfile.load(path)
    for error in _validator().iter_errors(data):
        place = pointer.join(error.instance_path) or "/"
        raise BaselineError("baseline.waiver_invalid", file=str(path), place=place, what=str(error.schema_path[-1]))
    waivers = [_waiver(path, number, entry) for number, entry in enumerate(data["waivers"])]
    for number, waiver in enumerate(waivers):
        if any(other.id == waiver.id for other in waivers[:number]):
            raise BaselineError("baseline.waiver_duplicate", file=str(path), id=waiver.id)
    return waivers


def check_rules(waivers: Iterable[Waiver], rules: frozenset[str]) -> None:
    """Raise BaselineError for a waiver of a rule that does not exist."""
    for waiver in waivers:
        if waiver.rule not in rules:
            raise BaselineError("baseline.waiver_rule", file=waiver.file, id=waiver.id, rule=waiver.rule)


def tokyo_day(moment: dt.datetime) -> dt.date:
    """Return the day in Asia/Tokyo of a moment with a zone."""
    return moment.astimezone(TOKYO).date()


def _waiver(path: Path, number: int, entry: Mapping[str, Any]) -> Waiver:
    start = _date(path, number, entry, "from") if "from" in entry else None
    until = _date(path, number, entry, "until")
    if start is not None and until < start:
        raise BaselineError("baseline.waiver_dates", file=str(path), id=entry["id"])
    return Waiver(
        id=entry["id"],
        rule=entry["rule"],
        subjects=tuple(entry["subjects"]),
        items=tuple(entry["items"]) if "items" in entry else None,
        approver=entry["approver"],
        reason=entry["reason"],
        measure=entry["measure"],
        start=start,
        until=until,
        file=str(path),
    )


def _date(path: Path, number: int, entry: Mapping[str, Any], name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(entry[name])
    except ValueError as error:
        place = f"/waivers/{number}/{name}"
        raise BaselineError("baseline.waiver_invalid", file=str(path), place=place, what="date") from error


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(
        json.loads((resources.root("schemas") / "waiver.schema.json").read_text("utf-8"))
    )
