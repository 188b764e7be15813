"""Facts of Comware texts against the tree and the comparisons of netutils."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra_audit.parsers import engine
from infra_audit.parsers.splitters import BREAK, Section, splitter
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, item, lines_of, main_text, platforms, truths

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

NAME = "hp_comware"
FEATURES = {
    "sysname": ("system/hostname",),
    "clock": ("system/clock_timezone", "system/clock_offset"),
    "telnet": ("telnet/enabled", "telnet/access_list"),
    "dns": ("dns",),
    "lldp": ("services/lldp",),
    "info-center": ("logging/servers", "logging/persistent"),
    "ntp": ("ntp/servers",),
    "acl": ("acls",),
    "snmp": ("snmp/communities",),
    "ssh": ("ssh/enabled", "ssh/access_list"),
}
"""Features of the comparison -> facts that speak of the same lines."""
DECIDING = ("system/hostname", "logging/servers", "ntp/servers", "acls")
"""Facts that also differ wherever the lines of the feature differ."""


def chains(section: Section) -> Iterator[tuple[str, list[str]]]:
    """Each statement of a section with the statements above it."""
    above = [section.header[0].text]
    yield above[0], []
    for statement in section.body:
        depth = len(statement.text) - len(statement.text.lstrip())
        above[depth:] = [statement.text.strip()]
        yield above[depth], above[:depth]


def test_the_tree_is_the_one_that_another_parser_builds() -> None:
    told = Agreement("lines and their parents (hp_comware, netutils)")
    source = engine.compile_platform(platforms()[NAME]).sources[platforms()[NAME].main_source]
    for path, truth in truths(f"netutils_parser/{NAME}"):
        lines = lines_of(path.with_name(path.name.replace(".lines.json", ".sent.txt")))
        split = splitter(source.syntax)(lines, source.rules)
        ours = [pair for section in split.sections for pair in chains(section) if BREAK not in pair[0]]
        keys = {"".join(statement.split()) for statement, _ in ours}
        wanted = [
            (entry["config_line"].strip(), [parent.strip() for parent in entry["parents"]])
            for entry in truth
            if "public-key" not in "".join([entry["config_line"], *entry["parents"]])
        ]
        for statement, parents in wanted:
            if statement.startswith("header ") or "".join(statement.split()) not in keys:
                continue
            told.compare(path.stem, "parents", statement, (statement, parents) in ours, True)
    told.close(least={"parents": 250})


def test_facts_that_the_lines_of_another_parser_say() -> None:
    told = Agreement("one line, one fact (hp_comware, netutils)")
    for path, truth in truths(f"netutils_parser/{NAME}"):
        lines = lines_of(path.with_name(path.name.replace(".lines.json", ".sent.txt")))
        facts = main_text(NAME, lines)["device"].facts
        for entry in truth:
            words, parents = entry["config_line"].split(), [parent.split() for parent in entry["parents"]]
            _compare(told, path.stem, facts, words, parents)
    told.close(
        least={"hostname": 3, "dns server": 5, "log server": 4, "time server": 7, "vlan name": 2, "vrf": 2, "user": 2,
               "interface": 4, "route": 3, "rule": 4, "community": 4, "vlan of a trunk": 1}
    )  # fmt: skip


def _compare(told: Agreement, file: str, facts: dict[str, Any], words: list[str], parents: list[list[str]]) -> None:
    text = " ".join(words)
    if words[0] == "sysname":
        told.compare(file, "hostname", "", facts["system"].get("hostname", MISSING), words[1])
    elif text.startswith("dns server "):
        found = item(facts["dns"]["servers"], address=words[2])
        told.compare(file, "dns server", words[2], found.get("vrf", MISSING), words[4] if len(words) > 3 else None)
    elif text.startswith("info-center loghost vpn-instance "):
        found = item(facts["logging"]["servers"], address=words[4])
        told.compare(file, "log server", words[4], found.get("vrf", MISSING), words[3])
    elif text.startswith("ntp-service unicast-"):
        found = item(facts["ntp"]["servers"], address=words[2])
        told.compare(file, "time server", words[2], found.get("vrf", MISSING), words[4] if len(words) > 3 else None)
    elif words[0] == "name" and parents and parents[0][0] == "vlan":
        found = item(facts["vlans"], id=int(parents[0][1]))
        told.compare(file, "vlan name", parents[0][1], found.get("name", MISSING), text.removeprefix("name "))
    elif text.startswith("ip vpn-instance ") and not parents:
        told.compare(file, "vrf", words[2], bool(item(facts["vrfs"], name=words[2])), True)
    elif words[0] == "local-user":
        told.compare(file, "user", words[1], bool(item(facts["users"], name=words[1])), True)
    elif words[0] == "interface":
        told.compare(file, "interface", words[1], bool(item(facts["interfaces"], name=words[1])), True)
    elif text.startswith("ip route-static vpn-instance "):
        found = item(facts["routes"], vrf=words[3], next_hop=words[6])
        told.compare(file, "route", text, found.get("vrf", MISSING), words[3])
    elif words[0] == "rule" and parents and words[2] != "comment":
        name = parents[0][-1] if "number" not in parents[0] else parents[0][2]
        entries = item(facts["acls"], name=name).get("entries", ())
        told.compare(
            file, "rule", text, item(entries, sequence=int(words[1]), action=words[2]).get("action", MISSING), words[2]
        )
    elif text.startswith("snmp-agent community "):
        access = {"read": "read_only", "write": "read_write"}[words[2]]
        told.compare(file, "community", words[3], bool(item(facts["snmp"]["communities"], access=access)), True)
    elif text.startswith("port trunk permit vlan "):
        ranges = text.removeprefix("port trunk permit vlan ").replace(" to ", "-").split()
        found = item(facts["interfaces"], name=parents[0][1])
        wanted = [[int(part.partition("-")[0]), int(part.rpartition("-")[2])] for part in ranges]
        told.compare(file, "vlan of a trunk", parents[0][1], found.get("trunk_vlans", MISSING), wanted)


def test_two_configurations_differ_where_another_comparison_finds_it() -> None:
    told = Agreement("what differs between two configurations (hp_comware, netutils)")
    for path in sorted((TRUTH / "netutils_compliance" / NAME).glob("*_received.json")):
        verdicts = json.loads(path.read_text("utf-8"))
        stem = path.name.removesuffix("_received.json")
        both = [
            main_text(NAME, lines_of(path.with_name(f"{stem}_{side}.txt")))["device"].facts
            for side in ("backup", "intended")
        ]
        for feature, verdict in verdicts.items():
            for pointer in FEATURES.get(feature, ()):
                area, _, field = pointer.partition("/")
                found = [facts.get(area, {}) if not field else facts.get(area, {}).get(field) for facts in both]
                if pointer in DECIDING or verdict["compliant"]:
                    told.compare(stem, "same", feature, found[0] == found[1], verdict["compliant"])
    told.close(least={"same": 8})
