"""Facts of Cisco ASA against other parsers' answers: ntc-templates, netutils, batfish."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from infra_audit import yamlfile
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, item, lines_of, main_text

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

NTC = TRUTH / "ntc_templates" / "cisco_asa"
CIPHERS = {"aes": "aes-128-cbc", "aes-192": "aes-192-cbc", "aes-256": "aes-256-cbc", "3des": "3des", "des": "des"}
CIPHERS |= {"aes-gcm": "aes-128-gcm", "aes-gcm-192": "aes-192-gcm", "aes-gcm-256": "aes-256-gcm"}
HASHES = {"sha": "sha1", "sha-1": "sha1", "sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}


def answers(command: str) -> Iterator[tuple[str, Mapping[str, Any], list[Mapping[str, Any]]]]:
    """The facts of each text of a command, and what the other parser says of it."""
    for path in sorted((NTC / command).glob("*.raw")):
        rows = yamlfile.load(path.with_suffix(".yml"))["parsed_sample"]
        yield f"{command}/{path.stem}", main_text("cisco_asa", lines_of(path))["device"].facts, rows


def prefix(address: str, mask: str) -> str:
    return str(ipaddress.ip_network(f"{address}/{mask}", strict=False))


def test_tunnels_and_proposals() -> None:
    told = Agreement("crypto map, transform sets and IKE policies (ntc-templates)")
    for command in ("show_running-config_crypto_map", "show_running-config_all_crypto_map"):
        for file, facts, rows in answers(command):
            for row in rows:
                name = f"{row['map']} {row['seq']}"
                ours = item(facts["vpn"]["tunnels"], name=name)
                if row.get("isakmp_dynamic"):
                    told.compare(file, "dynamic", name, ours.get("peer", MISSING), row["isakmp_dynamic"])
                    continue
                sets = row["transform"] if "transform" in row else row["ikev1_transform_set"]
                told.compare(file, "access_list", name, ours.get("access_list", MISSING), row["matched_address"])
                told.compare(file, "peer", name, ours.get("destination", MISSING), row["peer"])
                told.compare(file, "proposals", name, ours.get("proposals", MISSING), sets.split())
                wanted = [int(row["pfs"].removeprefix("group"))] if row["pfs"] else []
                told.compare(file, "pfs", name, ours.get("pfs_groups", []), wanted)
    for file, facts, rows in answers("show_running-config_ipsec"):
        for row in rows:
            ours = item(facts["vpn"]["ipsec_proposals"], name=row["name"])
            ciphers = [CIPHERS.get(c.removeprefix("esp-"), "null") for c in row["encryption"]]
            hashes = [HASHES.get(h.removeprefix("esp-").removesuffix("-hmac"), "md5") for h in row["auth"]]
            told.compare(file, "encryption", row["name"], sorted(ours.get("encryption", [])), sorted(set(ciphers)))
            told.compare(file, "integrity", row["name"], sorted(ours.get("integrity", [])), sorted(hashes))
    for file, facts, rows in answers("show_running-config_crypto_ikev1"):
        for row in rows:
            name = f"ikev1 policy {row['policy_id']}"
            ours = item(facts["vpn"]["ike_proposals"], name=name)
            told.compare(file, "encryption", name, ours.get("encryption"), [CIPHERS[row["encryption"]]])
            told.compare(file, "hash", name, ours.get("integrity"), [HASHES.get(row["auth_algorithm"], "md5")])
            told.compare(file, "group", name, ours.get("dh_groups"), [int(row["dh_group"].split()[1])])
            told.compare(file, "lifetime", name, ours.get("lifetime_seconds"), int(row["lifetime"]))
            told.compare(file, "method", name, ours.get("authentication"), "pre_shared_key")
    told.close(least={"access_list": 15, "peer": 15, "proposals": 15, "encryption": 15, "hash": 8, "group": 8})


def ports_of(row: Mapping[str, str], side: str) -> Any:
    operator, first, last = row[f"{side}_operator"], row[f"{side}_port_start"], row[f"{side}_port_end"]
    if operator == "range":
        return {"from": first, "to": last}
    return {operator: [first] if operator in ("eq", "neq") else first} if operator else None


def test_objects_and_groups() -> None:
    told = Agreement("objects and groups of objects (ntc-templates)")
    for file, facts, rows in answers("show_running-config_object_service"):
        for row in rows:
            ours = item(facts["objects"], name=row["name"], kind="service")
            (member,) = ours.get("members", [{}])
            told.compare(file, "protocol", row["name"], member.get("protocol", MISSING), row["protocol"])
            told.compare(file, "source ports", row["name"], member.get("source_ports"), ports_of(row, "src"))
            told.compare(file, "destination ports", row["name"], member.get("ports"), ports_of(row, "dst"))
            told.compare(file, "service description", row["name"], ours.get("description") or "", row["description"])
    for file, facts, rows in answers("show_object-group_network"):
        members: dict[str, list[Any]] = {}
        for row in rows:
            if row["host"]:
                found: Any = {"address": f"{row['host']}/32"}
            elif row["network"]:
                found = {"address": prefix(row["network"], row["netmask"])}
            elif row["grp_object"] or row["net_object"]:
                found = {"group": row["grp_object"] or row["net_object"]}
            else:
                continue
            members.setdefault(row["name"], []).append(found)
        for name, wanted in members.items():
            ours = item(facts["objects"], name=name, kind="address_group")
            told.compare(file, "members", name, ours.get("members", MISSING), wanted)
    for file, facts, rows in answers("show_running-config_access-group"):
        for row in rows:
            ours = item(facts["zones"], name=row["interface"])
            told.compare(file, "access-group", row["interface"], ours.get("acl_in", MISSING), row["access_list"])
    told.close(least={"protocol": 20, "source ports": 20, "destination ports": 15, "members": 8, "access-group": 7})


# -- entries of filters, from the operational list, whose own lines are written as in the configuration --------------------

_SHOWN = re.compile(
    r"^(access-list \S+) line \d+ (.*?)(?: \(hitcnt=\d+\))?(?: \(inactive\))? ?(?P<hash>0x[0-9a-f]+) ?$"
)


def end_of(row: Mapping[str, str], side: str) -> Any:
    """Source or destination of an entry, as the facts say it."""
    if row[f"{side}_any"]:
        return row[f"{side}_any"]
    if row[f"{side}_host"]:
        return f"{row[f'{side}_host']}/32"
    if row[f"{side}_network"]:
        return prefix(row[f"{side}_network"], row[f"{side}_mask"])
    if row.get(f"{side}_intfc"):
        return {"interface": row[f"{side}_intfc"]}
    name = row[f"{side}_object"] or row[f"{side}_object_grp"]
    return {"group": name} if name else None


def test_entries_of_filters() -> None:
    told = Agreement("show access-list, its own lines read as configuration (ntc-templates)")
    for path in sorted((NTC / "show_access-list").glob("*.raw")):
        rows = yamlfile.load(path.with_suffix(".yml"))["parsed_sample"]
        wanted = {
            row["line_hash"]: row
            for row in rows
            if row["line_hash"] and not any(v for k, v in row.items() if k.startswith("entry_"))
        }
        found = [m for m in map(_SHOWN.match, lines_of(path)) if m and m["hash"] in wanted]
        for number, line in enumerate(found):
            row = wanted[line["hash"]]
            text = f"{line[1]} {line[2]}"
            where = f"{number}: {text}"
            acls = main_text("cisco_asa", [text])["device"].facts["acls"]
            ours = acls[0]["entries"][0] if acls else {}
            told.compare(path.stem, "action", where, ours.get("action", MISSING), row["action"])
            told.compare(path.stem, "inactive", where, "options" in ours, row["state"] == "inactive")
            told.compare(path.stem, "log", where, ours.get("log", False), bool(row["log_level"]))
            if row["protocol"]:
                told.compare(path.stem, "protocol", where, ours.get("protocol", MISSING), row["protocol"])
            for side, field in (("src", "source"), ("dst", "destination")):
                meant = end_of(row, side)
                if meant is not None:
                    told.compare(path.stem, field, where, ours.get(field, MISSING), meant)
            if row["dst_port"]:
                ports = ours.get("destination_ports", {}).get("eq", [MISSING])
                told.compare(path.stem, "port", where, ports, [row["dst_port"]])
    told.close(least={"action": 25, "source": 20, "destination": 20, "protocol": 15, "port": 3})
