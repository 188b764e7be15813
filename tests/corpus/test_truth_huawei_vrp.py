"""Facts of VRP texts against napalm and ntc-templates."""

import ipaddress
from typing import Any

import pytest
import yaml

from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, item, lines_of, main_text, truths

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

NAME = "huawei_vrp"


def as_configuration(lines: list[str]) -> list[str]:
    """Filters as `display acl all` prints them, in the words of a configuration."""
    found: list[str] = []
    for line in lines:
        words = line.split()
        if line.startswith(("Basic ACL", "Advanced ACL")):
            number = next(word.rstrip(",") for word in words if word.rstrip(",").isdigit())
            found += ["#", f"acl number {number}"]
        elif line.startswith("Advanced IPv6 ACL"):
            found += ["#", f"acl ipv6 number {words[3].rstrip(',')}"]
        elif line.startswith(" rule"):
            found.append(line.partition(" (")[0].rstrip())
    return [*found, "#", "return"]


def end(written: str) -> Any:
    """The address of a rule as we say it."""
    address, _, wildcard = written.partition(" ")
    if not written:
        return "any"
    if not wildcard:
        return str(ipaddress.ip_network(address, strict=False))
    if wildcard == "0":
        return f"{address}/32"
    length = 32 - int(ipaddress.IPv4Address(wildcard)).bit_length()
    return str(ipaddress.ip_network(f"{address}/{length}", strict=False))


def test_rules_of_filters() -> None:
    told = Agreement("display acl all (huawei_vrp, ntc-templates)")
    for path in sorted((TRUTH / "ntc_templates" / NAME / "display_acl_all").glob("*.raw")):
        facts = main_text(NAME, as_configuration(lines_of(path)))["device"].facts
        rows = yaml.safe_load(path.with_suffix(".yml").read_text("utf-8"))["parsed_sample"]
        for row in rows:
            if not row["action"]:
                continue
            where = f"{row['acl_number']} rule {row['sn']}"
            entries = item(facts["acls"], name=row["acl_number"]).get("entries", ())
            rule: dict[str, Any] = next(
                (e for e in entries if e["sequence"] == int(row["sn"]) and e["action"] != "remark"), {}
            )
            told.compare(path.name, "action", where, rule.get("action", MISSING), row["action"])
            told.compare(path.name, "protocol", where, rule.get("protocol", MISSING), row["protocol"] or "ip")
            told.compare(path.name, "source", where, rule.get("source", MISSING), end(row["source"]))
            told.compare(path.name, "destination", where, rule.get("destination", MISSING), end(row["destination"]))
            if row["destination_port_modifier"] == "eq":
                ports: Any = {"eq": [row["destination_port_range"]]}
            elif row["destination_port_modifier"] == "range":
                first, last = row["destination_port_range"].split()
                ports = {"from": first, "to": last}
            else:
                ports = None
            told.compare(path.name, "ports", where, rule.get("destination_ports"), ports)
    told.close(least={"action": 12, "source": 12, "destination": 12, "ports": 12})


def test_what_the_device_says_of_itself() -> None:
    told = Agreement("display version, sysname, display interface brief (huawei_vrp, napalm)")
    for path, truth in truths("napalm/ce/get_facts", "*/expected_result.json"):
        folder = path.parent
        (said,) = folder.glob("display_current*sysname.txt")
        document = main_text(
            NAME,
            lines_of(said),
            version=lines_of(folder / "display_version.txt"),
            interfaces_brief=lines_of(folder / "display_interface_brief.txt"),
        )["device"]
        file = folder.name
        told.compare(file, "hostname", "", document.facts["system"].get("hostname", MISSING), truth["hostname"])
        told.compare(file, "model", "", document.subject.get("model", MISSING), truth["model"])
        told.compare(file, "os_version", "", document.subject.get("version", MISSING), truth["os_version"])
        names = [port["name"] for port in document.facts["interfaces"]]
        told.compare(file, "interfaces", "", names, truth["interface_list"])
        states = {port["name"]: port.get("in_use", MISSING) for port in document.facts["interfaces"]}
        for line in lines_of(folder / "display_interface_brief.txt"):
            words = line.split()
            if words and words[0] in states:
                told.compare(file, "in use", words[0], states[words[0]], words[1] == "up")
    told.close(least={"hostname": 1, "model": 1, "os_version": 1, "interfaces": 1, "in use": 6})
