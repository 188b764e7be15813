"""What one device says of others: neighbours, addresses in its ARP table, next hops, servers that it uses."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import FactsDocument, ProvenanceKind, Span

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_SERVERS = (("ntp", "servers"), ("dns", "servers"), ("logging", "servers"), ("aaa", "servers"), ("snmp", "hosts"))
"""Lists of servers whose entries have an `address`; what they are seen as is the name of the area."""


@dataclass(frozen=True)
class Sighting:
    """One device seen by another."""

    seer: str
    """Id of the device that says it."""
    how: str
    """neighbour, arp, next_hop, dhcp, or the area of a list of servers."""
    artifact: Artifact
    lines: tuple[Span, ...]
    address: Address | None = None
    name: str | None = None
    mac: str | None = None
    """Hexadecimal digits only."""
    interface: str | None = None
    """Of the one that sees."""


def sightings(document: FactsDocument) -> Iterator[Sighting]:
    """Yield what a document says of other devices, in the order of the facts, as far as lines say it."""
    facts, seer = document.facts, seer_of(document)
    for how, pointer, item in _said(facts):
        lines = _lines(document, pointer)
        where = address(item.get("address"))
        name = item.get("name") if how == "neighbour" else None
        if lines is None or (where is None and not name):
            continue
        mac = re.sub(r"[^0-9a-f]", "", str(item.get("mac") or "").lower()) or None
        interface = item.get("interface") if how in ("arp", "neighbour") else None
        yield Sighting(seer, how, *lines, address=where, name=name, mac=mac, interface=interface)


def seer_of(document: FactsDocument) -> str:
    """Return the device of a document; a part of a device, such as a VDOM, sees for the whole."""
    return str(document.subject.get("device") or document.subject["id"])


def address(value: Any) -> Address | None:
    """Return an address that a device may have, None for names, groups, loopbacks and the like."""
    try:
        found = ipaddress.ip_address(str(value).partition("%")[0])
    except ValueError:
        return None
    special = found.is_multicast or found.is_loopback or found.is_link_local or found.is_unspecified
    return None if special or found == ipaddress.IPv4Address("255.255.255.255") else found


def _said(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for how, area in (("neighbour", "neighbours"), ("arp", "arp")):
        for number, item in enumerate(facts.get(area, ())):
            yield how, f"/{area}/{number}", item
    for number, route in enumerate(facts.get("routes", ())):
        if route.get("enabled") is not False:
            yield "next_hop", f"/routes/{number}/next_hop", {"address": route.get("next_hop")}
    for area, field in _SERVERS:
        for number, server in enumerate(facts.get(area, {}).get(field, ())):
            yield area, f"/{area}/{field}/{number}/address", server
    for number, interface in enumerate(facts.get("interfaces", ())):
        for index, relay in enumerate(interface.get("dhcp_relays") or ()):
            yield "dhcp", f"/interfaces/{number}/dhcp_relays/{index}", {"address": relay}


def _lines(document: FactsDocument, pointer: str) -> tuple[Artifact, tuple[Span, ...]] | None:
    """Return the lines that say a fact, of the first artefact that does; None where no line says it."""
    artifacts = {artifact.name: artifact for artifact in document.artifacts}
    found: dict[str, set[Span]] = {}
    waiting, done = [pointer], set()
    while waiting:
        one = waiting.pop()
        if one in done:
            continue
        done.add(one)
        for provenance in document.provenance_of(one).values():
            if provenance.kind is ProvenanceKind.DERIVED:
                waiting += provenance.sources
            elif provenance.kind is ProvenanceKind.LINES and provenance.artifact in artifacts:
                found.setdefault(provenance.artifact, set()).update(provenance.lines)
    for name, spans in sorted(found.items()):
        return artifacts[name], tuple(sorted(spans))
    return None
