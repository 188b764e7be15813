"""What is a duty by ordinance, and 経過措置."""

import pytest

from infra_audit.baselines import loader, standards
from infra_audit.baselines.engine import Engine
from infra_audit.baselines.statutory import Duties
from infra_audit.reports.columns import statutory
from tests.unit.baselines.documents import document

DUTIES = Duties(standards.load())
TECHNICAL = ("mic-r8:6.5(1)",)
PHYSICAL = ("mic-r8:4.1(3)",)


@pytest.mark.parametrize(
    ("clauses", "commissioned_on", "field", "transitional"),
    [
        (TECHNICAL, "2020-04-01", "5", True),
        (TECHNICAL, "2027-06-30", "5", True),
        (TECHNICAL, "2027-07-01", "5", True),
        (TECHNICAL, "2027-07-02", "5", False),
        (TECHNICAL, None, "5", None),
        (TECHNICAL, "soon", "5", None),
        (PHYSICAL, "2020-04-01", "3", False),
        (PHYSICAL, None, "3", False),
    ],
)
def test_only_fields_with_a_transitional_measure_leave_an_existing_system_out(
    clauses: tuple[str, ...], commissioned_on: str | None, field: str, *, transitional: bool | None
) -> None:
    found = {duty.field: duty for duty in DUTIES.of(clauses, commissioned_on)}
    assert found[field].transitional is transitional
    assert found[field].start == "2027-07-01"


def test_a_clause_of_no_catalogue_is_no_duty() -> None:
    assert DUTIES.of(("nowhere:1",), "2020-04-01") == ()


def test_a_finding_shows_it_and_keeps_its_verdict() -> None:
    facts = {"subject": {"id": "sw1", "kind": "switch", "commissioned_on": "2021-02-19"}, "telnet": {"enabled": True}}
    judged = list(Engine(loader.load()).judge(document({"facts": facts}), rules=["telnet-enabled"]))
    found = next(DUTIES.apply(judged))
    assert found.verdict is judged[0].verdict
    record = found.to_json()
    assert {"field": "5", "clause": "ordinance-80-2026:16-3-5", "from": "2027-07-01", "transitional": True} in record[
        "statutory"
    ]
    assert "経過措置の対象" in statutory(record, "ja")
    assert "第5号" in statutory(record, "ja")
