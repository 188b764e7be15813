"""Junos: facts of a configuration against what the same device shows of itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, parsed

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]


def recorded() -> list[Path]:
    return sorted((TRUTH / "lab_validation").glob("*show_configuration___display_set*.json"))


def below(node: Any, name: str) -> Iterator[Any]:
    """All values of a name in what `display json` prints, at any depth."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name:
                yield from value
            else:
                yield from below(value, name)
    elif isinstance(node, list):
        for entry in node:
            yield from below(entry, name)


def shown(text: Any) -> Any:
    """What a command printed, without the lines around it."""
    return text if isinstance(text, dict) else json.JSONDecoder().raw_decode(text[text.index("{") :])[0]


def word(node: Any, name: str) -> str | None:
    return next((entry.get("data") for entry in below(node, name)), None)


def test_devices_and_their_own_words() -> None:
    agreement = Agreement("juniper_junos against show version and show interfaces")
    for path in recorded():
        truth = json.loads(path.read_text("utf-8"))
        file = truth["corpus_file"]
        document = next(iter(parsed("juniper_junos", config=lines_of(CORPUS / file)).values()))
        system = document.facts.get("system", {})
        outputs = truth["outputs"]
        version = shown(outputs["show version | display json"])
        agreement.compare(file, "hostname", "", system.get("hostname", MISSING), word(version, "host-name"))
        agreement.compare(file, "os_version", "", system.get("os_version", MISSING), word(version, "junos-version"))
        if "show interfaces | display json" in outputs:
            interfaces(agreement, file, document.facts, shown(outputs["show interfaces | display json"]))
    agreement.close(least={"hostname": 40, "os_version": 35, "addresses": 150, "description": 10}, unknown=12)


def interfaces(agreement: Agreement, file: str, facts: Any, truth: Any) -> None:
    """Addresses and descriptions of the interfaces that the configuration names."""
    ours = {entry["name"]: entry for entry in facts.get("interfaces", ())}
    ports = [*below(truth, "physical-interface")]
    logical = [entry for port in ports for entry in below(port, "logical-interface")]
    for entry in (*ports, *logical):
        name = str(entry["name"][0]["data"]).strip()
        if name not in ours:
            continue
        if "description" in entry:
            wanted = entry["description"][0]["data"]
            agreement.compare(file, "description", name, ours[name].get("description", MISSING), wanted)
        if "." in name:
            found = {str(a) for a in ours[name].get("addresses", ()) if "." in str(a)}
            for family in entry.get("address-family", ()):
                if family["address-family-name"][0]["data"] == "inet":
                    for address in written(family):
                        known = address in {a.partition("/")[0] for a in found} or not found
                        agreement.compare(file, "addresses", name, known and bool(found), True)


def written(family: Any) -> Iterator[str]:
    """The addresses of one protocol of an interface."""
    for address in family.get("interface-address", ()):
        if "ifa-local" in address:
            yield address["ifa-local"][0]["data"].partition("/")[0]


def test_rules_and_objects_of_batfish() -> None:
    """The rules of address translation that Batfish finds, with their lines; what it finds unused is in no rule of ours."""
    rows = json.loads((TRUTH / "batfish_ref" / "unit-tests-unused.json").read_text("utf-8"))
    agreement = Agreement("juniper_junos against what Batfish finds in the same texts")
    for row in rows:
        file, kind, name = row["corpus_file"] or "", row["Structure_Type"], row["Structure_Name"]
        if not file.startswith("juniper_junos/"):
            continue
        document = next(iter(parsed("juniper_junos", config=lines_of(CORPUS / file)).values()))
        rules, lines = document.facts.get("nat", []), set(row["Source_Lines"]["lines"])
        if kind == "nat rule":
            place = next((i for i, rule in enumerate(rules) if rule.get("name") == name), None)
            cited = {
                line
                for provenance in document.provenance_of(f"/nat/{place}/name").values()
                for first, last in provenance.lines
                for line in range(first, last + 1)
            }
            agreement.compare(file, "lines", name, cited or MISSING, lines)
        elif kind == "nat rule set":
            found = {rule["rule_set"].partition("/")[2] for rule in rules}
            agreement.compare(file, "rule_set", name, name in found, True)
        elif kind == "application":
            used = {s for policy in document.facts.get("firewall_policies", []) for s in policy.get("services", ())}
            known = any(o["kind"] == "service" and o["name"] == name for o in document.facts["objects"])
            agreement.compare(file, "unused", name, known and name not in used, True)
    agreement.close(least={"lines": 4, "rule_set": 2, "unused": 2})
