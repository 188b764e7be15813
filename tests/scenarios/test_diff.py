"""`diff` as an engineer uses it after a change: what is new, what is fixed, what is no longer seen."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.snapshot.detect import detect
from tests.laws.samples import samples
from tests.scenarios.cli import Result, run


@pytest.fixture(scope="module")
def switch() -> str:
    """A switch of the example city that has no finding on its remote lines."""
    for path in samples():
        text = path.read_text("utf-8")
        found = detect(tuple(text.split("\n")), catalogue.platforms()).platform
        if found and found.data["sources"][found.main_source]["syntax"] == "indented" and "transport input ssh" in text:
            return text
    raise AssertionError


def _diff(folder: Path, before: str, after: str, *arguments: str) -> tuple[Result, list[dict[str, Any]]]:
    (folder / "before.cfg").write_text(before, encoding="utf-8")
    (folder / "after.cfg").write_text(after, encoding="utf-8")
    result = run("diff", "before.cfg", "after.cfg", "--format", "json", "--complete", *arguments, cwd=folder)
    assert "Traceback" not in result.err
    return result, [json.loads(line) for line in result.out.splitlines()]


def test_nothing_changed(switch: str, tmp_path: Path) -> None:
    result, changes = _diff(tmp_path, switch, switch)
    assert (result.status, changes) == (0, [])


def test_a_new_finding_gives_status_1_and_shows_the_fact(switch: str, tmp_path: Path) -> None:
    worse = switch.replace("transport input ssh", "transport input telnet ssh", 1)
    result, changes = _diff(tmp_path, switch, worse)
    assert result.status == 1
    new = [c for c in changes if c["change"] == "new"]
    assert any(c["key"].startswith("telnet-enabled") for c in new)
    facts = {c["key"]: (c["before"], c["after"]) for c in changes if c["layer"] == "facts"}
    assert facts["telnet/enabled"] == (False, True)


def test_the_way_back_is_fixed_and_status_0(switch: str, tmp_path: Path) -> None:
    worse = switch.replace("transport input ssh", "transport input telnet ssh", 1)
    result, changes = _diff(tmp_path, worse, switch)
    assert result.status == 0
    assert any(c["change"] == "fixed" and c["key"].startswith("telnet-enabled") for c in changes)


def test_a_line_nobody_understands_is_lost_evidence_not_no_change(switch: str, tmp_path: Path) -> None:
    lines = switch.split("\n")
    place = next(n for n, line in enumerate(lines) if line.strip() == "transport input ssh")
    unread = "\n".join([*lines[:place], " frobnicate the widget", *lines[place:]])
    result, changes = _diff(tmp_path, switch, unread)
    assert result.status == 3
    assert any(c["change"] == "became_no_evidence" for c in changes)
    assert not any(c["change"] == "new" for c in changes)


def test_a_device_that_is_gone(switch: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sw1.cfg").write_text(switch, encoding="utf-8")
    (tmp_path / "a" / "sw2.cfg").write_text(switch, encoding="utf-8")
    result = run("diff", "a", "b", "--format", "json", cwd=tmp_path)
    changes = [json.loads(line) for line in result.out.splitlines()]
    assert [(c["change"], c["subject"]) for c in changes] == [("device_gone", "sw2")]
    assert result.status == 3


def test_two_snapshots(switch: str, tmp_path: Path) -> None:
    for name, text in (("one", switch), ("two", switch.replace("transport input ssh", "transport input telnet", 1))):
        (tmp_path / "sw1.cfg").write_text(text, encoding="utf-8")
        assert run("collect", "sw1.cfg", "--out", "out", "--id", name, "--complete", cwd=tmp_path).status == 0
    result = run("diff", "out/snapshots/one", "out/snapshots/two", cwd=tmp_path)
    assert result.status == 1
    assert "新規指摘" in result.out


@pytest.mark.parametrize("content", ["", "shopping list\n"])
def test_two_sides_that_cannot_be_read_are_not_the_same(content: str, tmp_path: Path) -> None:
    """In CI this would otherwise be a green build over configurations that nobody looked at."""
    for side in ("before", "after"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "sw1.cfg").write_text(content, "utf-8")
    result = run("diff", "before", "after", cwd=tmp_path)
    assert result.status == 3
    assert "sw1" in result.err
