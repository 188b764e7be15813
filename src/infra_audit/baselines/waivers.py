"""Waivers (例外措置): beside the verdict, never in it.

A waiver names a rule, subjects or zones, and items by their stable keys or by pointers into the facts, and is valid up to
and including its last day in Asia/Tokyo. Valid, it closes an item for `--fail-on`.

Told in every run, each for itself: expired ones, those that cover nothing, those without an approver, and those too wide. The
last two close nothing. Too wide is decided by the text of the waiver alone, so that it does not depend on what was
scanned: it names every rule (`*`), or every subject (`*`, or neither subjects nor zones).
"""

import datetime as dt
import difflib
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


EVERY = "*"


class WaiverState(StrEnum):
    """What a waiver is worth on a day."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    UNAPPROVED = "unapproved"
    TOO_WIDE = "too_wide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One approval."""

    id: str
    rule: str
    subjects: tuple[str, ...] | None
    zones: tuple[str, ...] | None
    items: tuple[str, ...] | None
    """Item keys, or beginnings of them up to a `/`; None with no pointers either = every item."""
    pointers: tuple[str, ...] | None
    approver: str | None
    owner: str | None
    reason: str
    measure: str
    start: dt.date | None
    until: dt.date
    """Last day, included."""
    file: str
    number: int = 0
    """Its place in the file."""

    @property
    def is_too_wide(self) -> bool:
        """Say whether it names no rule or no subject in particular."""
        return self.rule == EVERY or EVERY in (self.subjects or ()) or (self.subjects is None and self.zones is None)

    def state(self, day: dt.date) -> WaiverState:
        """Return what it is worth on a day in Asia/Tokyo."""
        if self.approver is None:
            return WaiverState.UNAPPROVED
        if self.is_too_wide:
            return WaiverState.TOO_WIDE
        if self.start is not None and day < self.start:
            return WaiverState.NOT_YET
        return WaiverState.VALID if day <= self.until else WaiverState.EXPIRED

    def concerns(self, rule: str, subject: Mapping[str, Any]) -> bool:
        """Say whether it is about a rule on a subject."""
        zones = frozenset(subject.get("zones") or ())
        return (
            self.rule in (EVERY, rule)
            and (self.subjects is None or EVERY in self.subjects or subject.get("id") in self.subjects)
            # A device that also carries a zone which is not named is more than what was approved.
            and (self.zones is None or (bool(zones) and zones <= frozenset(self.zones)))
        )

    def covers(self, item: Item) -> bool:
        """Say whether an item is one this waiver was approved for, its rule and subject being so."""
        if self.items is None and self.pointers is None:
            return True
        return any(pointer.is_below(item.key, name) for name in self.items or ()) or any(
            _is_at(item.pointer, place) for place in self.pointers or ()
        )

    def to_json(self, day: dt.date) -> dict[str, Any]:
        """Return what a finding shows of it."""
        data = {"id": self.id, "state": str(self.state(day)), "until": self.until.isoformat()}
        start = self.start.isoformat() if self.start else None
        rest = {"from": start, "approver": self.approver, "owner": self.owner}
        data |= {name: value for name, value in rest.items() if value is not None}
        return {**data, "reason": self.reason, "measure": self.measure}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverUse:
    """What became of one waiver in a run."""

    waiver: Waiver
    state: WaiverState
    used: int
    """Failing items it was for."""
    looked_at: bool = True
    """Whether its rule was judged on a subject it is about."""

    @property
    def is_unused(self) -> bool:
        """Say whether it covers nothing, expired or not."""
        return not self.used

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `waiver list` and `waiver check`."""
        w = self.waiver
        return {
            "id": w.id, "rule": w.rule, "state": str(self.state), "used": self.used, "looked_at": self.looked_at,
            "subjects": _listed(w.subjects), "zones": _listed(w.zones), "items": _listed(w.items),
            "pointers": _listed(w.pointers), "approver": w.approver, "owner": w.owner, "reason": w.reason,
            "measure": w.measure, "from": w.start.isoformat() if w.start else None, "until": w.until.isoformat(),
            "file": w.file,
        }  # fmt: skip


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return list(names) if names is not None else None


def _is_at(place: str, wanted: str) -> bool:
    """Say whether a pointer is at a place or below it; a part `*` of the place stands for any position."""
    parts, asked = pointer.split(place), pointer.split(wanted)
    return len(parts) >= len(asked) and all(a in (EVERY, p) for a, p in zip(asked, parts, strict=False))


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
        self._looked_at: set[str] = set()

    def apply(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings with their waivers beside the failing items; verdicts and counts stay as they are."""
        for finding in findings:
            named = (*self._by_rule.get(finding.rule, ()), *self._by_rule.get(EVERY, ()))
            candidates = [waiver for waiver in named if waiver.concerns(finding.rule, finding.subject)]
            self._looked_at.update(waiver.id for waiver in candidates)
            yield (
                replace(finding, items=tuple(self._item(item, candidates) for item in finding.items))
                if candidates and finding.verdict is Verdict.FAIL
                else finding
            )

    def uses(self) -> list[WaiverUse]:
        """Return what became of each waiver, once the findings have been through."""
        return [
            WaiverUse(waiver=w, state=w.state(self.as_of), used=self._used[w.id], looked_at=w.id in self._looked_at)
            for w in self._waivers
        ]

    def _item(self, item: Item, candidates: list[Waiver]) -> Item:
        if item.status != "failing":
            return item
        covering = [waiver for waiver in candidates if waiver.covers(item)]
        if not covering:
            return item
        for waiver in covering:
            self._used[waiver.id] += 1
        # A valid one stands before an expired one, the longest of several first.
        best = max(covering, key=lambda w: (w.state(self.as_of) is WaiverState.VALID, w.until, w.id))
        return replace(item, waiver=best.to_json(self.as_of))


def read_all(paths: Iterable[Path]) -> list[Waiver]:
    """Read waiver files. Raises as `read`, and BaselineError when two files have one id."""
    found: dict[str, Waiver] = {}
    for path in paths:
        for waiver in read(path):
            _once(waiver, found)
    return list(found.values())


def read(path: Path) -> list[Waiver]:
    """Read a waiver file. Raises InputError when it is not YAML, BaselineError when its form or a date is wrong."""
    data = yamlfile.load(path)
    for error in _validator().iter_errors(data):
        raise BaselineError("baseline.waiver_invalid", **yamlfile.mistake(path, error))
    found: dict[str, Waiver] = {}
    for number, entry in enumerate(data["waivers"]):
        _once(_waiver(path, number, entry), found)
    return list(found.values())


def _once(waiver: Waiver, found: dict[str, Waiver]) -> None:
    """Add a waiver. Raises BaselineError when its id is taken."""
    first = found.get(waiver.id)
    if first is not None:
        line = yamlfile.line(Path(waiver.file), ("waivers", waiver.number))
        earlier = f"{first.file}:{yamlfile.line(Path(first.file), ('waivers', first.number))}"
        raise BaselineError("baseline.waiver_duplicate", file=waiver.file, line=line, id=waiver.id, first=earlier)
    found[waiver.id] = waiver


def check_rules(waivers: Iterable[Waiver], rules: frozenset[str]) -> None:
    """Raise BaselineError for a waiver of a rule that does not exist."""
    for waiver in waivers:
        if waiver.rule != EVERY and waiver.rule not in rules:
            near = ", ".join(difflib.get_close_matches(waiver.rule, sorted(rules), 3)) or "-"
            line = yamlfile.line(Path(waiver.file), ("waivers", waiver.number, "rule"))
            raise BaselineError(
                "baseline.waiver_rule", file=waiver.file, line=line, id=waiver.id, rule=waiver.rule, near=near
            )


def tokyo_day(moment: dt.datetime) -> dt.date:
    """Return the day in Asia/Tokyo of a moment with a zone."""
    return moment.astimezone(TOKYO).date()


def _waiver(path: Path, number: int, entry: Mapping[str, Any]) -> Waiver:
    start = _date(path, number, entry, "from") if "from" in entry else None
    until = _date(path, number, entry, "until")
    if start is not None and until < start:
        line = yamlfile.line(path, ("waivers", number, "until"))
        raise BaselineError("baseline.waiver_dates", file=str(path), line=line, id=entry["id"])
    approver = (entry.get("approver") or "").strip()
    return Waiver(
        id=entry["id"],
        rule=entry["rule"],
        subjects=_names(entry, "subjects"),
        zones=_names(entry, "zones"),
        items=_names(entry, "items"),
        pointers=_names(entry, "pointers"),
        approver=approver or None,
        owner=entry.get("owner"),
        reason=entry["reason"],
        measure=entry["measure"],
        start=start,
        until=until,
        file=str(path),
        number=number,
    )


def _names(entry: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    return tuple(entry[name]) if name in entry else None


def _date(path: Path, number: int, entry: Mapping[str, Any], name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(entry[name])
    except ValueError as error:
        place = ("waivers", number, name)
        line, shown = yamlfile.line(path, place), pointer.join(place)
        raise BaselineError("baseline.waiver_invalid", file=str(path), line=line, place=shown, what="date") from error


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(
        json.loads((resources.root("schemas") / "waiver.schema.json").read_text("utf-8"))
    )
