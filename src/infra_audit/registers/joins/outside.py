"""Connections to the outside: what looks like one on the device, against the register of outside connections."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from infra_audit.model.register import Row, parse_network
from infra_audit.registers.joins import ZONES, Context, Facts, Join, Joined, Pointer, device_of, items

_INSIDE = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10", "::1/128")
)  # fmt: skip
"""Addresses that no line to the outside carries. Those of providers' own networks (100.64.0.0/10) are not among them."""
_CLOSED = frozenset({"closed_line", "lgwan"})
_OF_PROVIDERS = frozenset({"map_e", "ds_lite"})
"""Encapsulations by which a provider carries IPv4: a connection to the outside, no tunnel between sites."""
_TO_INTERNET = frozenset({"pppoe", "dhcp", "address", "nat", "role"})
"""Signs of a line that can carry the Internet; a tunnel or a default route alone is none."""


def _is_outside_address(text: str) -> bool:
    network = parse_network(text)
    return network is not None and not any(
        network.version == inside.version and network.subnet_of(inside)  # type: ignore[arg-type]
        for inside in _INSIDE
    )


def _signs(interface: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what makes an interface look like one to the outside, with the field that says it."""
    if interface.get("type") == "pp":
        yield "pppoe", "type"
    if interface.get("dhcp_client") is True:
        yield "dhcp", "dhcp_client"
    if interface.get("nat") == "outside":
        yield "nat", "nat"
    if interface.get("role") == "wan":
        yield "role", "role"
    if any(_is_outside_address(text) for text in interface.get("addresses") or ()):
        yield "address", "addresses"


def _candidates(facts: Facts, context: Context) -> dict[str, tuple[set[str], list[Pointer]]]:
    """Return what looks like a connection to the outside, by name: signs, and the facts that show them."""
    found: dict[str, tuple[set[str], list[Pointer]]] = {}

    def add(name: str, sign: str, pointer: Pointer) -> None:
        signs, pointers = found.setdefault(name, (set(), []))
        signs.add(sign)
        pointers.append(pointer)

    inside = set()
    for at, interface in items(facts, "interfaces"):
        if interface.get("enabled") is False or ("zone_class" in interface and interface["zone_class"] != "outside"):
            inside.add(str(interface["name"]))
        else:
            for sign, field in _signs(interface):
                add(str(interface["name"]), sign, (*at, field))
    for at, tunnel in items(facts, "vpn", "tunnels"):
        if tunnel.get("enabled") is not False:
            add(str(tunnel["name"]), "tunnel", (*at, "name"))
    for at, exit_name in _default_exits(facts):
        if context.zones is not None and exit_name not in inside:
            add(exit_name, "default_route", (*at, "destination"))
    return found


def _default_exits(facts: Facts) -> Iterator[tuple[Pointer, str]]:
    """Yield each default route with the interface it leaves by."""
    for at, route in items(facts, "routes"):
        if route.get("destination") not in ("0.0.0.0/0", "::/0") or route.get("blackhole"):
            continue
        exit_name = route.get("interface") or _interface_towards(facts, route.get("next_hop"))
        if isinstance(exit_name, str):
            yield at, exit_name


def _interface_towards(facts: Facts, address: object) -> str | None:
    """Return the interface in whose network an address lies."""
    wanted = parse_network(str(address)) if address else None
    for _, interface in items(facts, "interfaces"):
        for text in interface.get("addresses") or ():
            network = parse_network(text)
            if wanted and network and network.version == wanted.version and wanted.subnet_of(network):  # type: ignore[arg-type]
                return str(interface["name"])
    return None


def _rows(context: Context, device: str) -> dict[str, Row]:
    return {row.get("interface"): row for row in context.register("external_links").of_device(device)}


def _row_of(name: str, facts: Facts, rows: dict[str, Row]) -> Row | None:
    """Return the row of a connection: by its name, or by that of the peer a tunnel leads to."""
    if name in rows:
        return rows[name]
    tunnel = next((t for _, t in items(facts, "vpn", "tunnels") if t.get("name") == name), {})
    return rows.get(str(tunnel.get("peer")))


def _connections(facts: Facts, context: Context) -> Iterator[Joined]:
    rows = _rows(context, device_of(facts))
    found = _candidates(facts, context)
    yield Joined(("outside", "connections"), [], (("interfaces",),), registers=("external_links",))
    for index, name in enumerate(sorted(found)):
        signs, pointers = found[name]
        row = _row_of(name, facts, rows)
        value: dict[str, Any] = {
            "name": name,
            "signs": sorted(signs),
            "registered": row is not None,
            "kind": row.get("kind") if row else None,
            "internet_use": _internet_use(signs, row),
        }
        classes = facts.get("segments", {}).get("zone_classes")
        if classes is not None:
            value["of_isolated_device"] = bool(facts["segments"].get("isolated"))
            value["of_internet_zone"] = "internet" in classes
        given = (("external_links", row),) if row else ()
        whole = () if row else ("external_links",)
        yield Joined(("outside", "connections", index), value, tuple(pointers), given, whole, key=name)
    known = {str(i["name"]) for _, i in items(facts, "interfaces")} | set(found)
    known |= {str(t.get("peer")) for _, t in items(facts, "vpn", "tunnels")}
    stale = [(name, row) for name, row in rows.items() if name not in known and row.get("device") != "*"]
    yield Joined(
        ("outside", "stale"),
        [name for name, _ in stale],
        (("interfaces",),),
        tuple(("external_links", row) for _, row in stale),
        ("external_links",),
    )


def _internet_use(signs: set[str], row: Row | None) -> str:
    """Return whether a connection can carry the Internet, and by what way."""
    kind = row.get("kind") if row else None
    if kind in ("security_cloud", "local_breakout", "internet"):
        return str(kind)
    if kind is None and signs & _TO_INTERNET:
        return "internet"
    return "none"


def _tunnels(facts: Facts, context: Context) -> Iterator[Joined]:
    """Tell of tunnels without encryption whether the line they run over is registered as closed."""
    rows = _rows(context, device_of(facts))
    names = {str(interface["name"]) for _, interface in items(facts, "interfaces")}
    for at, tunnel in items(facts, "vpn", "tunnels"):
        if isinstance(tunnel.get("protected"), bool):
            clear = not tunnel["protected"] and tunnel.get("encapsulation") not in _OF_PROVIDERS
            yield Joined((*at, "in_clear"), clear, ((*at, "protected"),))
        source = tunnel.get("source")
        line = source if source in names else _interface_towards(facts, source)
        row = rows.get(str(tunnel["name"])) or rows.get(str(line))
        if row is None and line is None:
            continue
        closed = row is not None and row.get("kind") in _CLOSED
        given = (("external_links", row),) if row else ()
        sources: tuple[Pointer, ...] = ((*at, "source"),) if source else ((*at, "name"),)
        yield Joined((*at, "over_closed_line"), closed, sources, given, () if row else ("external_links",))


JOINS = (
    Join(
        name="outside_connections",
        run=_connections,
        adds=("outside",),
        needs=("external_links",),
        uses=(ZONES,),
        reads=("interfaces",),
        looks_at=("vpn", "routes"),
    ),
    Join(
        name="line_of_tunnel",
        run=_tunnels,
        adds=("vpn/tunnels/*/in_clear", "vpn/tunnels/*/over_closed_line"),
        needs=("external_links",),
        reads=("vpn", "interfaces"),
    ),
)
