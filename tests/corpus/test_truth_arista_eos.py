"""Facts of Arista EOS against the models that configurations were rendered from, and against the devices' own words."""

import ipaddress
import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, item, lines_of, main_text, parsed, sample, truths

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

MODELS = 60
"""How many models are taken when not all are."""
KINDS = ("ethernet", "port_channel", "vlan", "loopback", "management", "dps")


def ranges(text: str) -> list[list[int]]:
    """`10,20-22` as pairs."""
    ends = [part.split("-") for part in str(text).replace(" ", "").split(",")]
    return [[int(end[0]), int(end[-1])] for end in ends]


def compare_port(told: Agreement, file: str, port: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    name = port["name"]
    told.compare(file, "name", name, bool(ours), True)
    if not ours:
        return
    if "description" in port:
        told.compare(file, "description", name, ours.get("description", MISSING), port["description"])
    if "shutdown" in port:
        told.compare(file, "enabled", name, ours.get("enabled", MISSING), not port["shutdown"])
    for field in ("mtu", "vrf"):
        if field in port:
            told.compare(file, field, name, ours.get(field, MISSING), port[field])
    address = port.get("ip_address") or port.get("ip_address_virtual")
    if isinstance(address, str) and "/" in address:
        told.compare(file, "address", name, address in ours.get("addresses", ()), True)
    if "channel_group" in port:
        told.compare(file, "channel group", name, ours.get("channel_group", MISSING), port["channel_group"]["id"])
    if "access_group_in" in port:
        told.compare(file, "filter", name, ours.get("acl_in", MISSING), port["access_group_in"])
    switch = port.get("switchport", {})
    if switch.get("enabled") is False and "." not in name:
        told.compare(file, "mode", name, ours.get("mode", MISSING), "routed")
    if switch.get("mode"):
        told.compare(file, "mode", name, ours.get("mode", MISSING), switch["mode"].removesuffix(" phone"))
    if "access_vlan" in switch:
        told.compare(file, "access vlan", name, ours.get("access_vlan", MISSING), int(switch["access_vlan"]))
    allowed = switch.get("trunk", {}).get("allowed_vlan")
    if allowed and allowed not in ("none", "all"):
        told.compare(file, "trunk vlans", name, ours.get("trunk_vlans", MISSING), ranges(allowed))


def compare_device(told: Agreement, file: str, model: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    told.compare(file, "hostname", "", facts["system"].get("hostname", MISSING), model["hostname"])
    for user in model.get("local_users", ()):
        if user.get("disabled"):
            continue
        ours = item(facts["users"], name=user["name"])
        told.compare(file, "privilege", user["name"], ours.get("privilege", MISSING), user.get("privilege", 1))
        told.compare(file, "role", user["name"], ours.get("profile", MISSING), user.get("role", "network-operator"))
        kind = "sha512_crypt" if "sha512_password" in user else None
        if kind or user.get("no_password"):
            told.compare(file, "secret", user["name"], (ours.get("secret") or {}).get("kind"), kind)
    for vrf in model.get("vrfs", ()):
        told.compare(file, "vrf", vrf["name"], bool(item(facts["vrfs"], name=vrf["name"])), True)
    for vlan in model.get("vlans", ()):
        ours = item(facts["vlans"], id=int(vlan["id"]))
        told.compare(file, "vlan", str(vlan["id"]), ours.get("name", MISSING), vlan.get("name"))
    for server in model.get("ip_name_servers", ()):
        vrf = None if server.get("vrf") == "default" else server.get("vrf")
        found = item(facts["dns"]["servers"], address=server["ip_address"], vrf=vrf)
        told.compare(file, "name server", server["ip_address"], bool(found), True)
    for server in model.get("ntp", {}).get("servers", ()):
        ours = item(facts["ntp"]["servers"], address=server["name"])
        told.compare(file, "ntp vrf", server["name"], ours.get("vrf", MISSING), server.get("vrf"))
        told.compare(file, "ntp prefer", server["name"], ours.get("prefer", MISSING), server.get("preferred", False))
    for route in (*model.get("static_routes", ()), *model.get("ipv6_static_routes", ())):
        where = route.get("destination_address_prefix") or route.get("prefix")
        gateway = route.get("gateway") or route.get("next_hop")
        gateway = str(ipaddress.ip_address(gateway)) if gateway else None
        vrf = None if route.get("vrf") in (None, "default") else route["vrf"]
        found = item(facts["routes"], destination=where, vrf=vrf, **({"next_hop": gateway} if gateway else {}))
        told.compare(file, "route", f"{vrf} {where}", bool(found), True)
    api = model.get("management_api_http")
    if api:
        runs = bool(api.get("enable_vrfs")) or api.get("enable_https", False)
        told.compare(
            file, "https", "", facts["http"].get("tls_enabled", MISSING), runs and api.get("enable_https", True)
        )
        told.compare(file, "http", "", facts["http"].get("enabled", MISSING), runs and api.get("enable_http", False))
    if "snmp_server" in model:
        for field in ("location", "contact"):
            told.compare(file, field, "", facts["snmp"].get(field, MISSING), model["snmp_server"].get(field))
    agent = any(name in str(model) for name in ("daemon_terminattr", "TerminAttr"))
    told.compare(file, "cloud", "", facts["services"].get("cloud_management", MISSING), agent)


def test_models_that_configurations_were_rendered_from() -> None:
    told = Agreement("structured configurations (arista_eos)")
    for path in sample(list((TRUTH / "avd_structured").glob("*.yml")), MODELS):
        model = yaml.safe_load(path.read_text("utf-8"))
        facts = main_text("arista_eos", lines_of(CORPUS / "arista_eos" / f"{path.stem}.cfg"))["device"].facts
        compare_device(told, path.stem, model, facts)
        for kind in KINDS:
            for port in model.get(f"{kind}_interfaces", ()):
                port["name"] = port["name"][:1].upper() + port["name"][1:]
                compare_port(told, path.stem, port, item(facts["interfaces"], name=port["name"]))
    told.close(
        least={"hostname": 40, "name": 400, "address": 200, "mode": 100, "role": 20, "vlan": 100, "route": 30},
        unknown=1,
    )  # one has a CVX controller, which is not parsed yet


def shown(outputs: Mapping[str, str], command: str) -> dict[str, Any]:
    """The answer of a command, which is a text of JSON under one of three names."""
    for name in (f"{command} | json", f"{command} | json.json"):
        if name in outputs:
            answer = outputs[name]
            found: dict[str, Any] = json.loads(answer) if isinstance(answer, str) else answer
            return found
    return {}


def test_what_the_devices_show() -> None:
    told = Agreement("show interfaces, show version, show vrf of the same device (arista_eos)")
    for path, truth in truths("lab_validation"):
        if truth["os"] != "arista":
            continue
        document = main_text("arista_eos", lines_of(CORPUS / truth["corpus_file"]))["device"]
        ours = {i["name"]: i for i in document.facts["interfaces"]}
        version = shown(truth["outputs"], "show version")
        if version and document.subject.get("version"):
            told.compare(path.stem, "version", "", document.subject["version"], version["version"].split(" ")[0])
        for name, port in shown(truth["outputs"], "show interfaces").get("interfaces", {}).items():
            if name not in ours:
                continue
            enabled = port["interfaceStatus"] != "disabled"
            told.compare(path.stem, "enabled", name, ours[name].get("enabled", MISSING), enabled)
            told.compare(
                path.stem, "description", name, ours[name].get("description") or "", port.get("description", "")
            )
            routed = port.get("forwardingModel") == "routed"
            if ours[name].get("type") == "physical":
                told.compare(path.stem, "mode", name, ours[name].get("mode") == "routed", routed)
            for address in port.get("interfaceAddress", ())[:1]:
                first = address["primaryIp"]
                want = f"{first['address']}/{first['maskLen']}" if first["maskLen"] else None
                known = [a for a in ours[name].get("addresses", ()) if ":" not in a][:1]
                borrowed = address.get("unnumberedIntf") or address.get("virtualIp", {}).get("maskLen")
                if not ours[name].get("dhcp_client") and not borrowed:
                    told.compare(path.stem, "address", name, known[0] if known else None, want)
        vrfs = [v for v in shown(truth["outputs"], "show vrf").get("vrfs", {}) if v != "default"]
        if vrfs:
            told.compare(path.stem, "vrfs", "", sorted(v["name"] for v in document.facts["vrfs"]), sorted(vrfs))
    told.close(least={"enabled": 150, "address": 80, "mode": 80})


def test_filters_as_the_device_lists_them() -> None:
    told = Agreement("show ip access-lists (arista_eos)")
    folder = TRUTH / "ntc_templates" / "arista_eos" / "show_ip_access-lists"
    for raw in sorted(folder.glob("*.raw")):
        rows = yaml.safe_load(raw.with_suffix(".yml").read_text("utf-8"))["parsed_sample"]
        lines = [line for line in raw.read_text("utf-8").splitlines() if line.strip()]
        text = []
        for line in lines:
            words = line.split()
            if words[:2] in (["IP", "Access"], ["Standard", "IP"]) and "List" in words:
                text.append(f"ip access-list {words[words.index('List') + 1]}")
            elif words[0].isdigit():
                text.append("   " + line.split(" [match")[0].strip())
        acls = parsed("arista_eos", running_config=text)["device"].facts["acls"]
        for row in rows:
            entry = item(item(acls, name=row["name"]).get("entries", ()), sequence=int(row["sn"]))
            told.compare(raw.stem, "action", f"{row['name']} {row['sn']}", entry.get("action", MISSING), row["action"])
            if row.get("protocol"):
                told.compare(raw.stem, "protocol", row["sn"], entry.get("protocol", MISSING), row["protocol"])
    told.close(least={"action": 3})
