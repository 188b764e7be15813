"""Entries without effect: against the packets themselves, one by one."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.parsers.derive.boxes import left_of, meet, minus
from infra_audit.parsers.derive.registry import STEPS

HOSTS = ("192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3", "198.51.100.9")
PORTS = (1, 2, 3, 4, 9)
PACKETS = list(product(("tcp", "udp", "icmp"), HOSTS, HOSTS, PORTS))

ENDS = st.sampled_from(["any", "192.0.2.0/30", "192.0.2.0/31", "192.0.2.2/31", "192.0.2.1/32", "192.0.2.3/32"])
SPANS = st.one_of(
    st.tuples(st.integers(1, 4), st.integers(1, 4)).map(lambda p: {"from": str(min(p)), "to": str(max(p))}),
    st.integers(1, 4).map(lambda port: {"eq": [str(port)]}),
    st.integers(1, 4).map(lambda port: {"neq": [str(port)]}),
    st.integers(1, 4).map(lambda port: {"gt": str(port)}),
)
ENTRIES = st.fixed_dictionaries(
    {"action": st.sampled_from(["permit", "deny"]), "protocol": st.sampled_from(["ip", "tcp", "udp"]), "source": ENDS, "destination": ENDS},
    optional={"destination_ports": SPANS},
).map(lambda entry: {k: v for k, v in entry.items() if k != "destination_ports" or entry["protocol"] != "ip"})  # fmt: skip
BOXES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda p: (min(p), max(p))), min_size=2, max_size=2).map(tuple)  # fmt: skip


def matches(entry: Mapping[str, Any], packet: tuple[str, str, str, int]) -> bool:
    protocol, source, destination, port = packet
    ends = all(
        entry[name] == "any" or ip_address(host) in ip_network(entry[name])
        for name, host in (("source", source), ("destination", destination))
    )
    said = entry.get("destination_ports", {})
    opens = {
        "eq": lambda: str(port) in said["eq"],
        "neq": lambda: str(port) not in said["neq"],
        "from": lambda: int(said["from"]) <= port <= int(said["to"]),
        "gt": lambda: port > int(said["gt"]),
    }
    return ends and entry["protocol"] in ("ip", protocol) and all(opens[key]() for key in said if key in opens)


@settings(deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=8))
def test_found_are_those_of_which_earlier_entries_leave_no_packet(entries: list[dict[str, Any]]) -> None:
    facts = {"acls": [{"family": "ipv4", "name": "A", "kind": "extended", "entries": entries}]}
    (derived,) = STEPS["acl_conflicts"].run(facts, {})
    found = {int(one["entry"][1:]) - 1: one for one in derived.value}
    for place, entry in enumerate(entries):
        own = [packet for packet in PACKETS if matches(entry, packet)]
        first = [next((e for e in entries[:place] if matches(e, packet)), None) for packet in own]
        assert (None not in first) == (place in found)
        if place in found:
            by = [entries[int(name[1:]) - 1] for name in found[place]["by"]]
            assert all(any(matches(one, packet) for one in by) for packet in own)
            contradicts = any(one is not None and one["action"] != entry["action"] for one in first)
            assert contradicts == (found[place]["issue"] == "contradictory")


@settings(deadline=None)
@given(BOXES, BOXES)
def test_what_is_left_of_a_box_is_what_the_other_does_not_hold(one: Any, other: Any) -> None:
    def inside(box: Any, point: tuple[int, int]) -> bool:
        return all(low <= value <= high for (low, high), value in zip(box, point, strict=True))

    pieces = minus(one, other)
    for point in product(range(5), range(5)):
        assert sum(inside(piece, point) for piece in pieces) == (inside(one, point) and not inside(other, point))
    assert meet(one, other) == (pieces != [one])
    assert left_of([one], [[other]])[0] == pieces
