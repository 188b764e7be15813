"""Which neighbours a routing protocol speaks with, and how they prove who they are."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_interface, ip_network
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items

PROTOCOLS = ("ospf", "rip")
_PROCESSES: tuple[Pointer, ...] = (("routing", "processes"),)
_Process = tuple[Pointer, Mapping[str, Any]]


def _links(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Tell of each interface whether OSPF and RIP speak with neighbours there, and how these prove who they are.

    An interface takes part when its own lines name an area, or when a process names its address; it speaks with neighbours
    unless it is passive or a loopback. Its own authentication goes before that of the area; with `areas_only` the device says
    it of areas alone.
    """
    if not isinstance(facts.get("routing", {}).get("processes"), list):
        return
    processes = list(items(facts, "routing/processes"))
    only = bool(entry.get("areas_only"))
    for pointer, interface in items(facts, "interfaces"):
        for protocol in PROTOCOLS:
            own = interface.get(protocol) or {}
            mine = [(p, one) for p, one in processes if one.get("protocol") == protocol and _same_vrf(one, interface)]
            yield from _of_interface(
                (*pointer, protocol), pointer, interface, own, mine, facts["routing"], areas_only=only
            )


def _same_vrf(process: Mapping[str, Any], interface: Mapping[str, Any]) -> bool:
    return process.get("vrf") == interface.get("vrf")


def _of_interface(
    into: Pointer,
    pointer: Pointer,
    interface: Mapping[str, Any],
    own: Mapping[str, Any],
    processes: Sequence[_Process],
    routing: Mapping[str, Any],
    *,
    areas_only: bool,
) -> Iterator[Derived]:
    identity = [(*pointer, name) for name in ("name", "type", "vrf", "addresses", "enabled") if name in interface]
    identity += [(*into, name) for name in ("area", "passive") if name in own]
    area, part = _membership(interface, own, processes)
    is_quiet = own.get("passive") is True or interface.get("type") == "loopback" or interface.get("enabled") is False
    is_quiet = is_quiet or any(_is_silent(one, str(interface.get("name"))) for _, one, _ in part)
    is_adjacent = (own.get("area") is not None or bool(part)) and not is_quiet
    cited = [p for at, one, network in part for p in _cited(at, one, network)] or list(_PROCESSES)
    yield Derived((*into, "adjacent"), is_adjacent, (*identity, *cited))
    if not is_adjacent:
        return
    found: Any = own.get("authentication")
    proof: list[Pointer] = [(*into, "authentication")] if "authentication" in own else []
    if found is None:
        holders = [(at, one) for at, one in processes if one.get("areas")]
        holders += [(("routing",), routing)] if into[-1] == "ospf" and routing.get("areas") else []
        found, of_area = _of_area(area, holders)
        proof += of_area
    if not proof and areas_only:
        proof = [("routing", "areas")] if "areas" in routing else list(_PROCESSES)
    if proof:
        yield Derived((*into, "authentication_in_force"), found or "none", (*proof, *cited, *identity))


def _membership(
    interface: Mapping[str, Any], own: Mapping[str, Any], processes: Sequence[_Process]
) -> tuple[Any, list[tuple[Pointer, Mapping[str, Any], int | None]]]:
    """Return the area of an interface, and the processes that it takes part in, each with the network that names it."""
    found = [(at, process, _network(process, interface)) for at, process in processes]
    part = [entry for entry in found if entry[2] is not None or own.get("area") is not None]
    if own.get("area") is not None:
        return own["area"], part
    areas = [one["networks"][network].get("area") for _, one, network in part if network is not None]
    return (areas[-1] if areas else None), part


def _cited(at: Pointer, process: Mapping[str, Any], network: int | None) -> Iterator[Pointer]:
    if network is not None:
        yield (*at, "networks", network)
    names = ("protocol", "vrf", "passive_default", "passive", "active", "enabled")
    yield from ((*at, name) for name in names if name in process)


def _of_area(area: Any, holders: Sequence[_Process]) -> tuple[Any, list[Pointer]]:
    """Return what is said of an area, and where."""
    found, proof = None, []
    for at, holder in holders:
        for place, one in enumerate(holder["areas"]):
            if _area(one.get("area")) == _area(area) and one.get("authentication") is not None:
                found = one["authentication"]
                proof.append((*at, "areas", place))
                proof += [(*at, name) for name in ("protocol", "vrf") if name in holder]
    return found, proof


def _is_silent(process: Mapping[str, Any], name: str) -> bool:
    return process.get("enabled") is False or _is_passive(process, name)


def _is_passive(process: Mapping[str, Any], name: str) -> bool:
    if process.get("passive_default") is True:
        return name not in (process.get("active") or ())
    return name in (process.get("passive") or ())


def _area(area: Any) -> Any:
    """Return an area as a number: 0.0.0.1 is 1, and `backbone` is 0."""
    parts = str(area).split(".")
    if len(parts) == 4 and all(part.isdecimal() for part in parts):
        return sum(int(part) << shift for part, shift in zip(parts, (24, 16, 8, 0), strict=True))
    return 0 if area == "backbone" else int(parts[0]) if str(area).isdecimal() else area


def _network(process: Mapping[str, Any], interface: Mapping[str, Any]) -> int | None:
    """Return the place of the first network of a process that an address of an interface lies in."""
    for place, one in enumerate(process.get("networks") or ()):
        if any(_lies_in(str(address), one.get("prefix")) for address in interface.get("addresses") or ()):
            return place
    return None


def _lies_in(address: str, prefix: Any) -> bool:
    try:
        own = ip_interface(address).ip
        if isinstance(prefix, Mapping):
            bits = ~int(ip_interface(prefix["wildcard"]).ip) & 0xFFFFFFFF
            return own.version == 4 and int(own) & bits == int(ip_interface(prefix["address"]).ip) & bits
        return prefix == "any" or own in ip_network(prefix, strict=False)
    except (KeyError, ValueError):
        return False


def _neighbours(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give each neighbour the authentication of its own lines, or that of its group."""
    for at, process in items(facts, "routing/processes"):
        yield from _of_list((*at, "neighbours"), process.get("neighbours") or ())
    yield from _of_list(("routing", "neighbours"), [one for _, one in items(facts, "routing/neighbours")])


def _of_list(at: Pointer, found: Sequence[Mapping[str, Any]]) -> Iterator[Derived]:
    groups = {str(one.get("address")): (place, one) for place, one in enumerate(found)}
    for place, one in enumerate(found):
        if "authentication" not in one:
            continue
        value = one["authentication"]
        proof: list[Pointer] = [(*at, place, name) for name in ("authentication", "group") if name in one]
        there, group = groups.get(str(one.get("group")), (place, {}))
        if value is None and "authentication" in group:
            value = group["authentication"]
            proof += [(*at, there, name) for name in ("address", "authentication")]
        yield Derived((*at, place, "authentication_in_force"), value or "none", tuple(proof))


ROUTING_LINKS = Step(
    _links,
    lambda _entry: tuple(f"interfaces/*/{p}/{f}" for p in PROTOCOLS for f in ("adjacent", "authentication_in_force")),
    lambda _entry: ("routing", "interfaces"),
    frozenset({"areas_only"}),
)
ROUTING_NEIGHBOURS = Step(
    _neighbours,
    lambda _entry: (
        "routing/processes/*/neighbours/*/authentication_in_force",
        "routing/neighbours/*/authentication_in_force",
    ),
    lambda _entry: ("routing",),
)
