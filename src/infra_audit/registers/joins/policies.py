"""What a device lets through between zones: permits, published services and static routes against their registers."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from infra_audit.model.register import Register, Row, parse_network
from infra_audit.registers.joins import ZONES, Context, Facts, Join, Joined, Pointer, device_of, items

_OUTSIDE = "outside"
"""Zone class of what lies behind a connection to the outside."""
_ANYWHERE = frozenset({"any", "all"})


def _classes(facts: Facts) -> dict[str, str]:
    """Return the zone class by each name that a policy may give an interface: its own, its zone's, its alias."""
    found: dict[str, set[str]] = {}
    outside = {c["name"] for _, c in items(facts, "outside", "connections")}
    for _, interface in items(facts, "interfaces"):
        zone_class = interface.get("zone_class") or (_OUTSIDE if interface["name"] in outside else None)
        for name in (interface["name"], interface.get("zone"), interface.get("alias")):
            if name and zone_class:
                found.setdefault(str(name), set()).add(str(zone_class))
    for _, tunnel in items(facts, "vpn", "tunnels"):
        if tunnel.get("name") in outside:
            for name in (tunnel["name"], tunnel.get("peer")):
                if name:
                    found.setdefault(str(name), set()).add(_OUTSIDE)
    return {name: next(iter(classes)) for name, classes in found.items() if len(classes) == 1}


def _inter_zone(facts: Facts, _context: Context) -> Iterator[Joined]:
    """Tell of each policy whether it lets through from one zone to another."""
    classes = _classes(facts)
    for at, policy in items(facts, "firewall_policies"):
        names = [policy.get(field) or [] for field in ("source_interfaces", "destination_interfaces")]
        sides = [_side(side, classes) for side in names]
        if not all(sides):
            continue
        found = set().union(*sides)
        sources: tuple[Pointer, ...] = ((*at, "source_interfaces"), (*at, "destination_interfaces"))
        yield Joined((*at, "inter_zone"), len(found) > 1, sources, registers=(ZONES,))


def _side(names: list[str], classes: dict[str, str]) -> set[str]:
    """Return the zone classes on one side of a policy; none when one of its interfaces is in no known zone."""
    if any(name in _ANYWHERE for name in names):
        return set(classes.values())
    known = {classes[name] for name in names if name in classes}
    return known if all(name in classes for name in names) else set()


def _flow(context: Context, device: str, policy: dict[str, Any]) -> Row | None:
    """Return the row of a policy: one that names it by id or name."""
    if "flows" not in context.registers:
        return None
    names = {str(name) for name in (policy.get("id"), policy.get("name")) if name}
    rows = context.register("flows").of_device(device)
    return next((row for row in rows if row.get("policy") in names), None)


def _flows(facts: Facts, context: Context) -> Iterator[Joined]:
    for at, policy in items(facts, "firewall_policies"):
        row = _flow(context, device_of(facts), policy)
        rows = (("flows", row),) if row else ()
        yield Joined((*at, "flow_registered"), row is not None, ((*at, "id"),), rows, () if row else ("flows",))


def _terms(facts: Facts, context: Context) -> Iterator[Joined]:
    """Tell the days that a permit has left: by its schedule and by its entry in the register, whichever ends first."""
    for at, policy in items(facts, "firewall_policies"):
        if "expires_on" not in policy:
            continue
        row = _flow(context, device_of(facts), policy)
        ends = [day for day in (policy["expires_on"], row.get("valid_until") if row else None) if day]
        days = min(((dt.date.fromisoformat(day) - context.as_of).days for day in ends), default=None)
        sources: tuple[Pointer, ...] = ((*at, "expires_on"), (*at, "id"))
        rows = (("flows", row),) if row else ()
        whole = ("flows",) if row is None and "flows" in context.registers else ()
        yield Joined((*at, "days_left"), days, sources, rows, whole)


def _maintenance(facts: Facts, context: Context) -> Iterator[Joined]:
    """Tell of each policy whether vendors come in by it, and whether only from where the register lets them."""
    lines = {row.get("interface"): row for row in context.register("external_links").of_device(device_of(facts))}
    vendors = {name: row for name, row in lines.items() if row.get("kind") == "vendor"}
    for at, policy in items(facts, "firewall_policies"):
        names = policy.get("source_interfaces")
        if not isinstance(names, list):
            continue
        used = [vendors[name] for name in names if name in vendors]
        rows = tuple(("external_links", row) for row in used)
        whole = () if used else ("external_links",)
        yield Joined((*at, "maintenance"), bool(used), ((*at, "source_interfaces"),), rows, whole)
        resolved = policy.get("sources_resolved")
        if used and isinstance(resolved, list) and not any(text.startswith("unresolved:") for text in resolved):
            allowed = [text for row in used for text in row.get("sources") or ()]
            within = bool(resolved) and all(_within(text, allowed) for text in resolved)
            yield Joined((*at, "maintenance_sources_registered"), within, ((*at, "sources_resolved"),), rows)


def _within(text: str, allowed: list[str]) -> bool:
    """Say whether a prefix or a range lies in one of the allowed prefixes."""
    if text in _ANYWHERE:
        return False
    ends = [parse_network(part) for part in text.split("-")]
    around = [parse_network(part) for part in allowed]
    return None not in ends and any(
        all(e.version == a.version and e.subnet_of(a) for e in ends if e)  # type: ignore[arg-type]
        for a in around
        if a
    )


def _published(facts: Facts, context: Context) -> Iterator[Joined]:
    outside = _outside_names(facts)
    for at, rule in items(facts, "nat"):
        coming_in = rule.get("in_interfaces") or []
        is_published = rule.get("kind") in ("destination", "static") and rule.get("enabled") is not False
        if outside is not None and coming_in and "any" not in coming_in:
            is_published = is_published and bool(set(coming_in) & outside)
        yield Joined((*at, "published"), is_published, ((*at, "kind"),), registers=("published_services",))
        if is_published:
            row = _service(context.register("published_services"), device_of(facts), rule)
            rows = (("published_services", row),) if row else ()
            whole = () if row else ("published_services",)
            yield Joined((*at, "published_registered"), row is not None, (at,), rows, whole)


def _outside_names(facts: Facts) -> set[str] | None:
    """Return the names of the connections to the outside; None when they are not known."""
    if "outside" not in facts:
        return None
    return {c["name"] for _, c in items(facts, "outside", "connections")}


def _service(register: Register, device: str, rule: dict[str, Any]) -> Row | None:
    """Return the row that lets a service be published: same inside address or object, protocol and port."""
    is_static = rule.get("kind") == "static" and not rule.get("translated_destination")
    inside = rule.get("source") if is_static else rule.get("translated_destination")
    ports = rule.get("translated_source_ports" if is_static else "destination_ports") or []
    names = {str(name).removesuffix("/32") for name in (inside, rule.get("name")) if name}
    for row in register.of_device(device):
        same_ports = row.get("port") == "*" or (bool(ports) and all(str(port) == row.get("port") for port in ports))
        same_protocol = rule.get("protocol") in (None, row.get("protocol")) or row.get("protocol") == "any"
        if row.get("destination") in names and same_ports and same_protocol:
            return row
    return None


def _routes(facts: Facts, context: Context) -> Iterator[Joined]:
    """Tell of each static route whether it stays in one zone, or is registered; the default route is judged by its exit."""
    zones = context.zones
    assert zones is not None, "the zone map is among the needs"
    rows = {
        row.get("destination"): row
        for row in reversed([*context.register("static_routes").of_device(device_of(facts))])
    }
    for at, route in items(facts, "routes"):
        destination = str(route.get("destination"))
        sources: tuple[Pointer, ...] = ((*at, "destination"),)
        if destination in ("0.0.0.0/0", "::/0") or route.get("blackhole"):
            yield Joined(at=(*at, "zone_kept"), value=True, sources=sources, registers=(ZONES,))
            continue
        row = rows.get(destination)
        if row is not None and row.get("next_hop") in (None, route.get("next_hop")):
            yield Joined(at=(*at, "zone_kept"), value=True, sources=sources, rows=(("static_routes", row),))
            continue
        to, via = zones.of_prefix(destination), _next_zone(facts, context, route)
        if to is not None and via is not None:
            same = to.zone_class == via
            yield Joined((*at, "zone_kept"), same, sources, registers=(ZONES, "static_routes"))


def _next_zone(facts: Facts, context: Context, route: dict[str, Any]) -> str | None:
    """Return the zone class that a route leads into: of its next hop, else of its interface."""
    assert context.zones is not None
    zone = context.zones.of_prefix(str(route["next_hop"])) if route.get("next_hop") else None
    if zone is not None:
        return zone.zone_class
    return _classes(facts).get(str(route.get("interface")))


JOINS = (
    Join(
        name="zones_of_policy",
        run=_inter_zone,
        adds=("firewall_policies/*/inter_zone",),
        needs=(ZONES,),
        reads=("firewall_policies", "interfaces"),
    ),
    Join(
        name="flow_register",
        run=_flows,
        adds=("firewall_policies/*/flow_registered",),
        needs=("flows",),
        reads=("firewall_policies",),
    ),
    Join(
        name="term_of_policy",
        run=_terms,
        adds=("firewall_policies/*/days_left",),
        needs=(),
        uses=("flows",),
        reads=("firewall_policies", "firewall_policies/*/expires_on"),
    ),
    Join(
        name="maintenance_policy",
        run=_maintenance,
        adds=("firewall_policies/*/maintenance", "firewall_policies/*/maintenance_sources_registered"),
        needs=("external_links",),
        reads=("firewall_policies", "firewall_policies/*/sources_resolved"),
    ),
    Join(
        name="published_service",
        run=_published,
        adds=("nat/*/published", "nat/*/published_registered"),
        needs=("published_services",),
        reads=("nat",),
    ),
    Join(
        name="route_register",
        run=_routes,
        adds=("routes/*/zone_kept",),
        needs=("static_routes", ZONES),
        reads=("routes", "interfaces"),
    ),
)
