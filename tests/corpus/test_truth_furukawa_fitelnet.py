"""Facts of FITELnet texts against a second, plain reading: no truth of others speaks of this platform."""

import ipaddress
from collections.abc import Iterator

import pytest

from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, Agreement, item, lines_of, main_text

NAME = "furukawa_fitelnet"
FOLDER = CORPUS / NAME

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no configurations at {FOLDER}")]


def test_a_plain_reading_says_the_same() -> None:
    told = Agreement("a plain reading (furukawa_fitelnet)")
    for path in sorted(FOLDER.iterdir()):
        lines = lines_of(path)
        facts = main_text(NAME, lines)["device"].facts
        blocks = dict(_blocks(lines))
        ports = {port["name_seen"]: port for port in facts["interfaces"]}
        told.compare(path.name, "interfaces", "", list(ports), [b[10:] for b in blocks if b.startswith("interface ")])
        for header, body in blocks.items():
            words = {line.split()[0]: line.split()[1:] for line in body}
            if header.startswith("interface "):
                port = ports[header[10:]]
                where = header[10:]
                vlan = words.get("vlan-id")
                told.compare(path.name, "vlan", where, port.get("vlan", MISSING), int(vlan[0]) if vlan else None)
                group = words.get("channel-group")
                told.compare(
                    path.name, "bound to", where, port.get("channel_group", MISSING), int(group[0]) if group else None
                )
                told.compare(path.name, "addresses", where, port.get("addresses", MISSING), _addresses(body))
                vrf = next((line.split()[-1] for line in body if line.startswith("ip vrf forwarding ")), None)
                told.compare(path.name, "vrf of a port", where, port.get("vrf", MISSING), vrf)
            elif header.startswith("ip vrf "):
                rd = next((v["rd"] for v in facts["vrfs"] if v["name"] == header[7:]), MISSING)
                told.compare(path.name, "rd", header[7:], rd, words["rd"][0])
        accounts = {line.split()[1]: line.split()[3] for line in lines if line.startswith("username ")}
        ours = {user["name"]: str(user["privilege"]) for user in facts["users"]}
        told.compare(path.name, "users", "", ours, accounts)
        routes = [line for line in lines if line.startswith(("ip route ", "ipv6 route "))]
        told.compare(path.name, "routes", "", len(facts["routes"]), len(routes))
        for line, route in zip(routes, facts["routes"], strict=True):
            target = route["next_hop"] if "next_hop" in route else route["interface"].replace("Tunnel", "tunnel ")
            told.compare(path.name, "where routes lead", line, f" {target}" in line, True)
        (idle,) = [line.strip() for line in lines if line.startswith(" exec-timeout ")]
        told.compare(
            path.name,
            "idle time",
            "",
            item(facts["lines"], name="telnet").get("exec_timeout_seconds", MISSING),
            _never(idle),
        )
    told.close(
        least={"interfaces": 9, "vlan": 90, "addresses": 90, "users": 9, "routes": 9, "where routes lead": 20, "rd": 10}
    )


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Headers and the lines one step below them."""
    header, body = "", list[str]()
    for line in lines:
        if line.startswith(" ") and header:
            body.append(line.strip())
        elif line.strip() in ("exit", "end", ""):
            if header and body:
                yield header, body
            header, body = "", []
        elif not line.startswith("!"):
            header, body = line.strip(), []


def _addresses(body: list[str]) -> list[str]:
    found = []
    for line in body:
        words = line.split()
        if words[:2] == ["ip", "address"]:
            found.append(str(ipaddress.ip_interface(f"{words[2]}/{words[3]}")))
        elif words[:2] == ["ipv6", "address"]:
            found.append(words[2])
    return found


def _never(line: str) -> int | None:
    minutes = int(line.split()[1])
    return minutes * 60 or None
