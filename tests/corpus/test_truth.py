"""Facts against independent truths: other parsers' answers, the same device's own words, and a second plain reading.

Fields are compared, not documents. A truth that is wrong is listed with its reason in `truth_exceptions.yaml`.
"""

import csv
import ipaddress
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest
import yaml

from infra_audit.parsers.splitters import BREAK, rules_of, splitter
from infra_audit.snapshot.detect import detect
from tests.conftest import CORPUS
from tests.corpus.plain_readers import read_fortios, read_ios
from tests.corpus.truth_tools import (
    EXCEPTIONS,
    MISSING,
    TRUTH,
    Agreement,
    item,
    lines_of,
    main_text,
    parsed,
    platforms,
    sample,
    truths,
)

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

IOS_FILES, NAMED = 150, 250
"""How many files are taken when not all are."""


def address(ip: str, mask: str) -> str:
    """An address with the length of its mask."""
    return f"{ip}/{ipaddress.IPv4Network((0, mask)).prefixlen}"


def spelled(short: str, names: Sequence[str]) -> str:
    """The full name that a shortened one such as Gi1/0/1 stands for."""
    letters = short.rstrip("0123456789/.:")
    digits = short.removeprefix(letters)
    return next((n for n in names if n.startswith(letters) and n.lstrip("-" + ascii_letters) == digits), short)


# -- the same device, seen by its own commands ---------------------------------------------------------------------------


def shown_interfaces(text: str) -> dict[str, dict[str, Any]]:
    """What `show interfaces` says, of what a configuration says too."""
    found: dict[str, dict[str, Any]] = {}
    for line in text.splitlines():
        words = line.split()
        if line[:1] not in ("", " ") and ", line protocol is " in line:
            port = found.setdefault(words[0], {"description": None, "addresses": None})
            port["enabled"] = " is administratively down" not in line
        elif words[:1] == ["Description:"]:
            port["description"] = line.split("Description:", 1)[1].strip()
        elif words[:3] == ["Internet", "address", "is"]:
            port["addresses"] = words[3]
    return found


def shown_vrfs(text: str) -> dict[str, list[str]]:
    """VRFs and their interfaces in short names, by the columns of `show vrf`."""
    found: dict[str, list[str]] = {}
    column = 0
    for line in text.splitlines():
        if "Interfaces" in line:
            column = line.index("Interfaces")
        elif column and line.strip():
            name = line[:column].split()[:1]
            members = found.setdefault(name[0], []) if name else list(found.values())[-1]
            members += line[column:].split()
    return found


def test_interfaces_that_the_device_shows() -> None:
    told = Agreement("show interfaces, show version, show vrf of the same device (cisco_ios)")
    wanted = {path: truth for path, truth in truths("lab_validation") if truth["os"] in ("ios", "iosxe")}
    for path, truth in wanted.items():
        outputs, file = truth["outputs"], path.stem
        version = outputs["show version"].splitlines()
        document = main_text("cisco_ios", lines_of(CORPUS / truth["corpus_file"]), version=version)["device"]
        ours = {i["name"]: i for i in document.facts["interfaces"]}
        named = next(line for line in version if " uptime is " in line)
        told.compare(file, "hostname", "", document.facts["system"].get("hostname", MISSING), named.split()[0])
        release = next(line for line in version if line.startswith("Cisco IOS Software") and ", Version " in line)
        release = release.split(", Version ")[1].split(",")[0].split()[0]
        told.compare(file, "os_version", "", document.facts["system"].get("os_version", MISSING), release)
        serial = next(line for line in version if line.startswith("Processor board ID "))
        told.compare(file, "serial", "", document.subject.get("serial", MISSING), serial.split()[3])
        shown = shown_interfaces(outputs["show interfaces"])
        for name, port in shown.items():
            if name in ours:
                told.compare(file, "enabled", name, ours[name].get("enabled", MISSING), port["enabled"])
                told.compare(file, "description", name, ours[name].get("description", MISSING), port["description"])
                if not ours[name].get("dhcp_client"):
                    first = [a for a in ours[name].get("addresses", ()) if ":" not in a][:1]
                    told.compare(file, "address", name, first[0] if first else None, port["addresses"])
            told.compare(file, "name", name, name in ours, True)
        for name in ours:
            told.compare(file, "name", name, name in shown, True)
        vrfs = shown_vrfs(outputs["show vrf"])
        known = [v["name"] for v in document.facts["vrfs"]]
        for name, members in vrfs.items():
            told.compare(file, "vrf", name, name in known, True)
            for short in members:
                full = spelled(short, list(ours))
                told.compare(file, "interface vrf", full, ours.get(full, {}).get("vrf", MISSING), name)
        for name in known:
            told.compare(file, "vrf", name, name in vrfs, True)
    told.close(least={"hostname": 20, "os_version": 20, "name": 100, "enabled": 80, "address": 40, "vrf": 5})


def test_interfaces_that_a_fortigate_shows() -> None:
    told = Agreement("get system interface, get system status of the same device (fortinet)")
    for path, truth in truths("lab_validation"):
        if truth["os"] != "fortios":
            continue
        status = truth["outputs"]["get system status"].splitlines()
        document = main_text("fortinet", lines_of(CORPUS / truth["corpus_file"]), status=status)["device"]
        ours = {i["name"]: i for i in document.facts["interfaces"]}
        said = dict(line.split(": ", 1) for line in status if ": " in line)
        told.compare(path.stem, "hostname", "", document.facts["system"]["hostname"], said["Hostname"].strip())
        told.compare(path.stem, "serial", "", document.subject.get("serial", MISSING), said["Serial-Number"].strip())
        told.compare(
            path.stem, "version", "", "v" + document.subject["version"], said["Version"].split()[1].split(",")[0]
        )
        for line in truth["outputs"]["get system interface"].splitlines():
            words = line.split()
            if words[:1] != ["name:"]:
                continue
            values = {w.rstrip(":"): words[n + 1] for n, w in enumerate(words[:-1]) if w.endswith(":")}
            port = ours.get(values["name"], {})
            told.compare(path.stem, "name", values["name"], bool(port), True)
            told.compare(path.stem, "enabled", values["name"], port.get("enabled", MISSING), values["status"] == "up")
            if "ip" in values and values.get("mode") == "static":
                mask = words[words.index("ip:") + 2]
                want = (
                    [] if values["ip"] == "0.0.0.0" else [address(values["ip"], mask)]
                )  # no address in words of FortiOS
                told.compare(path.stem, "addresses", values["name"], port.get("addresses", MISSING), want)
    told.close(least={"hostname": 2, "version": 2, "name": 20, "enabled": 20, "addresses": 20})


# -- which platform a text is of -----------------------------------------------------------------------------------------

FORMATS = {
    "CISCO_IOS": "cisco_ios", "FORTIOS": "fortinet", "CISCO_ASA": "cisco_asa", "CISCO_IOS_XR": "cisco_xr",
    "ARISTA": "arista_eos", "CISCO_NX": "cisco_nxos", "FLAT_JUNIPER": "juniper_junos", "JUNIPER": "juniper_junos",
    "PALO_ALTO": "paloalto_panos", "PALO_ALTO_NESTED": "paloalto_panos", "VYOS": "vyos", "FLAT_VYOS": "vyos",
}  # fmt: skip


def found_platform(path: Path) -> str:
    platform = detect(lines_of(path), platforms()).platform
    return platform.name if platform else "unknown"


def test_platforms_that_batfish_recognises() -> None:
    told = Agreement("formats of batfish")
    for path, formats in truths("batfish_ref", "*.formats.json"):
        for name, row in formats.items():
            file = row.get("corpus_file")
            if not file:
                continue
            found = found_platform(CORPUS / file)
            where = f"{path.stem}/{name}"
            if row["format"] in FORMATS:
                ours = MISSING if found == "unknown" else found
                told.compare(where, row["format"], "", ours, FORMATS[row["format"]])
            else:
                told.compare(where, "another format", row["format"], found, "unknown")
    told.close(least={"CISCO_IOS": 10, "CISCO_IOS_XR": 15, "ARISTA": 5, "CISCO_NX": 4, "FLAT_JUNIPER": 25}, unknown=90)


def test_platforms_that_upstream_names() -> None:
    told = Agreement("platforms of the corpus")
    with (CORPUS / "MANIFEST.tsv").open(encoding="utf-8") as stream:
        rows = {CORPUS / row["file"]: row["platform"] for row in csv.DictReader(stream, delimiter="\t")}
    ours = {name for name, platform in platforms().items() if "playbook" not in platform.data}
    own = sample([p for p, name in rows.items() if name in ours], NAMED)
    foreign = sample([p for p, name in rows.items() if name not in ours and name not in platforms()], NAMED)
    for path in own:
        found = found_platform(path)
        told.compare(path.name, rows[path], "", MISSING if found == "unknown" else found, rows[path])
    for path in foreign:
        told.compare(path.name, "another platform", rows[path], found_platform(path), "unknown")
    told.close(
        least={"arista_eos": 60, "cisco_ios": 60, "cisco_nxos": 20, "fortinet": 5, "another platform": 100},
        unknown=120,
    )


# -- answers of other parsers for parts of a configuration of IOS --------------------------------------------------------


def body(path: Path) -> list[str]:
    """The lines of an output without what the operator typed."""
    lines = [line.rstrip() for line in lines_of(path)]
    return [
        line for line in lines if not line.lstrip().startswith("show ") and "#show " not in line and "#sh " not in line
    ]


def genie(parser: str) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """The cases of one parser: name, truth, lines."""
    for folder in ("ios", "iosxe"):
        for path, truth in truths(f"genieparser/{folder}/{parser}", "*.expected.json"):
            name = path.name.removesuffix(".expected.json")
            yield f"{parser}/{name}", truth, body(path.with_name(f"{name}.output.txt"))


PORT_FIELDS = {
    "description": "description",
    "vrf": "vrf",
    "switchport_mode": "mode",
    "ip_access_group_in": "acl_in",
    "ip_access_group_out": "acl_out",
    "ipv6_access_group_in": "acl_in_ipv6",
    "ipv6_access_group_out": "acl_out_ipv6",
    "ip_arp_inspection_trust": "arp_inspection_trust",
    "mab": "dot1x/mac_bypass",
}


def value(port: Mapping[str, Any], path: str) -> Any:
    node: Any = port
    for part in path.split("/"):
        node = node.get(part, MISSING) if isinstance(node, Mapping) else MISSING
    return node


@pytest.mark.parametrize("parser", ["ShowRunInterface", "ShowDerivedConfigInterface", "ShowRunAllSectionInterface"])
def test_interfaces_of_genieparser(parser: str) -> None:
    told = Agreement(f"genieparser {parser}")
    for file, truth, lines in genie(parser):
        ours = main_text("cisco_ios", lines)["device"].facts.get("interfaces", [])
        for name, wanted in next(iter(truth.values())).items():
            port = item(ours, name_seen=name) or item(ours, name=name)
            told.compare(file, "name", name, bool(port), True)
            for theirs, field in PORT_FIELDS.items():
                if theirs in wanted:
                    told.compare(file, field, name, value(port, field), wanted[theirs])
            if str(wanted.get("switchport_access_vlan", "")).isdigit():
                vlan = port.get("access_vlan", MISSING)
                told.compare(file, "access_vlan", name, vlan, int(wanted["switchport_access_vlan"]))
            if "shutdown" in wanted:
                told.compare(file, "enabled", name, port.get("enabled", MISSING), not wanted["shutdown"])
            ip = wanted.get("ipv4", {})
            if "ip" in ip and "netmask" in ip:
                told.compare(file, "address", name, address(ip["ip"], ip["netmask"]) in port.get("addresses", ()), True)
            for direction in ("inbound", "outbound"):
                acl = wanted.get("acl", {}).get(direction, {}).get("acl_name")
                if acl:
                    told.compare(
                        file, f"acl {direction}", name, port.get("acl_in" if direction[0] == "i" else "acl_out"), acl
                    )
    told.close(least={"name": 3}, unknown=6)


def test_servers_users_and_routes_of_genieparser_and_napalm() -> None:
    told = Agreement("genieparser and napalm: NTP, RADIUS, SNMPv3, routes")
    for file, truth, lines in genie("ShowNtpConfig"):
        servers = main_text("cisco_ios", [line.strip() for line in lines])["device"].facts["ntp"]["servers"]
        for vrf, entries in truth["vrf"].items():
            for ip, entry in entries["address"].items():
                wanted = next(iter(entry["type"].values()))
                ours = item(servers, address=ip, vrf=None if vrf == "default" else vrf)
                told.compare(file, "ntp server", ip, bool(ours), True)
                told.compare(file, "ntp source", ip, ours.get("source"), wanted.get("source"))
        addresses = {ip for entries in truth["vrf"].values() for ip in entries["address"]}
        told.compare(file, "ntp servers", "", {s["address"] for s in servers}, addresses)
    for path, truth in truths("napalm/ios/get_ntp_servers", "*/expected_result.json"):
        lines = lines_of(path.with_name("show_run___include_ntp_server.txt"))
        servers = main_text("cisco_ios", lines)["device"].facts["ntp"]["servers"]
        found = {str(ipaddress.ip_address(s["address"])) for s in servers}
        told.compare(
            f"napalm/{path.parent.name}", "ntp servers", "", found, {str(ipaddress.ip_address(a)) for a in truth}
        )
    for file, truth, lines in genie("ShowRunningConfigAAARadiusServer"):
        servers = main_text("cisco_ios", lines)["device"].facts["aaa"]["servers"]
        for name, wanted in truth["radius_server"].items():
            told.compare(file, "radius server", name, wanted["address"] in {s.get("address") for s in servers}, True)
    for file, truth, lines in genie("ShowRunRoute"):
        routes = main_text("cisco_ios", lines)["device"].facts["routes"]
        ours_in_order = [(r["destination"], r["next_hop"]) for r in routes]
        wanted_routes = [(address(*r.split()[2:4]), r.split()[4]) for r in truth["routes"]]
        told.compare(file, "routes", "", ours_in_order, wanted_routes)
    for file, truth, lines in genie("ShowSnmpUser"):
        users = parsed("cisco_ios", running_config=["end"], snmp_user=lines)["device"].facts["snmp"]["users"]
        for name, wanted in truth["user_name"].items():
            compare_snmp_user(
                told,
                file,
                item(users, name=name),
                name,
                wanted["auth_protocol"],
                wanted["priv_protocol"],
                wanted["group_name"],
            )
    told.close(least={"ntp server": 2, "ntp servers": 2, "radius server": 1, "routes": 1, "snmp user": 7})


def compare_snmp_user(
    told: Agreement, file: str, ours: Mapping[str, Any], name: str, auth: str, privacy: str, group: str
) -> None:
    level = "noauth" if auth == "None" else "auth" if privacy in ("None", "-") else "priv"
    told.compare(file, "snmp user", name, bool(ours), True)
    told.compare(file, "snmp auth", name, ours.get("auth", MISSING), None if auth == "None" else auth)
    told.compare(
        file, "snmp privacy", name, ours.get("privacy", MISSING), None if privacy in ("None", "-") else privacy
    )
    told.compare(file, "snmp group", name, ours.get("group", MISSING), group)
    told.compare(file, "snmp level", name, ours.get("level", MISSING), level)


def ntc(platform: str, command: str) -> Iterator[tuple[str, list[dict[str, str]], list[str]]]:
    """The cases of one template: name, rows, lines."""
    for path in sorted((TRUTH / "ntc_templates" / platform / command).glob("*.yml")):
        rows = yaml.safe_load(path.read_text("utf-8"))["parsed_sample"]
        yield f"{platform}/{path.stem}", rows, body(path.with_suffix(".raw"))


def test_interfaces_of_ntc_templates() -> None:
    told = Agreement("ntc-templates show running-config interface")
    for file, rows, lines in ntc("cisco_ios", "show_running-config_interface"):
        ours = main_text("cisco_ios", lines)["device"].facts["interfaces"]
        for row in rows:
            name = row["interface"]
            port = item(ours, name=name)
            told.compare(file, "name", name, bool(port), True)
            told.compare(file, "description", name, port.get("description", MISSING), row["description"] or None)
            told.compare(file, "vrf", name, port.get("vrf", MISSING), row["vrf"] or None)
            told.compare(file, "acl_in", name, port.get("acl_in", MISSING), row["access_group_in"] or None)
            told.compare(file, "acl_out", name, port.get("acl_out", MISSING), row["access_group_out"] or None)
            told.compare(file, "proxy_arp", name, port.get("proxy_arp", MISSING), row["proxy_arp"] != "no")
            wanted = address(row["ip_address"], row["netmask"])
            told.compare(file, "address", name, wanted in port.get("addresses", ()), True)
    told.close(least={"name": 6, "vrf": 6, "address": 6})


def test_entries_of_filters_of_ntc_templates() -> None:
    told = Agreement("ntc-templates show running-config partition access-list")
    for file, rows, lines in ntc("cisco_ios", "show_running-config_partition_access-list"):
        acls = main_text("cisco_ios", lines)["device"].facts["acls"]
        for name in {row["acl_name"] for row in rows}:
            entries = [e for e in item(acls, name=name).get("entries", ()) if e["action"] != "remark"]
            wanted = [row for row in rows if row["acl_name"] == name and row["action"]]
            told.compare(file, "entries", name, len(entries), len(wanted))
            for number, (ours, row) in enumerate(zip(entries, wanted, strict=False), 1):
                where = f"{name} {number}"
                told.compare(file, "action", where, ours["action"], row["action"])
                told.compare(file, "source", where, ours.get("source", MISSING), end_of(row, "src"))
                if row["acl_type"] != "extended":
                    continue
                told.compare(file, "protocol", where, ours.get("protocol", MISSING), row["protocol"])
                told.compare(file, "destination", where, ours.get("destination", MISSING), end_of(row, "dst"))
                if row["dst_port_match"] == "eq":
                    told.compare(file, "port", where, ours["destination_ports"].get("eq"), [row["dst_port"]])
    told.close(least={"entries": 1, "source": 40, "destination": 40, "port": 20})


def end_of(row: Mapping[str, str], side: str) -> Any:
    if row[f"{side}_host"]:
        return row[f"{side}_host"] + "/32"
    if row[f"{side}_network"]:
        wildcard = int(ipaddress.IPv4Address(row[f"{side}_wildcard"]))
        if wildcard & (wildcard + 1):
            return {"address": row[f"{side}_network"], "wildcard": row[f"{side}_wildcard"]}
        return f"{row[f'{side}_network']}/{32 - wildcard.bit_length()}"
    return "any"


def test_users_of_ntc_templates() -> None:
    told = Agreement("ntc-templates show snmp user")
    for file, rows, lines in ntc("cisco_ios", "show_snmp_user"):
        users = parsed("cisco_ios", running_config=["end"], snmp_user=lines)["device"].facts["snmp"]["users"]
        for row in rows:
            name = row["user_name"]
            compare_snmp_user(
                told,
                file,
                item(users, name=name),
                name,
                row["authentication_protocol"],
                row["privacy_protocol"],
                row["group_name"],
            )
    told.close(least={"snmp user": 3})


# -- FortiOS -------------------------------------------------------------------------------------------------------------


def test_state_of_a_fortigate() -> None:
    told = Agreement("ntc-templates get system status, napalm get_facts and get_firewall_policies (fortinet)")
    for file, rows, lines in ntc("fortinet", "get_system_status"):
        document = parsed("fortinet", status=lines)["device"]
        row = rows[0]
        told.compare(
            file, "version", "", document.subject.get("version", MISSING), row["version"].split(" v")[-1].split(",")[0]
        )
        told.compare(file, "serial", "", document.subject.get("serial", MISSING), row["serial_number"])
        told.compare(file, "hostname", "", document.facts["system"].get("hostname", MISSING), row["hostname"])
    for path, truth in truths("napalm/fortios/get_facts", "*/expected_result.json"):
        document = parsed("fortinet", status=lines_of(path.with_name("get_system_status.txt")))["device"]
        file = f"napalm/{path.parent.name}"
        told.compare(file, "version", "", document.subject.get("version", MISSING), truth["os_version"].lstrip("v"))
        told.compare(file, "serial", "", document.subject.get("serial", MISSING), truth["serial_number"])
        told.compare(file, "model", "", document.subject.get("model", MISSING), truth["model"])
        told.compare(file, "hostname", "", document.facts["system"].get("hostname", MISSING), truth["hostname"])
    for path, truth in truths("napalm/fortios/get_firewall_policies", "*/expected_result.json"):
        file = str(path.parent.relative_to(TRUTH))
        ours = main_text("fortinet", lines_of(path.with_name("show_firewall_policy.txt")))["device"].facts
        for wanted in (row for rows in truth.values() for row in rows):
            policy = item(ours["firewall_policies"], id=wanted["id"])
            for field, theirs in (("action", "action"), ("enabled", "enabled"), ("schedule", "schedule")):
                told.compare(file, field, wanted["id"], policy.get(field, MISSING), wanted[theirs])
            for field, theirs in POLICY_LISTS.items():
                told.compare(file, field, wanted["id"], policy.get(field, MISSING), shlex.split(wanted[theirs]))
    told.close(least={"version": 5, "serial": 5, "hostname": 5, "action": 1})


POLICY_LISTS = {
    "source_interfaces": "src_zone",
    "destination_interfaces": "dst_zone",
    "sources": "l3_src",
    "destinations": "l3_dst",
    "services": "service",
}
ACTIONS = {"accept": "permit", "deny": "deny", "ipsec": "ipsec"}


def test_policies_and_administrators_of_a_plain_reading() -> None:
    told = Agreement("a plain reading (fortinet)")
    files = [p for p in (CORPUS / "fortinet").iterdir() if p.is_file()]
    for path in sorted(files):
        lines = lines_of(path)
        plain = read_fortios(lines)
        if not plain.policies and not plain.admins:
            continue
        documents = main_text("fortinet", lines)
        for vdom, policies in plain.policies.items():
            name = f"device/{vdom}" if f"device/{vdom}" in documents else "device"
            ours = {p["id"]: p for p in documents[name].facts.get("firewall_policies", ())}
            told.compare(path.name, "policies", vdom, sorted(ours), sorted(policies))
            for number, wanted in policies.items():
                policy = ours.get(number, {})
                action = ACTIONS[wanted.get("action", ["deny"])[0]]
                told.compare(path.name, "action", number, policy.get("action", MISSING), action)
                enabled = wanted.get("status", ["enable"]) == ["enable"]
                told.compare(path.name, "enabled", number, policy.get("enabled", MISSING), enabled)
                for key, field in (("srcintf", "source_interfaces"), ("dstintf", "destination_interfaces")):
                    if key in wanted:
                        told.compare(path.name, field, number, policy.get(field, MISSING), wanted[key])
        if plain.admins:
            users = {u["name"]: u for u in documents["device"].facts.get("users", ())}
            told.compare(path.name, "administrators", "", sorted(users), sorted(plain.admins))
            for name, wanted in plain.admins.items():
                if "accprofile" in wanted:
                    profile = users.get(name, {}).get("profile", MISSING)
                    told.compare(path.name, "profile", name, profile, wanted["accprofile"][0])
    told.close(least={"policies": 8, "action": 12, "administrators": 3})


# -- IOS, read a second time ---------------------------------------------------------------------------------------------


def test_interfaces_lines_and_filters_of_a_plain_reading() -> None:
    told = Agreement("a plain reading (cisco_ios)")
    for path in sample([p for p in (CORPUS / "cisco_ios").iterdir() if p.is_file()], IOS_FILES):
        lines = lines_of(path)
        plain = read_ios(lines)
        facts = main_text("cisco_ios", lines)["device"].facts
        ports = {p.get("name_seen", p["name"]).replace(" ", ""): p for p in facts.get("interfaces", ())}
        told.compare(path.name, "interfaces", "", sorted(ports), sorted(plain.interfaces))
        for name, wanted in plain.interfaces.items():
            port = ports.get(name, {})
            told.compare(path.name, "enabled", name, port.get("enabled", MISSING), wanted["enabled"])
            told.compare(path.name, "acl_in", name, port.get("acl_in", MISSING), wanted["acl_in"])
            if wanted["access_vlan"] is not None:
                told.compare(path.name, "access_vlan", name, port.get("access_vlan", MISSING), wanted["access_vlan"])
        for name, seconds in plain.lines.items():
            kind, first, last = name.split()
            numbers = {"first": int(first)} | ({"last": int(last)} if last != first else {})
            line = item(facts.get("lines", ()), kind=kind, **numbers)
            told.compare(path.name, "exec_timeout", name, line.get("exec_timeout_seconds", MISSING), seconds)
        acls = {a["name"]: a.get("entries", ()) for a in facts.get("acls", ()) if a["family"] == "ipv4"}
        for name, actions in plain.filters.items():
            ours = [e["action"] for e in acls.get(name, ()) if e["action"] in ("permit", "deny")]
            told.compare(path.name, "acl actions", name, ours, actions)
        users = {u["name"]: u.get("privilege", MISSING) for u in facts.get("users", ())}
        for name, privilege in plain.users.items():
            told.compare(path.name, "privilege", name, users.get(name, MISSING), privilege)
    told.close(
        least={
            "interfaces": 50,
            "enabled": 150,
            "acl_in": 150,
            "access_vlan": 10,
            "exec_timeout": 10,
            "acl actions": 20,
        },
        unknown=35,
    )


# -- what is listed as a wrong truth -------------------------------------------------------------------------------------


def test_each_exception_names_a_file_of_the_corpus_and_a_reason() -> None:
    names = "\n".join([*(TRUTH / "INDEX.tsv").read_text("utf-8").splitlines(), *_manifest()])
    for entry in EXCEPTIONS:
        assert set(entry) == {"file", "field", "at", "reason"}, json.dumps(entry)
        assert entry["file"] in names or entry["file"].split("/")[-1] in names, entry["file"]


def _manifest() -> list[str]:
    return (CORPUS / "MANIFEST.tsv").read_text("utf-8").splitlines()


NAMED_WHOLE = ("cisco_asa", "cisco_nxos", "cisco_xr")
"""Platforms of which every file is recognised from its text alone."""


@pytest.mark.parametrize("name", NAMED_WHOLE)
def test_every_file_of_a_platform_is_recognised(name: str) -> None:
    told = Agreement(f"platforms of the corpus ({name})")
    for path in sorted((CORPUS / name).iterdir()):
        told.compare(path.name, "platform", "", found_platform(path), name)
    told.close(least={"platform": 15})


# -- lines and the lines above them --------------------------------------------------------------------------------------

PARENTS = {
    "arista_eos": ("arista_eos", 100), "cisco_asa": ("cisco_asa", 80), "cisco_nxos": ("cisco_nxos", 100),
    "cisco_xr": ("cisco_iosxr", 500), "hp_comware": ("hp_comware", 20),
}  # fmt: skip
"""Folder of netutils and least number of lines, by platform."""
ENDS = ("", "end", "return", "peer-public-key end")
"""Lines that close a block or the text; they belong to no section."""


@pytest.mark.parametrize("name", PARENTS)
def test_every_line_below_its_parents(name: str) -> None:
    told = Agreement(f"lines and the lines above them, netutils ({name})")
    folder, least = PARENTS[name]
    platform = platforms()[name]
    source = platform.data["sources"][platform.main_source]
    plain = {key: value for key, value in source.items() if key not in ("leaves", "continued", "opaque")}
    for path in sorted((TRUTH / "netutils_parser" / folder).glob("*.sent.txt")):
        split = splitter("indented")(lines_of(path), rules_of(plain, platform.data.get("banner")))
        ours = {
            (statement.text.replace(BREAK, "\n").strip(), section.header[0].text if statement in section.body else None)
            for section in split.sections
            for statement in (*section.header, *section.body)
        }
        tree = json.loads(path.with_name(path.name.replace(".sent.txt", ".lines.json")).read_text("utf-8"))
        for row in tree:
            line, parents = row["config_line"].strip(), [parent.strip() for parent in row["parents"]]
            texts = (line, *parents)
            if line in ENDS or any(text.startswith(("banner", "header", "!", ":", "#")) for text in texts):
                continue
            told.compare(path.stem, "parent", line, (line, parents[0] if parents else None) in ours, True)
    told.close(least={"parent": least})
