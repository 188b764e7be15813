"""Waivers stand beside the verdict."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit import yamlfile
from infra_audit.baselines import waivers
from infra_audit.baselines.engine import Engine
from infra_audit.baselines.waivers import WaiverState
from infra_audit.errors import InputError
from infra_audit.model.finding import Finding, Verdict
from tests.unit.baselines.documents import HERE, baseline, document

RULE = "console-idle-timeout-long"
FACTS: dict[str, Any] = {
    "subject": {"id": "sw1", "kind": "switch"},
    "lines": [{"kind": "con", "exec_timeout_seconds": 900}, {"kind": "con", "exec_timeout_seconds": 901}],
}
KEYS = {"/lines/0": "lines[con,0,0]", "/lines/1": "lines[con,1,1]"}
ENTRY = (
    "{{id: {id}, rule: console-idle-timeout-long, subjects: [{subject}], approver: 課長, reason: 保守中, measure: 施錠, "
    "until: {until}{more}}}"
)


def written(folder: Path, *entries: str) -> list[waivers.Waiver]:
    path = folder / "waivers.yaml"
    path.write_text("waivers:\n" + "".join(f"  - {entry}\n" for entry in entries), encoding="utf-8")
    return waivers.read(path)


def entry(identity: str = "W-1", subject: str = "sw1", until: str = "2026-03-31", more: str = "") -> str:
    return ENTRY.format(id=identity, subject=subject, until=until, more=more)


def judged(applied: waivers.Waivers) -> Finding:
    found = Engine(baseline()).judge(document({"facts": FACTS, "keys": KEYS}), rules=[RULE])
    return next(iter(applied.apply(found)))


@pytest.mark.parametrize(
    ("day", "state", "is_open"),
    [("2026-03-31", "valid", False), ("2026-04-01", "expired", True), ("2026-03-30", "valid", False)],
)
def test_last_day_is_included_and_the_verdict_stays(tmp_path: Path, day: str, state: str, *, is_open: bool) -> None:
    finding = judged(waivers.Waivers(written(tmp_path, entry()), dt.date.fromisoformat(day)))
    assert finding.verdict is Verdict.FAIL
    assert (finding.checked, finding.failing) == (2, 2)
    assert [i.waiver["state"] for i in finding.items if i.waiver] == [state, state]
    assert finding.is_open is is_open


def test_an_item_that_is_not_covered_stays_open(tmp_path: Path) -> None:
    more = ', items: ["lines[con,0,0]"]'
    finding = judged(waivers.Waivers(written(tmp_path, entry(more=more)), dt.date(2026, 3, 1)))
    assert [bool(i.waiver) for i in finding.items] == [True, False]
    assert finding.is_open


def test_unused_expired_and_early_waivers_are_told(tmp_path: Path) -> None:
    read = written(
        tmp_path,
        entry("A"),
        entry("B", subject="sw2"),
        entry("C", until="2025-01-01"),
        entry("D", more=", from: 2026-03-20"),
    )
    applied = waivers.Waivers(read, dt.date(2026, 3, 1))
    finding = judged(applied)
    assert {i.waiver["id"] for i in finding.items if i.waiver} == {"A"}
    uses = {use.waiver.id: (str(use.state), use.used) for use in applied.uses()}
    assert uses == {"A": ("valid", 2), "B": ("valid", 0), "C": ("expired", 2), "D": ("not_yet", 2)}


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([entry(until="2026-02-30")], "baseline.waiver_invalid"),
        ([entry(until="soon")], "baseline.waiver_invalid"),
        (["{id: W-1}"], "baseline.waiver_invalid"),
        ([entry(), entry()], "baseline.waiver_duplicate"),
        ([entry(more=", from: 2026-04-01")], "baseline.waiver_dates"),
    ],
)
def test_bad_file(tmp_path: Path, entries: list[str], code: str) -> None:
    with pytest.raises(InputError) as caught:
        written(tmp_path, *entries)
    assert caught.value.code == code


def test_rule_that_does_not_exist(tmp_path: Path) -> None:
    read = written(tmp_path, entry())
    waivers.check_rules(read, frozenset({RULE}))
    with pytest.raises(InputError) as caught:
        waivers.check_rules(read, frozenset())
    assert caught.value.code == "baseline.waiver_rule"


def test_the_day_is_that_of_tokyo() -> None:
    assert waivers.tokyo_day(dt.datetime(2026, 3, 31, 15, 0, tzinfo=dt.UTC)) == dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-03-31T14:59:59Z", WaiverState.VALID),
        ("2026-03-31T15:00:00Z", WaiverState.EXPIRED),
        ("2026-03-31T23:59:59.999999+09:00", WaiverState.VALID),
        ("2026-04-01T00:00:00+09:00", WaiverState.EXPIRED),
        ("2026-03-19T14:59:59Z", WaiverState.NOT_YET),
        ("2026-03-19T15:00:00Z", WaiverState.VALID),
    ],
)
def test_a_waiver_begins_and_ends_at_midnight_in_japan(tmp_path: Path, moment: str, state: WaiverState) -> None:
    waiver = written(tmp_path, entry(more=", from: 2026-03-20"))[0]
    assert waiver.state(waivers.tokyo_day(dt.datetime.fromisoformat(moment))) is state


MOMENTS = st.datetimes(
    dt.datetime.fromisoformat("2020-01-01"), dt.datetime.fromisoformat("2035-01-01"), timezones=st.timezones()
)


@given(MOMENTS, st.integers(-3, 3))
def test_whatever_the_clock_says_the_last_day_is_that_of_japan(moment: dt.datetime, days: int) -> None:
    today = (moment.astimezone(dt.UTC) + dt.timedelta(hours=9)).date()
    assert waivers.tokyo_day(moment) == today
    last = today + dt.timedelta(days=days)
    assert (waivers.tokyo_day(moment) <= last) is (days >= 0)


SCOPES = yamlfile.load(HERE / "waivers" / "scopes.yaml")


@pytest.mark.parametrize("case", SCOPES, ids=lambda c: c["title"])
def test_scope(tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / "waivers.yaml"
    whole = {"id": "W", "rule": RULE, "approver": "課長", "reason": "r", "measure": "m", "until": "2027-03-31"}
    one = {
        name: value for name, value in {**whole, **case["waiver"]}.items() if value is not None or name == "approver"
    }
    path.write_text(json.dumps({"waivers": [one]}), encoding="utf-8")
    facts = {**FACTS, "subject": {**FACTS["subject"], **case.get("subject", {})}}
    applied = waivers.Waivers(waivers.read(path), dt.date(2026, 3, 1))
    found = Engine(baseline()).judge(document({"facts": facts, "keys": KEYS}), rules=[RULE])
    finding = next(iter(applied.apply(found)))
    assert [item.waiver["state"] if item.waiver else None for item in finding.items] == case["items"]
    assert finding.is_open is not (case["items"] == ["valid", "valid"])
    use = applied.uses()[0]
    assert (str(use.state), use.used) == (case["state"], sum(1 for item in case["items"] if item))
