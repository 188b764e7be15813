"""`--rules` and `--clauses`."""

import pytest

from infra_audit.baselines.scope import clause_matches, select
from infra_audit.errors import UsageError
from tests.unit.baselines.documents import baseline

RULES = baseline()


def test_nothing_named_is_everything() -> None:
    assert select(RULES) == {rule.id for rule in RULES.rules}


def test_rules_by_prefix_and_clauses_together() -> None:
    assert select(RULES, rules=["log-"]) == {"log-server-missing", "log-level-low"}
    assert select(RULES, clauses=["std:6.5"]) == {"telnet-enabled", "vty-without-access-list", "small-service-on"}
    assert select(RULES, rules=["telnet"], clauses=["std:6.5(1)"]) == {"telnet-enabled"}


@pytest.mark.parametrize("names", [{"rules": ["nothing-"]}, {"clauses": ["std:7"]}])
def test_a_name_that_matches_nothing(names: dict[str, list[str]]) -> None:
    with pytest.raises(UsageError):
        select(RULES, **names)


@pytest.mark.parametrize(
    ("clause", "name", "expected"),
    [
        ("std:6.5(1)", "std:6.5(1)", True),
        ("std:6.5(1)", "std:6.5", True),
        ("std:6.5(1)", "std:6", True),
        ("std:6.5(1)", "std:", True),
        ("std:6.50", "std:6.5", False),
        ("std:6.5(1)", "st", False),
        ("std:6.5", "std:6.5(1)", False),
    ],
)
def test_clauses_above(clause: str, name: str, *, expected: bool) -> None:
    assert clause_matches(clause, name) is expected
