from typing import Any

import pytest

from infra_audit.model.evidence import Completeness, NotCollected
from infra_audit.model.reason import Reason
from infra_audit.snapshot.prepare import Prepared, prepare
from tests.unit.snapshot.example import PLATFORM, artifact, raw

BODY = "hostname sw1\n!\ninterface 1\n description floor 1\n"
YES, NO, UNKNOWN = Completeness.YES, Completeness.NO, Completeness.UNKNOWN
RETURNED = {"complete": YES, "complete_reason": Reason("collect.prompt_returned")}
OPERATOR = {"complete": YES, "complete_reason": Reason("complete.operator")}


def _sized(said: int, body: str) -> str:
    return f"Building configuration...\n\nCurrent configuration : {said} bytes\n{body}"


CASES = [
    (BODY + "end\n", {}, YES, "complete.end_marker"),
    (BODY + "end\n\n!\n\n", {}, YES, "complete.end_marker"),
    (BODY + "end\n\nsw1#\n", {}, YES, "complete.end_marker"),
    (BODY + "end\nhostname other\n", {}, UNKNOWN, "complete.no_end_marker"),
    (BODY, {}, UNKNOWN, "complete.no_end_marker"),
    (BODY + "end\n% Write error\nend\n", {}, NO, "complete.truncated"),
    (_sized(len(BODY) + 3, BODY + "end\n"), {}, YES, "complete.end_marker"),
    (_sized(len(BODY) + 9, BODY + "end\n"), {}, YES, "complete.end_marker"),
    (_sized(5000, BODY + "end\n"), {}, NO, "complete.size_differs"),
    (_sized(5000, BODY), {}, NO, "complete.size_differs"),
    (_sized(len(BODY) + 40, BODY), {}, NO, "complete.size_differs"),
    (BODY, {"complete": YES, "complete_reason": Reason("complete.operator")}, YES, "complete.operator"),
    (BODY + "end\n", {"complete": NO, "complete_reason": Reason("collect.cut")}, NO, "collect.cut"),
    (BODY + "% Write error\n", {"complete": YES, "complete_reason": Reason("complete.operator")}, NO, "complete.truncated"),
    (BODY, RETURNED, UNKNOWN, "complete.no_end_marker"),
    (BODY + "end\n", RETURNED, YES, "collect.prompt_returned"),
    (_sized(5000, BODY), RETURNED, NO, "complete.size_differs"),
    (_sized(9, "!\n!\nend\n"), RETURNED, UNKNOWN, "complete.no_statement"),
    ("\n", RETURNED, UNKNOWN, "complete.no_statement"),
    ("!\nend\n\nsw1#\n", {}, UNKNOWN, "complete.no_statement"),
    ("# header\n", OPERATOR, UNKNOWN, "complete.no_statement"),
    ("model x\n--More--\n", {"source": "version", **RETURNED}, UNKNOWN, "complete.pager_left"),
    ("model x\n --More--         sw1#\n", {"source": "version", **RETURNED}, UNKNOWN, "complete.pager_left"),
    ("model x\n--More--\nserial y\n", {"source": "version", **RETURNED}, YES, "collect.prompt_returned"),
    ("serial y\nend\n", {"source": "saved"}, UNKNOWN, "complete.no_beginning"),
    ("model x\nserial y\nend\n", {"source": "saved"}, YES, "complete.end_marker"),
    ("serial y\nend\n", {"source": "saved", **RETURNED}, UNKNOWN, "complete.no_beginning"),
    ("serial y\nend\n", {"source": "saved", **OPERATOR}, YES, "complete.operator"),
    ("", {"source": "boot"}, YES, "complete.empty_answer"),
    ("", {"source": "version", "complete": YES, "complete_reason": Reason("collect.file_absent")}, YES, "collect.file_absent"),
    ("model x\n", {"source": "version"}, UNKNOWN, "complete.unknown"),
    ("size 8\nmodel x\n", {"source": "inventory"}, YES, "complete.size"),
    ("size 80\nmodel x\n", {"source": "inventory"}, NO, "complete.size_differs"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values", "complete", "code"), CASES)
def test_completeness(text: str, values: dict[str, Any], complete: Completeness, code: str) -> None:
    found = artifact(text, **values)
    assert (found.complete, found.complete_reason.code) == (complete, code)


def test_line_ends_do_not_count_in_the_size() -> None:
    body = (BODY + "end\n").replace("\n", "\r\n")
    assert artifact(f"Current configuration : {len(BODY) + 3} bytes\r\n{body}").complete is YES


def test_every_cut_of_a_text_is_not_complete() -> None:
    text = _sized(len(BODY) + 3, BODY + "end\n")
    for cut in range(text.index("hostname"), len(text) - 2):
        assert artifact(text[:cut]).complete is not YES


REFUSED = [
    "% Invalid input detected at '^' marker.\n",
    "show running-config\n          ^\n% Invalid input detected at '^' marker.\n\n",
    "sw1>show running-config\n% Authorization failed\n",
    "Building configuration...\n\n% Authorization failed\n",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_refusal_is_not_collected(text: str) -> None:
    found = prepare(raw(text, source="running-config", command="show running-config"), {}, PLATFORM)
    assert isinstance(found, NotCollected)
    assert found.source == "running-config"
    assert found.reason.code == "collect.refused"
    assert found.reason.fields["answer"].startswith("%")


def test_a_refusal_says_no_secret() -> None:
    found = prepare(raw("% Invalid input: password Zq7kanaria\n", source="version"), {}, PLATFORM)
    assert isinstance(found, NotCollected)
    assert "Zq7kanaria" not in str(found)


def test_a_configuration_with_such_a_line_is_no_refusal() -> None:
    text = "hostname sw1\n" + "vlan 1\n" * 20 + "% Invalid input detected\nend\n"
    assert isinstance(prepare(raw(text, source="running-config"), {}, PLATFORM), Prepared)
