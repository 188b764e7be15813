"""Registers (台帳) and zones: what an organisation says of its devices, beside what the devices say themselves."""

import datetime as dt
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a register."""

    key: str
    """Values of its key columns, joined by commas."""
    place: str
    """Where it stands, such as `accounts.csv row 12`."""
    values: Mapping[str, Any]

    def get(self, column: str) -> Any:
        """Return the value of a column; None when the cell is empty."""
        return self.values.get(column)

    def date(self, column: str) -> dt.date | None:
        """Return the date in a column."""
        value = self.values.get(column)
        return dt.date.fromisoformat(value) if value else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One register as it was given."""

    name: str
    file: str
    """Name of its file, without the folder."""
    sha256: str
    """Digest of the file as it was given."""
    as_of: dt.date | None
    """Day its head says it was correct; None = it does not say."""
    rows: tuple[Row, ...]

    def of_device(self, device: str) -> Iterator[Row]:
        """Yield the rows of a device; those that name it come before those of every device."""
        yield from (row for row in self.rows if row.get("device") == device)
        yield from (row for row in self.rows if row.get("device") in ("*", None))

    def age(self, day: dt.date) -> int | None:
        """Return the days since it was correct."""
        return None if self.as_of is None else max(0, (day - self.as_of).days)

    def to_json(self) -> dict[str, Any]:
        """Return what the record of a scan keeps of it."""
        as_of = {"as_of": self.as_of.isoformat()} if self.as_of else {}
        return {"name": self.name, "file": self.file, "sha256": self.sha256, "rows": len(self.rows), **as_of}


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One part of the organisation's networks."""

    id: str
    zone_class: str
    prefixes: tuple[Network, ...] = ()
    vlans: frozenset[int] = frozenset()
    vrfs: frozenset[str] = frozenset()
    interfaces: frozenset[str] = frozenset()
    """DEVICE:INTERFACE."""


@dataclass(frozen=True, kw_only=True)
class Zones:
    """The zone map."""

    file: str
    sha256: str
    zones: tuple[Zone, ...] = field(default=())

    def class_of(self, zone_id: str) -> str | None:
        """Return the class of a zone by its id."""
        return self._classes.get(zone_id)

    def of_interface(self, device: str, interface: str) -> Zone | None:
        """Return the zone that names an interface itself."""
        return self._only(zone for zone in self.zones if f"{device}:{interface}" in zone.interfaces)

    def of_prefix(self, text: str) -> Zone | None:
        """Return the zone an address or prefix lies in: the one with the longest prefix around it."""
        network = parse_network(text)
        if network is None:
            return None
        around = [(p.prefixlen, zone) for p, zone in self._prefixes if _lies_in(network, p)]
        longest = max((length for length, _ in around), default=None)
        return self._only(zone for length, zone in around if length == longest)

    def of_vlan(self, vlan: int) -> Zone | None:
        """Return the zone of a VLAN."""
        return self._only(zone for zone in self.zones if vlan in zone.vlans)

    def of_vrf(self, vrf: str) -> Zone | None:
        """Return the zone of a VRF."""
        return self._only(zone for zone in self.zones if vrf in zone.vrfs)

    def to_json(self) -> dict[str, Any]:
        """Return what the record of a scan keeps of it."""
        return {"name": "zones", "file": self.file, "sha256": self.sha256, "rows": len(self.zones)}

    @cached_property
    def _classes(self) -> dict[str, str]:
        return {zone.id: zone.zone_class for zone in self.zones}

    @cached_property
    def _prefixes(self) -> list[tuple[Network, Zone]]:
        return [(prefix, zone) for zone in self.zones for prefix in zone.prefixes]

    @staticmethod
    def _only(zones: Iterable[Zone]) -> Zone | None:
        """Return the one zone; None where two claim the same place, which tells nothing."""
        found = list(dict.fromkeys(zones))
        return found[0] if len(found) == 1 else None


def parse_network(text: str) -> Network | None:
    """Return an address with or without a prefix length as a network; None when it is neither."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _lies_in(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]
