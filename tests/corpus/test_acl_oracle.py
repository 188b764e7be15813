"""Packet filters of Cisco IOS against a second reading that shares no code with the parser.

The oracle walks the lines and understands only plain entries; an entry it does not understand is compared by place and
action alone. What both understand must agree in every field.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.snapshot.decode import Decoded, decode
from tests.conftest import CORPUS
from tests.unit.platforms import case as cases

FOLDER = CORPUS / "cisco_ios"
NAMED = re.compile(r"ip access-list (?P<kind>standard|extended) (?P<name>\S+)$")
NUMBERED = re.compile(r"access-list (?P<name>\d+) (?P<entry>(?:permit|deny|remark)\b.*)$")
ENTRY = re.compile(r"(?:\d+ +)?(?P<action>permit|deny|remark)\b *(?P<rest>.*)$")
PROTOCOLS = ("ip", "tcp", "udp", "icmp")
OPERATORS = {"eq": 1, "gt": 1, "lt": 1, "range": 2}


@dataclass
class Told:
    """What the oracle says of one entry; None = it does not say."""

    action: str
    protocol: str | None = None
    source: str | None = None
    destination: str | None = None
    ports: tuple[str, ...] | None = None


def end_of(words: list[str]) -> str | None:
    """Take an address and its wildcard off the front of the words."""
    if words and words[0] == "any":
        return words.pop(0)
    if len(words) > 1 and words[0] == "host":
        words.pop(0)
        return words.pop(0) + "/32"
    if len(words) > 1 and words[0].count(".") == 3 and words[1].count(".") == 3:
        try:
            network = ipaddress.IPv4Network(
                (words[0], str(ipaddress.IPv4Address(~int(ipaddress.IPv4Address(words[1])) % 2**32))), strict=False
            )
        except ValueError:
            return None
        del words[:2]
        return str(network)
    return None


def told(text: str, *, extended: bool) -> Told | None:
    """Read one entry."""
    found = ENTRY.match(text)
    if found is None:
        return None
    entry = Told(found["action"])
    words = found["rest"].split()
    if not extended or entry.action == "remark" or not words or words.pop(0) not in PROTOCOLS:
        return entry
    protocol = found["rest"].split()[0]
    source = end_of(words)
    destination = end_of(words) if source else None
    if source is None or destination is None:
        return entry
    entry.protocol, entry.source, entry.destination = protocol, source, destination
    if words and words[0] in OPERATORS and len(words) == OPERATORS[words[0]] + 1:
        entry.ports = tuple(words[1:])
    return entry


def oracle(lines: tuple[str, ...]) -> dict[str, list[Told]]:
    """Read all lists of a text."""
    lists: dict[str, list[Told]] = {}
    current: tuple[str, bool] | None = None
    for line in lines:
        text = line.strip()
        numbered, named = NUMBERED.match(line.rstrip()), NAMED.match(line.rstrip())
        if numbered:
            number = int(numbered["name"])
            entry = told(numbered["entry"], extended=100 <= number <= 199 or 2000 <= number <= 2699)
            if entry and not 200 <= number <= 1299:
                lists.setdefault(numbered["name"], []).append(entry)
        elif named:
            current = (named["name"], named["kind"] == "extended")
        elif current and line[:1] == " " and (entry := told(text, extended=current[1])):
            lists.setdefault(current[0], []).append(entry)
        elif text and not text.startswith("!") and line[:1] != " ":
            current = None
    return lists


def pairs(path: Path) -> Iterator[tuple[str, Told, dict[str, Any]]]:
    """Yield what both readings say of each entry; a list of another length is an error of one of them."""
    decoded = decode(path.read_bytes())
    assert isinstance(decoded, Decoded), path.name
    lines = decoded.lines
    seen = oracle(lines)
    if not seen:
        return
    document = cases.parse(catalogue.platforms()["cisco_ios"], {"running-config": list(lines)})["device"]
    ours = {acl["name"]: acl.get("entries", []) for acl in document.facts.get("acls", ()) if acl["family"] == "ipv4"}
    for name, entries in seen.items():
        read = ours.get(name, [])
        assert len(read) == len(entries), f"{path.name}: {name} has {len(read)} entries, the oracle sees {len(entries)}"
        for want, have in zip(entries, read, strict=True):
            yield f"{path.name}: {name}", want, have


@pytest.mark.corpus
def test_filters_agree_with_the_oracle() -> None:
    if not FOLDER.is_dir():
        pytest.skip("the corpus is not here")
    compared = full = 0
    for path in sorted(FOLDER.iterdir()):
        for where, want, have in pairs(path):
            compared += 1
            assert have["action"] == want.action, where
            if want.protocol is None:
                continue
            full += 1
            assert (have["protocol"], have["source"], have["destination"]) == (
                want.protocol,
                want.source,
                want.destination,
            ), where
            if want.ports:
                ports = have["destination_ports"]
                flat = [*ports.get("eq", ()), *(ports[k] for k in ("from", "to", "gt", "lt") if k in ports)]
                assert tuple(flat) == want.ports, where
    print(f"\nentries compared {compared}, in every field {full}")
    assert compared > 2500
    assert full > 500
