"""Derive steps: data first, and what holds for all of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit import yamlfile
from infra_audit.errors import PlatformError
from infra_audit.model.evidence import Completeness
from infra_audit.parsers.derive.registry import STEPS
from infra_audit.parsers.document import pointer_text
from tests.unit.parsers.support import HERE, artifact, changed, document

CASES: list[dict[str, Any]] = yamlfile.load(HERE / "derive.yaml")
FAILING = {"step": "map", "from": "lines[]/kind", "into": "name", "when": 5}
RUNNING, SAVED = "running-config", "startup-config"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['entry']['step']}")
def test_step(case: dict[str, Any]) -> None:
    found = STEPS[case["entry"]["step"]].run(case["facts"], case["entry"])
    assert {
        pointer_text(d.at): [d.value, list(dict.fromkeys(pointer_text(p) for p in d.sources))] for d in found
    } == case["gives"]


@pytest.mark.parametrize("name", sorted({case["entry"]["step"] for case in CASES} | {"same_text"}))
def test_every_step_takes_facts_that_are_not_there(name: str) -> None:
    entry = {"step": name, "into": "a/b", "of": "c[]/d", "from": "c[]/d", "word": "x"}
    if name in ("any_item", "any_true", "same_text"):
        entry["of"] = ["c/d"]  # type: ignore[assignment]
    assert list(STEPS[name].run({}, entry)) == []
    assert STEPS[name].feeds(entry)
    assert isinstance(STEPS[name].searches(entry), tuple)


@pytest.mark.parametrize("name", sorted({case["entry"]["step"] for case in CASES}))
def test_the_tested_steps_are_registered(name: str) -> None:
    assert name in STEPS


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        ("hostname a\n! comment\nversion 15.2\n", True),
        ("hostname a\n", False),
        ("hostname b\nversion 15.2\n", False),
        (None, None),
    ],
)
def test_saved_and_running_texts_are_compared(saved: str | None, expected: bool | None) -> None:
    sources = {
        RUNNING: {"command": "c", "main": True, "syntax": "indented", "comment": r"^\s*!"},
        SAVED: {"command": "c", "syntax": "indented", "comment": r"^\s*!", "optional": True},
    }
    on = changed(
        "demo",
        sources={**sources, "version": {"command": "v", "syntax": "flat"}},
        derive=[
            {
                "step": "same_text",
                "into": "system/saved_equals_running",
                "of": [RUNNING, SAVED],
                "except": ["^ntp clock"],
            }
        ],
    )
    others = (artifact(saved, SAVED),) if saved is not None else ()
    found = document(on, "hostname a\nversion 15.2\nntp clock-period 17\n", others=others)
    assert found.facts["system"].get("saved_equals_running") is expected
    coverage = found.coverage.get("system/saved_equals_running")
    assert (str(coverage.state) if coverage else None) == ("not_collected" if saved is None else None)


def test_incomplete_texts_are_not_compared() -> None:
    sources = {
        RUNNING: {"command": "c", "main": True, "syntax": "flat"},
        SAVED: {"command": "c", "syntax": "flat"},
        "version": {"command": "v", "syntax": "flat"},
    }
    on = changed(
        "demo",
        sources=sources,
        derive=[{"step": "same_text", "into": "system/saved_equals_running", "of": [RUNNING, SAVED]}],
    )
    found = document(on, "hostname a\n", others=(artifact("hostname a\n", SAVED, complete=Completeness.UNKNOWN),))
    assert "saved_equals_running" not in found.facts["system"]


def test_a_step_that_raises_is_told() -> None:
    found = document(changed("demo", derive=[FAILING]), "line vty 0 4\n login local\n")
    assert [p.reason.code for p in found.problems] == ["parse.derive_failed"]


def test_a_step_without_its_parameters_is_a_wrong_platform() -> None:
    with pytest.raises(PlatformError):
        document(changed("demo", derive=[{"step": "any_contains", "into": "telnet/enabled"}]), "line vty 0 4\n")


MODES = st.integers(0, 0o7777)


@given(MODES, MODES)
def test_excess_bits_are_those_that_the_table_does_not_have(mode: int, allowed: int) -> None:
    facts = {"files": {"permissions": [{"path": "/etc/shadow", "mode": f"{mode:04o}"}]}}
    entry = {"step": "excess_mode", "table": {"/etc/shadow": f"{allowed:04o}"}}
    (found,) = STEPS["excess_mode"].run(facts, entry)
    excess = int(found.value or "0", 8)
    assert excess & allowed == 0
    assert excess | (mode & allowed) == mode
    assert (found.value is None) is (mode | allowed == allowed)


NAMES = st.sampled_from(["ops1", "ops2", "ops3", "root"])


@given(st.lists(NAMES), st.lists(NAMES), st.sets(NAMES))
def test_more_rules_never_take_an_administrator_away(first: list[str], more: list[str], members: set[str]) -> None:
    def named(who: list[str]) -> set[str]:
        rules = [{"who": name, "command_all": True} for name in [*who, "%sudo"]]
        facts = {"sudo": {"rules": rules}, "groups": [{"name": "sudo", "members": sorted(members)}]}
        (found,) = STEPS["sudo_administrators"].run(facts, {"step": "sudo_administrators"})
        return set(found.value)

    assert named(first) <= named(first + more)
    assert named(first) == (set(first) | members) - {"root"}
