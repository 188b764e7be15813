"""What findings add up to for a clause."""

import pytest

from infra_audit.baselines import standards
from infra_audit.baselines.clauses import ClauseVerdict, result, summarise
from infra_audit.errors import BaselineError
from infra_audit.model.finding import Finding, Severity, Verdict
from infra_audit.model.standard import Catalogue
from tests.unit.baselines.documents import HERE

STANDARD = standards.read(HERE / "standards" / "std.yaml")
POLICY = standards.read(HERE / "standards" / "policy.yaml")
CATALOGUE = Catalogue((POLICY, STANDARD))


def finding(verdict: str, clause: str, subject: str = "sw1", rule: str = "r") -> Finding:
    return Finding(
        rule=rule, title={}, verdict=Verdict(verdict), severity=Severity.LOW, clauses=(clause,), conditions=(), subject={"id": subject}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ("fail", ClauseVerdict.FAIL),
        ("fail no_evidence", ClauseVerdict.FAIL),
        ("fail pass", ClauseVerdict.PARTLY_FAIL),
        ("fail pass no_evidence", ClauseVerdict.PARTLY_FAIL),
        ("pass no_evidence", ClauseVerdict.NO_EVIDENCE),
        ("no_evidence not_applicable", ClauseVerdict.NO_EVIDENCE),
        ("pass not_applicable", ClauseVerdict.PASS),
        ("not_applicable", ClauseVerdict.NOT_APPLICABLE),
        ("", None),
    ],
)
def test_law(verdicts: str, expected: ClauseVerdict | None) -> None:
    counts = dict.fromkeys(Verdict, 0)
    for verdict in verdicts.split():
        counts[Verdict(verdict)] += 1
    assert result(counts) is expected


def test_findings_count_for_the_clauses_above_and_across() -> None:
    rows = {
        r.clause: r
        for r in summarise([finding("pass", "std:6.5(1)"), finding("fail", "std:6.5(2)", "sw2", "s")], CATALOGUE)
    }
    assert rows["std:6.5(1)"].result is ClauseVerdict.PASS
    assert rows["std:6.5(2)"].result is ClauseVerdict.FAIL
    assert rows["std:6.5"].result is ClauseVerdict.PARTLY_FAIL
    assert rows["policy:6"].result is ClauseVerdict.PARTLY_FAIL
    assert rows["policy:6"].rules == ("r", "s")
    counts = rows["policy:6"].counts
    assert {name: counts[name] for name in ("pass", "fail", "not_applicable", "no_evidence", "subjects")} == {
        "pass": 1, "fail": 1, "not_applicable": 0, "no_evidence": 0, "subjects": 2,
    }  # fmt: skip
    assert rows["policy:7"].result is None
    assert rows["policy:7"].mode == ("attested",)


def test_clause_no_catalogue_knows_has_a_row() -> None:
    assert [r.clause for r in summarise([finding("pass", "city:1")])] == ["city:1"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("twice", "baseline.standard_duplicate"),
        ("orphan", "baseline.standard_parent"),
        ("shape", "baseline.standard_invalid"),
    ],
)
def test_bad_catalogue(name: str, code: str) -> None:
    with pytest.raises(BaselineError) as caught:
        standards.read(HERE / "standards" / "bad" / f"{name}.yaml")
    assert caught.value.code == code
