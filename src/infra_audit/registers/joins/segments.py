"""Zones: which zone class interfaces, VLANs and trunks belong to. What the zone map does not name has none."""

from collections.abc import Iterator
from typing import Any

from infra_audit.model.register import Row, Zone, Zones
from infra_audit.registers.joins import ZONES, Context, Facts, Join, Joined, Pointer, device_of, items

ISOLATED = frozenset({"mynumber", "lgwan", "lgwan_office"})
"""Zone classes that no line to the Internet may enter."""
_GUARDED = "mynumber"
"""The zone class that shares no access switch with another."""

_Vlan = tuple[Pointer, dict[str, Any]]


def _zones(context: Context) -> Zones:
    assert context.zones is not None, "the zone map is among the needs"
    return context.zones


def _of_interface(zones: Zones, device: str, interface: dict[str, Any]) -> tuple[Zone | None, tuple[str, ...]]:
    """Return the zone of an interface and the fields that tell it: its name, addresses, VLAN, VRF, in this order."""
    named = zones.of_interface(device, str(interface.get("name")))
    if named is not None:
        return named, ("name",)
    addresses = interface.get("addresses") or []
    if addresses:
        found = {zone.id: zone for text in addresses if (zone := zones.of_prefix(text)) is not None}
        return (next(iter(found.values())) if len(found) == 1 else None), ("addresses",)
    for field in ("vlan", "access_vlan"):
        vlan = interface.get(field)
        if isinstance(vlan, int) and (field == "vlan" or interface.get("mode") == "access"):
            return zones.of_vlan(vlan), (field,)
    vrf = interface.get("vrf")
    return (zones.of_vrf(vrf), ("vrf",)) if isinstance(vrf, str) else (None, ())


def _interfaces(facts: Facts, context: Context) -> Iterator[Joined]:
    device, zones = device_of(facts), _zones(context)
    for at, interface in items(facts, "interfaces"):
        zone, fields = _of_interface(zones, device, interface)
        if zone is not None:
            sources = tuple((*at, field) for field in fields)
            yield Joined((*at, "zone_class"), zone.zone_class, sources, registers=(ZONES,))


def _vlans(facts: Facts, context: Context) -> Iterator[Joined]:
    zones = _zones(context)
    for at, vlan in items(facts, "vlans"):
        zone, sources = zones.of_vlan(vlan["id"]), ((*at, "id"),)
        if zone is not None:
            yield Joined((*at, "zone_class"), zone.zone_class, sources, registers=(ZONES,))


def _allowed(interface: dict[str, Any], vlans: list[_Vlan]) -> list[_Vlan] | None:
    """Return the VLANs that exist and may pass a trunk; None when it is not known which may."""
    allowed = interface.get("trunk_vlans")
    if allowed == "all":
        return vlans
    if not isinstance(allowed, list):
        return None
    return [(at, vlan) for at, vlan in vlans if any(low <= vlan["id"] <= high for low, high in allowed)]


def _shared(context: Context, device: str, interface: str, classes: list[str]) -> Row | None:
    """Return the row that lets zone classes share a trunk, or a switch (`*`)."""
    if "shared_trunks" not in context.registers:
        return None
    for row in context.register("shared_trunks").of_device(device):
        last = row.date("valid_until")
        in_force = last is None or context.as_of <= last
        if row.get("interface") in (interface, "*") and in_force and set(classes) <= set(row.get("zones")):
            return row
    return None


def _apart(
    at: Pointer, sources: tuple[Pointer, ...], row: Row | None, context: Context, *, together: bool
) -> Iterator[Joined]:
    """Tell whether zones are kept apart: they do not meet, or a register lets them; without it that is not known."""
    rows = (("shared_trunks", row),) if row is not None else ()
    searched = (ZONES, "shared_trunks") if together and row is None else (ZONES,)
    if not together or row is not None or "shared_trunks" in context.registers:
        yield Joined(at, not together or row is not None, sources, rows, searched)


def _trunks(facts: Facts, context: Context) -> Iterator[Joined]:
    device = device_of(facts)
    vlans = list(items(facts, "vlans"))
    for at, interface in items(facts, "interfaces"):
        if interface.get("mode") != "trunk":
            continue
        carried = _allowed(interface, vlans)
        if carried is None:
            continue
        classes = sorted({str(vlan["zone_class"]) for _, vlan in carried if "zone_class" in vlan})
        unmapped = any("zone_class" not in vlan for _, vlan in carried)
        if unmapped and len(classes) < 2:
            continue
        sources: tuple[Pointer, ...] = ((*at, "trunk_vlans"), *((*place, "id") for place, _ in carried))
        yield Joined((*at, "trunk_zone_classes"), classes, sources, registers=(ZONES,))
        row = None if unmapped else _shared(context, device, str(interface["name"]), classes)
        yield from _apart((*at, "trunk_zones_apart"), sources, row, context, together=len(classes) > 1)


def _switch(facts: Facts, context: Context) -> Iterator[Joined]:
    """Tell the zone classes of the device, and of its access ports in use."""
    zones, subject = _zones(context), facts.get("subject", {})
    of_device = [zones.class_of(zone) for zone in subject.get("zones", ())]
    if of_device and None not in of_device:
        classes = sorted({c for c in of_device if c})
        yield Joined(("segments", "zone_classes"), classes, (("subject", "zones"),), registers=(ZONES,))
        isolated = set(classes) <= ISOLATED
        yield Joined(("segments", "isolated"), isolated, (("subject", "zones"),), registers=(ZONES,))


def _access(facts: Facts, context: Context) -> Iterator[Joined]:
    ports = [
        (at, port)
        for at, port in items(facts, "interfaces")
        if port.get("mode") == "access" and port.get("enabled") is not False
    ]
    classes = sorted({str(port["zone_class"]) for _, port in ports if "zone_class" in port})
    unmapped = any("zone_class" not in port for _, port in ports)
    sources = tuple((*at, "access_vlan") for at, port in ports if "zone_class" in port) or (("interfaces",),)
    together = _GUARDED in classes and len(classes) > 1
    if unmapped and not together:
        return
    yield Joined(("segments", "access_zone_classes"), classes, sources, registers=(ZONES,))
    row = _shared(context, device_of(facts), "*", classes)
    yield from _apart(("segments", "access_zones_apart"), sources, row, context, together=together)


JOINS = (
    Join(name="zone_of_interface", run=_interfaces, adds=("interfaces/*/zone_class",), needs=(ZONES,), reads=("interfaces",)),
    Join(name="zone_of_vlan", run=_vlans, adds=("vlans/*/zone_class",), needs=(ZONES,), reads=("vlans",)),
    Join(
        name="zones_of_trunk",
        run=_trunks,
        adds=("interfaces/*/trunk_zone_classes", "interfaces/*/trunk_zones_apart"),
        needs=(ZONES,),
        uses=("shared_trunks",),
        reads=("interfaces", "vlans"),
    ),
    Join(name="zones_of_device", run=_switch, adds=("segments",), needs=(ZONES,)),
    Join(
        name="zones_of_access_ports",
        run=_access,
        adds=("segments/access_zone_classes", "segments/access_zones_apart"),
        needs=(ZONES,),
        uses=("shared_trunks",),
        reads=("interfaces",),
    ),
)  # fmt: skip
