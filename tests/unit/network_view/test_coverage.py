"""What devices see of others, against an inventory: texts of devices beside what is seen, and the lines it rests on."""

import ipaddress
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from infra_audit import catalogue, yamlfile
from infra_audit.baselines.engine import Engine
from infra_audit.baselines.loader import load
from infra_audit.model.device import Device
from infra_audit.model.facts import FactsDocument
from infra_audit.model.finding import Finding, Verdict
from infra_audit.model.register import Zone, Zones
from infra_audit.network_view.coverage import AREA, InventoryCoverage
from infra_audit.parsers import engine
from tests.unit.platforms.case import artifact

CASES = [pytest.param(yamlfile.load(p), id=p.stem) for p in sorted((Path(__file__).parent / "cases").glob("*.yaml"))]
RULE = "device-not-in-inventory"
each_case = pytest.mark.parametrize("case", CASES)


def documents(case: dict[str, Any]) -> list[FactsDocument]:
    """Return the documents of the devices of a case."""
    devices = {entry["id"]: Device(**entry) for entry in case["inventory"]}
    found: list[FactsDocument] = []
    for entry in case["documents"]:
        device, platform = devices[entry["device"]], catalogue.platforms()[entry["platform"]]
        texts = {source: text.splitlines() for source, text in entry["sources"].items()}
        artifacts = [
            replace(artifact(source, lines), device=device.id, name=f"{device.id}/{source}.txt")
            for source, lines in texts.items()
        ]
        found += engine.parse(device, artifacts, [], platform)
    return found


def zones(case: dict[str, Any]) -> Zones:
    """Return the zone map of a case."""
    found = [
        Zone(id=entry["id"], zone_class=entry["id"], prefixes=tuple(map(ipaddress.ip_network, entry["prefixes"])))
        for entry in case["zones"]
    ]
    return Zones(file="zones.yaml", sha256="0" * 64, zones=tuple(found))


def organisation(case: dict[str, Any]) -> FactsDocument:
    """Return the document of the organisation of a case."""
    view = InventoryCoverage([Device(**entry) for entry in case["inventory"]], zones(case))
    for document in documents(case):
        view.see(document)
    return view.join(FactsDocument(facts={"subject": {"id": "nagisawa", "kind": "organisation"}}))


def judged(case: dict[str, Any]) -> Finding:
    """Return the finding of the rule."""
    return next(iter(Engine(load()).judge(organisation(case), rules=[RULE])))


@each_case
def test_what_is_seen(case: dict[str, Any]) -> None:
    document = organisation(case)
    seen = [
        {
            **{name: value for name, value in item.items() if name != "seen_by"},
            "by": [f"{by['device']} {by['how']} {by['interface'] or 'null'}" for by in item["seen_by"]],
        }
        for item in document.facts[AREA]["seen"]
    ]
    assert seen == case["seen"]
    assert str(document.coverage[AREA].state) == case["state"]


@each_case
def test_the_facts_follow_their_schema(case: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(catalogue.facts_schema()).validate(organisation(case).facts)


@each_case
def test_the_rule_fails_for_each_unknown_device_and_cites_who_saw_it(case: dict[str, Any]) -> None:
    unknown = [item["address"] or item["name"] for item in case["seen"] if not item["known"]]
    finding = judged(case)
    wanted = Verdict.FAIL if unknown else Verdict.PASS if case["state"] == "parsed" else Verdict.NO_EVIDENCE
    assert finding.verdict is wanted
    assert [item.key for item in finding.items] == [f"{AREA}/seen[{name}]/known" for name in unknown]
    cited = {
        item.key.partition("[")[2].removesuffix("]/known"): [
            f"{leaf.artifact} {line}"
            for leaf in item.evidence
            for first, last in leaf.lines
            for line in range(first, last + 1)
        ]
        for item in finding.items
    }
    assert {name: cited[name] for name in case["evidence"]} == case["evidence"]


@each_case
def test_the_order_of_the_documents_changes_no_item(case: dict[str, Any]) -> None:
    turned = {**case, "documents": case["documents"][::-1]}
    names = [(item["address"], item["name"], item["known"]) for item in organisation(turned).facts[AREA]["seen"]]
    assert names == [(item["address"], item["name"], item["known"]) for item in case["seen"]]


@each_case
def test_a_larger_inventory_never_makes_a_known_device_unknown(case: dict[str, Any]) -> None:
    names = [item["address"] for item in case["seen"] if item["address"]]
    for name in names:
        more = {**case, "inventory": [*case["inventory"], {"id": "new", "kind": "appliance", "host": name}]}
        known = {i["address"]: i["known"] for i in organisation(more).facts[AREA]["seen"]}
        assert known[name]
        assert all(known[i["address"]] for i in case["seen"] if i["known"] and i["address"])
