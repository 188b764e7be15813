"""Facts of Cisco NX-OS against the devices' own words and against other parsers' answers."""

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, item, lines_of, main_text, parsed, truths

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]


def shown_interfaces(text: str) -> dict[str, dict[str, Any]]:
    """What `show interface` says, of what a configuration says too."""
    found: dict[str, dict[str, Any]] = {}
    port: dict[str, Any] = {}
    for line in text.splitlines():
        words = line.split()
        if re.match(r"\S+ is (up|down)", line) and "line protocol" not in line.split(",")[0].replace(" is ", " ", 1):
            port = found.setdefault(words[0], {"description": None, "address": None})
            port["enabled"] = "Administratively down" not in line
        elif words[:2] == ["admin", "state"]:
            port["enabled"] = words[3].rstrip(",") == "up"
        elif words[:1] == ["Description:"]:
            before, _, address = line.split("Description:", 1)[1].partition("  Internet Address is ")
            port["description"] = before.strip()
            port["address"] = address.split()[0] if address else None
        elif words[:3] == ["Internet", "Address", "is"]:
            port["address"] = words[3]
        elif words[:3] == ["Port", "mode", "is"]:
            port["mode"] = words[3]
    return found


def test_what_the_devices_show() -> None:
    told = Agreement("show interface, show version, show vrf of the same device (cisco_nxos)")
    for path, truth in truths("lab_validation"):
        if truth["os"] != "nx":
            continue
        outputs, file = truth["outputs"], path.stem
        version = outputs["show version"].splitlines()
        document = main_text("cisco_nxos", lines_of(CORPUS / truth["corpus_file"]), version=version)["device"]
        ours = {i["name"]: i for i in document.facts["interfaces"]}
        told.compare(
            file, "hostname", "", document.facts["system"].get("hostname", MISSING), said(version, "Device name:")
        )
        told.compare(file, "serial", "", document.subject.get("serial", MISSING), said(version, "Processor Board ID"))
        release = said(version, "NXOS: version") or said(version, "system:    version")
        told.compare(file, "version", "", document.subject.get("version", MISSING), release.split()[0])
        for name, port in shown_interfaces(outputs["show interface"]).items():
            known = ours.get(name)
            if known is None:
                continue
            told.compare(file, "enabled", name, known.get("enabled", MISSING), port["enabled"])
            told.compare(file, "description", name, known.get("description", MISSING), port["description"])
            if not known.get("dhcp_client"):
                first = [a for a in known.get("addresses", ()) if ":" not in a][:1]
                told.compare(file, "address", name, first[0] if first else None, port["address"])
            if "mode" in port and known.get("type") == "physical":
                told.compare(file, "mode", name, known.get("mode", MISSING), port["mode"])
        vrfs = [line.split()[0] for line in outputs["show vrf"].splitlines()[1:] if line.strip()]
        told.compare(
            file, "vrfs", "", sorted(v["name"] for v in document.facts["vrfs"]), sorted(set(vrfs) - {"default"})
        )
    told.close(least={"hostname": 20, "serial": 20, "version": 20, "enabled": 300, "address": 80, "vrfs": 20})


def said(lines: list[str], name: str) -> str:
    """What stands after a name in `show version`."""
    return next((line.split(name, 1)[1].strip() for line in lines if name in line), "")


def test_accounts_snmp_and_time_sources() -> None:
    told = Agreement("napalm (cisco_nxos)")
    base = TRUTH / "napalm" / "nxos_ssh"
    case = base / "get_users" / "normal"
    facts = main_text("cisco_nxos", lines_of(case / "show_running_config.txt"))["device"].facts
    for name, user in json.loads((case / "expected_result.json").read_text("utf-8")).items():
        ours = item(facts["users"], name=name)
        told.compare("get_users", "privileged", name, ours.get("privileged", MISSING), user["level"] == 15)
        told.compare("get_users", "secret", name, (ours.get("secret") or {}).get("kind"), "sha256_crypt")
    case = base / "get_snmp_information" / "normal"
    facts = main_text("cisco_nxos", lines_of(case / "show_running_config.txt"))["device"].facts
    wanted = json.loads((case / "expected_result.json").read_text("utf-8"))
    for field in ("contact", "location"):
        told.compare("get_snmp_information", field, "", facts["snmp"].get(field, MISSING), wanted[field])
    modes = {"network-operator": "read_only", "network-admin": "read_write"}
    access = sorted(modes[each["mode"]] for each in wanted["community"].values())
    told.compare(
        "get_snmp_information", "access", "", sorted(c["access"] for c in facts["snmp"]["communities"]), access
    )
    told.close(least={"privileged": 2, "secret": 2, "contact": 1, "location": 1, "access": 1})


def test_interfaces_that_genie_reads() -> None:
    told = Agreement("genie, show running-config interface (cisco_nxos)")
    for raw in sorted((TRUTH / "genieparser" / "nxos" / "ShowRunningConfigInterface").glob("*.output.txt")):
        wanted = json.loads(raw.with_name(raw.name.replace(".output.txt", ".expected.json")).read_text("utf-8"))
        text = [line for line in raw.read_text("utf-8").splitlines() if "#" not in line]
        margin = min((len(x) - len(x.lstrip()) for x in text if x.strip()), default=0)
        facts = main_text("cisco_nxos", [line[margin:] for line in text])["device"].facts
        for name, port in wanted["interface"].items():
            if " " in name or raw.name.startswith("golden2"):
                continue  # a VLAN is no interface; a text that lost its indentation is printed by no device
            ours = item(facts["interfaces"], name=name)
            told.compare(raw.stem, "name", name, bool(ours), True)
            if "shutdown" in port:
                told.compare(raw.stem, "enabled", name, ours.get("enabled", MISSING), not port["shutdown"])
            if "trunk_vlans" in port:
                shown = [f"{a}-{b}" if a != b else str(a) for a, b in ours.get("trunk_vlans") or ()]
                told.compare(raw.stem, "trunk vlans", name, ",".join(shown), port["trunk_vlans"].replace(" ", ""))
            if "switchport_mode" in port:
                told.compare(raw.stem, "mode", name, ours.get("mode", MISSING), port["switchport_mode"])
            if "port_channel" in port:
                group = port["port_channel"].get("port_channel_int")
                told.compare(raw.stem, "channel group", name, ours.get("channel_group", MISSING), int(group))
    told.close(least={"name": 1})


def entries_of(text: str) -> list[str]:
    """A listing of filters as a configuration."""
    lines = []
    for line in text.splitlines():
        words = line.split()
        if len(words) > 3 and words[:2] in (["IP", "access"], ["IPv6", "access"], ["IPV4", "ACL"], ["IPV6", "ACL"]):
            name = words[3] if words[1] == "access" else words[2]
            lines.append(f"{'ipv6' if words[0].lower() == 'ipv6' else 'ip'} access-list {name}")
        elif words and words[0].isdigit():
            lines.append("  " + line.split("[")[0].strip())
    return lines


def test_filters_as_the_device_lists_them() -> None:
    told = Agreement("ntc-templates, genie: show access-lists (cisco_nxos)")
    raw = TRUTH / "ntc_templates" / "cisco_nxos" / "show_access-lists" / "cisco_nxos_show_access-lists.raw"
    rows = yaml.safe_load(raw.with_suffix(".yml").read_text("utf-8"))["parsed_sample"]
    acls = parsed("cisco_nxos", running_config=entries_of(raw.read_text("utf-8")))["device"].facts["acls"]
    for row in rows:
        if not row.get("sn") or "mac" in row["name"]:  # filters of layer 2 addresses are not read
            continue
        entry = item(item(acls, name=row["name"]).get("entries", ()), sequence=int(row["sn"]))
        where = f"{row['name']} {row['sn']}"
        told.compare(raw.stem, "action", where, entry.get("action", MISSING), row["action"])
        if row.get("protocol"):
            told.compare(raw.stem, "protocol", where, entry.get("protocol", MISSING), row["protocol"])
        if row.get("source") and row.get("protocol"):
            told.compare(raw.stem, "source", where, written(entry.get("source")), network(row["source"]))
    told.close(least={"action": 3})


def written(end: Any) -> Any:
    """Source or destination as the listing writes it."""
    return end["group"] if isinstance(end, Mapping) and "group" in end else end


def network(text: str) -> str:
    """A source of the listing as a network."""
    words = text.split()
    if words[0] in ("host", "addrgroup"):
        return f"{words[1]}/32" if words[0] == "host" else words[1]
    return text if words[0] == "any" else str(ipaddress.ip_network(text, strict=False))


def test_switches_rendered_from_a_model() -> None:
    told = Agreement("input of the switch configuration generator (cisco_nxos)")
    for model_file in sorted((TRUTH / "ms_switchgen").glob("*/*_input.json")):
        model = json.loads(model_file.read_text("utf-8"))
        text = next(iter([*model_file.parent.glob("*.config"), *model_file.parent.glob("expected_full_config.cfg")]))
        facts = main_text("cisco_nxos", lines_of(text))["device"].facts
        told.compare(
            model_file.stem, "hostname", "", facts["system"].get("hostname", MISSING), model["switch"]["hostname"]
        )
        for vlan in model["vlans"]:
            ours = item(facts["vlans"], id=int(vlan["vlan_id"]))
            told.compare(model_file.stem, "vlan", str(vlan["vlan_id"]), ours.get("name", MISSING), vlan["name"])
            if "interface" in vlan:
                port = item(facts["interfaces"], name=f"Vlan{vlan['vlan_id']}")
                address = f"{vlan['interface']['ip']}/{vlan['interface']['cidr']}"
                told.compare(
                    model_file.stem, "address", port.get("name", ""), address in port.get("addresses", ()), True
                )
    told.close(least={"hostname": 2, "vlan": 40, "address": 40}, unknown=1)  # VLAN 712 is not in the text
