"""FRR, read a second time with string code only: names, addresses and static routes."""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

import pytest

from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, main_text

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]


def read(lines: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Addresses by interface, and the destinations of static routes."""
    addresses: dict[str, list[str]] = {}
    routes: list[str] = []
    name = ""
    for line in lines:
        words = line.split()
        if not line[:1].isspace():
            name = words[1] if words[:1] in (["interface"], ["iface"]) and len(words) > 1 else ""
            if name:
                addresses.setdefault(name, [])
            if words[:2] in (["ip", "route"], ["ipv6", "route"]):
                routes.append(str(ip_network(words[2])))
        elif name and words[:1] == ["address"]:
            addresses[name].append(words[1])
        elif name and words[1:2] == ["address"]:
            addresses[name].append(words[2])
    return addresses, routes


def test_interfaces_and_routes_of_a_plain_reading() -> None:
    told = Agreement("a plain reading (linux_frr)")
    for path in sorted((CORPUS / "linux_frr").iterdir()):
        lines = lines_of(path)
        addresses, routes = read(lines)
        facts: Any = main_text("linux_frr", lines)["device"].facts
        ours = {i["name"]: i for i in facts.get("interfaces", ())}
        told.compare(path.name, "interfaces", "", sorted(ours), sorted(addresses))
        for name, wanted in addresses.items():
            if wanted:
                told.compare(path.name, "addresses", name, ours.get(name, {}).get("addresses", MISSING), wanted)
        told.compare(path.name, "routes", "", sorted(r["destination"] for r in facts.get("routes", ())), sorted(routes))
    told.close(least={"interfaces": 12, "addresses": 20, "routes": 12})
