"""`infra-audit demo` as a user runs it: the whole city, and what could not be read is never in order."""

import json
from pathlib import Path

import pytest

from infra_audit.baselines import loader
from tests.scenarios.cli import Result, run

pytestmark = pytest.mark.live

BAD = {
    "acc-sw-in2": "collect.connection_refused",
    "rtr-shobo1": "collect.login_refused",
    "acc-sw-lg2": "collect.refused",
    "fw-suido1": "collect.dropped",
}
"""Devices of the city that misbehave on purpose."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "tmp").mkdir()
    result = run("demo", "--out", "out", "--id", "demo", cwd=folder, env={"TMPDIR": str(folder / "tmp")}, timeout=600)
    return result, folder


def _findings(folder: Path) -> list[dict[str, str]]:
    lines = (folder / "out/reports/demo/findings.ndjson").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_it_ends_with_findings_and_says_why(demo: tuple[Result, Path]) -> None:
    result, _ = demo
    assert result.status == 1, result.err
    assert "終了コード 1" in result.err
    assert "証跡なし" in result.out
    assert "Traceback" not in result.err


def test_the_bad_devices_have_no_evidence_and_say_why(demo: tuple[Result, Path]) -> None:
    result, folder = demo
    by_device: dict[str, set[str]] = {}
    attested = {rule.id for rule in loader.load().rules if rule.mode == "attested"}
    for finding in _findings(folder):
        subject: dict[str, str] = finding["subject"]  # type: ignore[assignment]
        if finding["rule"] not in attested and subject.get("kind") not in ("facility", "organisation"):
            by_device.setdefault(subject["id"], set()).add(str(finding["verdict"]))
    for device in BAD:
        assert "pass" not in by_device[device], device
        assert "no_evidence" in by_device[device], device
        assert device in result.err
    good = set(by_device) - set(BAD)
    assert len(good) >= 12
    assert all(by_device[device] & {"pass", "fail"} for device in good)


def test_this_host_is_among_them(demo: tuple[Result, Path]) -> None:
    _, folder = demo
    assert any(f["subject"]["id"] == "audit-sv1" and f["verdict"] in ("pass", "fail") for f in _findings(folder))  # type: ignore[index]


def test_reports_in_every_form_are_there(demo: tuple[Result, Path]) -> None:
    _, folder = demo
    names = {p.name for p in (folder / "out/reports/demo").iterdir()}
    assert {"findings.ndjson", "findings.xlsx", "findings.csv", "findings.md"} <= names


def test_nothing_is_left_behind(demo: tuple[Result, Path]) -> None:
    _, folder = demo
    assert list((folder / "tmp").iterdir()) == []


def test_the_vaulted_password_is_nowhere(demo: tuple[Result, Path]) -> None:
    result, folder = demo
    for secret in ("Nagisawa-demo-net-2026", "Nagisawa-demo-enable-2026"):
        assert secret not in result.out + result.err
        assert [p for p in folder.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()] == []
