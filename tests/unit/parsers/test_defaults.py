"""Default and absent facts: made only when it is certain that the line is not there."""

from typing import Any

import pytest

from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason
from infra_audit.parsers.versions import within
from tests.unit.parsers.support import changed, document, platform

EXEC = {"at": "lines[]/exec_timeout_seconds", "value": 600, "document": "d", "counter": "c"}
VTY = "version 15.2\nline vty 0 4\n"


def with_entries(defaults: list[dict[str, Any]] | None = None, absent: list[dict[str, Any]] | None = None) -> Platform:
    return changed("demo", defaults=defaults or [], absent=absent or [])


def timeout(on: Platform, text: str) -> object:
    return document(on, text).facts["lines"][0].get("exec_timeout_seconds", "unknown")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (VTY, 600),
        (VTY + " exec-timeout 1 0\n", 60),
        (VTY + " exec-timeout frob\n", "unknown"),
        (VTY + " no exec-timeout frob\n", "unknown"),
        (VTY + " frob\n", 600),
        ("line vty 0 4\n", "unknown"),
        ("version 11.3\nline vty 0 4\n", "unknown"),
        (VTY + "interface Vlan1\n exec-timeout frob\n", 600),
        (VTY + "line con 0\n exec-timeout frob\n", 600),
    ],
)
def test_a_default_in_its_versions_unless_a_line_could_be_the_one(text: str, expected: object) -> None:
    assert timeout(with_entries([{**EXEC, "since": "12.0"}]), text) == expected


def test_a_default_without_versions_holds_for_all() -> None:
    assert timeout(with_entries([EXEC]), "line vty 0 4\n") == 600


def test_conditions() -> None:
    entries = [
        {**EXEC, "value": 1, "when": {"kind": ["con"]}},
        {**EXEC, "value": 2, "unless": {"login": "local"}},
        {**EXEC, "value": 3},
    ]
    assert timeout(with_entries(entries), "line con 0\n") == 1
    assert timeout(with_entries(entries), "line vty 0 4\n login\n") == 2
    assert timeout(with_entries(entries), "line vty 0 4\n login local\n") == 3
    assert (
        timeout(with_entries(entries), "line vty 0 4\n") == "unknown"
    )  # login is not known: no later entry may decide


def test_given_facts() -> None:
    entries = [{**EXEC, "value": 1, "given": {"system/hostname": "a"}}, {**EXEC, "value": 2}]
    assert timeout(with_entries(entries), "hostname a\nline vty 0 4\n") == 1
    assert timeout(with_entries(entries), "hostname b\nline vty 0 4\n") == 2
    assert timeout(with_entries(entries), "line vty 0 4\n") == "unknown"


def test_whole_lists_and_scalars() -> None:
    on = with_entries(
        [{"at": "system/password_recovery", "value": True, "document": "d", "counter": "c"}],
        [{"at": "lines", "value": [], "counter": "c"}],
    )
    found = document(on, "hostname a\n")
    assert found.facts["lines"] == []
    assert found.facts["system"]["password_recovery"] is True
    assert found.provenance["/lines"].lines == ((1, 1),)
    assert str(found.provenance["/lines"].kind) == "absent"
    assert "lines" not in document(on, "line frob 1\n").facts


def test_the_searched_lines_of_an_item_are_those_of_its_sections() -> None:
    found = document(
        platform("demo"), "hostname a\ninterface Vlan1\n no shutdown\n!\ninterface Vlan1\n description x\n"
    )
    assert found.provenance["/interfaces/0/acl_in"].lines == ((2, 3), (5, 6))


@pytest.mark.parametrize(
    ("version", "since", "until", "expected"),
    [("15.2(4)E8", "12.0", None, True), ("15.2(4)E8", None, "15.2", True), ("15.3", None, "15.2", False), ("11", "12.0", None, False),
     (None, None, None, True), (None, "12.0", None, None), ("unknown", "1", None, None), ("7.0.5", "7.0", "7.0.4", False)],
)  # fmt: skip
def test_versions(version: str | None, since: str | None, until: str | None, expected: bool | None) -> None:
    assert within(version, since, until) is expected


@pytest.mark.parametrize(
    ("said", "confirmed"), [({"confirmed": True}, True), ({"confirmed": False}, False), ({}, False)]
)
def test_whether_the_document_was_read_goes_with_the_fact(said: dict[str, Any], *, confirmed: bool) -> None:
    found = document(with_entries([{**EXEC, **said}]), VTY)
    assert found.provenance["/lines/0/exec_timeout_seconds"].confirmed is confirmed
    assert found.to_json()["provenance"]["/lines/0/exec_timeout_seconds"]["confirmed"] is confirmed


def test_an_absence_without_a_document_says_nothing_of_one() -> None:
    found = document(with_entries(absent=[{"at": "lines", "value": [], "counter": "c"}]), "hostname a\n")
    assert "confirmed" not in found.provenance["/lines"].to_json()


@pytest.mark.parametrize(
    ("said", "code"), [({"confirmed": True}, "coverage.statement"), ({}, "coverage.statement_unconfirmed")]
)
def test_whether_the_document_was_read_goes_with_a_statement(said: dict[str, Any], code: str) -> None:
    lacks = {"at": "ntp/authentication", "state": "lacks_control", "value": False, "document": "d", **said}
    found = document(changed("demo", statements=[lacks]), VTY)
    assert found.coverage["ntp/authentication"].reason == Reason(
        code, {"place": "demo/platform.yaml statements/0", "document": "d"}
    )
    assert found.facts["ntp"]["authentication"] is False
    assert found.provenance["/ntp/authentication"].confirmed is (said != {})
