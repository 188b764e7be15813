"""PAN-OS: facts against what napalm and netutils made of the same texts."""

import json
from typing import Any

import pytest

from infra_audit.parsers.splitters.quotes import split_words
from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, item, lines_of, parsed

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]


def test_interfaces_of_napalm() -> None:
    agreement = Agreement("paloalto_panos against get_interfaces of napalm")
    for folder in sorted((TRUTH / "napalm" / "panos" / "get_interfaces").iterdir()):
        truth = json.loads((folder / "expected_result.json").read_text("utf-8"))
        lines = lines_of(folder / "running_config.xml")
        facts = next(iter(parsed("paloalto_panos", config=lines).values())).facts
        ours = {entry["name"]: entry for entry in facts.get("interfaces", ())}
        for name, wanted in truth.items():
            if name in ours:
                found = ours[name].get("description", MISSING)
                agreement.compare(folder.name, "description", name, found or "", wanted["description"])
    agreement.close(least={"description": 1})


def test_lines_of_netutils() -> None:
    agreement = Agreement("paloalto_panos against the lines that netutils reads")
    for path in sorted((TRUTH / "netutils_parser" / "paloalto_panos").glob("*.sent.txt")):
        wanted = json.loads(path.with_name(path.name.replace(".sent.txt", ".lines.json")).read_text("utf-8"))
        facts = next(iter(parsed("paloalto_panos", config=lines_of(path)).values())).facts
        for entry in wanted:
            words = split_words(entry["config_line"])
            if words[:4] == ["set", "deviceconfig", "system", "hostname"]:
                found = facts.get("system", {}).get("hostname", MISSING)
                agreement.compare(path.name, "hostname", "", found, words[4])
            if words[:4] == ["set", "deviceconfig", "system", "domain"]:
                found = facts.get("system", {}).get("domain", MISSING)
                agreement.compare(path.name, "domain", "", found, words[4])
    agreement.close(least={"hostname": 3})


INTENDED: dict[str, dict[str, dict[str, Any]]] = {
    # What the comments and names of these texts say that they are made to show: the order of the lists of rules of a
    # manager and of the device, an object whose name looks like an address, and one that hides a shared one.
    "panorama-rulebase.667dd6": {
        "ALLOW-SERVICE1": {"position": 1, "services_resolved": ["tcp/1001"]},
        "DENY-SERVICE12": {"position": 2, "services_resolved": ["tcp/1001", "tcp/1002"]},
        "ALLOW-SERVICE23": {"position": 3, "services_resolved": ["tcp/1002", "tcp/1003"]},
    },
    "address-object-group-inheritance.6ddee9": {
        "RULE1": {"sources_resolved": ["10.10.10.10/32"], "destinations_resolved": ["33.33.33.33/32"]},
        "RULE2": {"sources_resolved": ["44.44.44.44/32"], "destinations_resolved": ["10.10.10.10/32"]},
    },
    "match-vsys-address-over-shared.700ff5": {"rule1": {"destinations_resolved": ["10.0.2.2/32"]}},
    "match-shared-address.72fb97": {"rule1": {"destinations_resolved": ["10.0.2.2/32"]}},
}


def test_rules_that_batfish_tries() -> None:
    agreement = Agreement("paloalto_panos against what Batfish's texts are made to show")
    for name, rules in INTENDED.items():
        path = next((CORPUS / "paloalto_panos").glob(f"*{name}.cfg"))
        facts = next(iter(parsed("paloalto_panos", config=lines_of(path)).values())).facts
        for rule, fields in rules.items():
            for field, wanted in fields.items():
                found = item(facts["firewall_policies"], id=rule).get(field, MISSING)
                agreement.compare(path.name, field, rule, found, wanted)
    agreement.close(least={"position": 3, "services_resolved": 3, "sources_resolved": 2, "destinations_resolved": 4})


def test_objects_that_batfish_calls_unused() -> None:
    rows = json.loads((TRUTH / "batfish_ref" / "unit-tests-unused.json").read_text("utf-8"))
    agreement = Agreement("paloalto_panos against the address objects that Batfish finds unused")
    for row in rows:
        if row["corpus_file"].startswith("paloalto_panos/") and row["Structure_Type"] == "address object":
            name, _, _ = row["Structure_Name"].partition("~")
            facts = next(iter(parsed("paloalto_panos", config=lines_of(CORPUS / row["corpus_file"])).values())).facts
            rules = facts.get("firewall_policies", [])
            named = {n for r in rules for n in (*r.get("sources", ()), *r.get("destinations", ()))}
            named |= {m for o in facts.get("objects", ()) for m in o.get("members", ()) if isinstance(m, str)}
            agreement.compare(row["corpus_file"], "unused", name, name not in named, True)
    agreement.close(least={"unused": 1})
