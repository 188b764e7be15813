"""Items that several statements make together: one item, known by all of them, cited by all of them."""

from infra_audit import catalogue
from infra_audit.model.device import Device
from infra_audit.model.facts import FactsDocument
from infra_audit.parsers import engine
from tests.unit.platforms.case import artifact

FILTER = "set firewall family inet filter A term"


def document(platform: str, *lines: str) -> FactsDocument:
    return next(
        iter(engine.parse(Device(id="d"), [artifact("config", list(lines))], [], catalogue.platforms()[platform]))
    )


def test_lines_of_one_term_are_one_entry_and_lists_add_up() -> None:
    found = document(
        "juniper_junos",
        f"{FILTER} 1 from source-address 192.0.2.0/28",
        f"{FILTER} 2 then discard",
        f"{FILTER} 1 from source-address 192.0.2.32/28",
        f"{FILTER} 1 then accept",
    )
    entries = found.facts["acls"][0]["entries"]
    assert [entry["action"] for entry in entries] == ["permit", "deny"]
    assert entries[0]["source"] == ["192.0.2.0/28", "192.0.2.32/28"]
    cited = found.provenance_of("/acls/0/entries/0/action")
    assert {provenance.lines for provenance in cited.values()} == {((1, 1), (3, 3), (4, 4))}


def test_a_route_of_several_lines_is_one_route() -> None:
    route = "set network virtual-router default routing-table ip static-route kitei"
    found = document(
        "paloalto_panos",
        f"{route} destination 0.0.0.0/0",
        f"{route} nexthop ip-address 192.0.2.1",
        f"{route} interface ethernet1/1",
    )
    assert found.facts["routes"] == [
        {"vrf": "default", "destination": "0.0.0.0/0", "next_hop": "192.0.2.1", "interface": "ethernet1/1"}
    ]


def test_a_switched_off_statement_is_no_fact_and_says_why() -> None:
    found = document("juniper_junos", "set system services telnet", "deactivate system services telnet")
    assert found.facts["telnet"]["enabled"] is False
    assert {line.line for line in found.ignored} == {1, 2}


def test_what_a_group_gives_is_a_fact() -> None:
    found = document("juniper_junos", "set groups G system services telnet", "set apply-groups G")
    assert found.facts["telnet"]["enabled"] is True
    missing = document("juniper_junos", "set system host-name a", "set apply-groups G")
    assert "enabled" not in missing.facts.get("telnet", {})


def test_what_a_template_of_a_manager_sets_is_no_matter_of_another_document() -> None:
    lines = [
        "set template T config deviceconfig system service disable-telnet no",
        "set deviceconfig system hostname p",
    ]
    platform = catalogue.platforms()["paloalto_panos"]
    whole, part = engine.parse(Device(id="d"), [artifact("config", lines)], [], platform)
    assert part.facts["telnet"] == {"enabled": True}
    assert part.coverage["telnet"].state not in ("no_such_exposure", "parsed")
    assert whole.coverage["system"].state == "partial"
    assert [problem.reason.code for problem in whole.problems][:1] == ["parse.not_one_device"]
