"""What a host printed, as files beside what must come of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.collectors.ansible_output import read
from infra_audit.collectors.ansible_result import collection
from infra_audit.collectors.interface import Job
from infra_audit.model.device import Device
from infra_audit.model.evidence import Completeness
from infra_audit.model.platform import Platform
from infra_audit.texts import LANGUAGES, catalogue

HERE = Path(__file__).parent
CASES = sorted((HERE / "answers").glob("*/answer.txt"))
REFUSALS = json.loads((HERE / "refusals.json").read_text(encoding="utf-8"))
SOURCES: dict[str, dict[str, Any]] = {
    "os-release": {"path": "/etc/os-release", "main": True},
    "sshd-effective": {"command": "sshd -T"},
    "login-defs": {"path": "/etc/login.defs"},
}
JOB = Job(device=Device(id="web1"), platform=Platform("linux", HERE, {"sources": SOURCES}))
AT = "2026-04-01T09:00:00+09:00"


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.parent.name)
def test_what_comes_of_an_answer(case: Path) -> None:
    expected = json.loads(case.with_name("expected.json").read_text(encoding="utf-8"))
    found = collection(JOB, {"rc": 0, "stdout": case.read_bytes().decode("utf-8")}, AT)
    assert [(m.source, m.reason.code) for m in found.missing] == [
        (m["source"], m["reason"]) for m in expected["missing"]
    ]
    assert [_told(a) for a in found.artifacts] == [_told(a) for a in expected["artifacts"]]
    for artifact, wanted in zip(found.artifacts, expected["artifacts"], strict=True):
        if wanted.get("prefix") or wanted.get("some"):  # cut: some of it, and nothing else
            assert artifact.data
        else:
            assert len(artifact.data) == wanted["size"]
        assert artifact.collected_at == AT
        assert artifact.command == artifact.name == next(iter(SOURCES[artifact.source or ""].values()))


def _told(artifact: Any) -> tuple[Any, ...]:
    if isinstance(artifact, dict):
        return artifact["source"], artifact["complete"], artifact["reason"], artifact["exit"]
    return artifact.source, str(artifact.complete), artifact.complete_reason.code, artifact.exit


@pytest.mark.parametrize("case", REFUSALS, ids=lambda c: str(c["result"])[:60])
def test_why_a_host_gave_nothing(case: dict[str, Any]) -> None:
    found = collection(JOB, case["result"], AT)
    assert not found.artifacts
    (missing,) = found.missing
    assert (missing.source, missing.reason.code) == (None, case["reason"])
    assert dict(missing.reason.fields) == case.get("fields", {})


def test_every_cut_of_an_answer_is_told() -> None:
    """Law 1: whatever is cut off, no artefact counts as whole that is not."""
    text = (HERE / "answers" / "whole" / "answer.txt").read_text(encoding="utf-8")
    whole = {a.source: a.data for a in collection(JOB, {"rc": 0, "stdout": text}, AT).artifacts}
    for length in range(len(text)):
        found = collection(JOB, {"rc": 0, "stdout": text[:length]}, AT)
        told = {a.source for a in found.artifacts} | {m.source for m in found.missing}
        assert told in ({None}, set(SOURCES))
        for artifact in found.artifacts:
            expected = whole[artifact.source]
            assert expected.startswith(artifact.data)
            assert (artifact.complete is Completeness.YES) <= (artifact.data == expected)


@given(st.text() | st.text(alphabet="#\nbeginoddonesz=0149 QUJD", max_size=400))
def test_no_text_stops_the_reader(text: str) -> None:
    assert not read(text).began or text.count("#infra-audit gather 1")
    read("#infra-audit gather 1\n" + text)


def test_every_reason_has_its_texts() -> None:
    codes = {c["reason"] for c in REFUSALS} | {"collect.cut", "collect.size_matches", "collect.file_absent"}
    codes |= {"collect.unreadable", "collect.tool_missing", "collect.not_gathered", "collect.cancelled"}
    assert all(set(LANGUAGES) <= set(catalogue("reasons").get(code, ())) for code in codes)
