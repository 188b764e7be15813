"""What VLANs say of ports and of the device, where a VLAN lists its ports or carries a setting of its own."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import area, items

_NO_LETTERS = re.compile(r"[0-9/.:-]")


def ranges(numbers: Sequence[int]) -> list[list[int]]:
    """Return numbers as ranges."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def _vlan_ports(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give mode and VLANs of the ports that VLANs list: tagged in one of them is a trunk, else an access port."""
    lists: dict[str, dict[str, list[Pointer]]] = {"untagged_ports": {}, "tagged_ports": {}}
    for pointer, vlan in items(facts, "vlans"):
        for field, ports in lists.items():
            for name in vlan.get(field) or ():
                ports.setdefault(name, []).append(pointer)
    for pointer, port in items(facts, "interfaces"):
        name = port.get("name")
        untagged, tagged = (lists[field].get(name, []) for field in ("untagged_ports", "tagged_ports"))
        if "mode" in port or not (untagged or tagged):
            continue
        used = [((*v, "id"), (*v, "untagged_ports")) for v in untagged] + [
            ((*v, "id"), (*v, "tagged_ports")) for v in tagged
        ]
        sources: tuple[Pointer, ...] = ((*pointer, "name"), *(p for pair in used for p in pair))
        own, others = ([_vlan(facts, v)["id"] for v in found] for found in (untagged, tagged))
        yield Derived((*pointer, "mode"), "trunk" if tagged else "access", sources)
        if tagged:
            yield Derived((*pointer, "trunk_vlans"), ranges([*own, *others]), sources)
        if own:
            yield Derived((*pointer, "native_vlan" if tagged else "access_vlan"), own[-1], sources)


def _vlan(facts: Facts, pointer: Pointer) -> Any:
    return facts["vlans"][pointer[1]]


def _vlan_ranges(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """List the VLANs whose field `of` is true; nothing while it is not known of every VLAN, or the list is there already."""
    at = tuple(entry["into"].split("/"))
    field = entry["of"].rpartition("/")[2]
    vlans = list(items(facts, "vlans"))
    if not vlans or any(field not in vlan for _, vlan in vlans) or at[-1] in facts.get(at[0], {}):
        return
    sources = tuple((*pointer, name) for pointer, _ in vlans for name in ("id", field))
    yield Derived(at, ranges([vlan["id"] for _, vlan in vlans if vlan[field]]), sources)


def _unchecked_vlans(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """List the VLANs with DHCP snooping in which addresses of ARP are not checked against what was snooped."""
    services = facts.get("services", {})
    snooped, checked = services.get("dhcp_snooping_vlans"), services.get("arp_inspection_vlans")
    if services.get("dhcp_snooping") is not True or not isinstance(snooped, list) or not isinstance(checked, list):
        return
    inspected = {number for first, last in checked for number in range(first, last + 1)}
    left = [number for first, last in snooped for number in range(first, last + 1) if number not in inspected]
    names = ("dhcp_snooping", "dhcp_snooping_vlans", "arp_inspection_vlans")
    yield Derived(("services", "arp_unchecked_vlans"), ranges(left), tuple(("services", name) for name in names))


def _interface_type(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give `type` to interfaces that have none, by the letters of their name in the table `words`."""
    words = entry.get("words", {})
    for pointer, port in items(facts, "interfaces"):
        letters = _NO_LETTERS.sub("", str(port.get("name", "?")))
        if "type" not in port and letters in words:
            yield Derived((*pointer, "type"), words[letters], ((*pointer, "name"),))


VLAN_PORTS = Step(
    _vlan_ports,
    lambda _e: tuple(f"interfaces/*/{f}" for f in ("mode", "access_vlan", "native_vlan", "trunk_vlans")),
    lambda _e: ("interfaces", "vlans"),
)
VLAN_RANGES = Step(
    _vlan_ranges,
    lambda entry: (entry["into"],),
    lambda entry: ("vlans", area(entry["into"])),
    frozenset({"of", "into"}),
)
INTERFACE_TYPE = Step(
    _interface_type, lambda _e: ("interfaces/*/type",), lambda _e: ("interfaces",), frozenset({"words"})
)
_PER_VLAN = ("vlans/*/dhcp_snooping", "vlans/*/arp_inspection")
UNCHECKED_VLANS = Step(
    _unchecked_vlans, lambda _e: ("services/arp_unchecked_vlans",), lambda _e: ("services", "vlans", *_PER_VLAN)
)
