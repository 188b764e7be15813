"""Which addresses and names belong to the devices of the inventory."""

import ipaddress
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from infra_audit import resources, yamlfile
from infra_audit.model.device import Device
from infra_audit.model.facts import FactsDocument
from infra_audit.network_view.sightings import Address, Sighting, address, seer_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Known:
    """The addresses, networks and names of the devices of an inventory, as they become known."""

    def __init__(self, devices: Iterable[Device]) -> None:
        """Begin with what the inventory says."""
        self._addresses: dict[Address, str] = {}
        self._networks: set[Network] = set()
        self._names: dict[str, str] = {}
        self.devices: dict[str, Device] = {}
        for device in devices:
            self.devices[device.id] = device
            self._name(device.id, device.id)
            host = address(device.host)
            if host is not None:
                self._addresses.setdefault(host, device.id)
            elif device.host:
                self._name(device.host, device.id)

    def see(self, document: FactsDocument) -> None:
        """Take what a device of the inventory says of itself: its name, the addresses of its interfaces, shared ones too."""
        device = seer_of(document)
        if device not in self.devices:
            return
        hostname = document.facts.get("system", {}).get("hostname")
        if hostname:
            self._name(str(hostname), device)
        for interface in document.facts.get("interfaces", ()):
            for written in interface.get("addresses") or ():
                self._interface(str(written), device)
            for written in interface.get("virtual_addresses") or ():
                shared = address(written)
                if shared is not None:
                    self._addresses.setdefault(shared, device)

    def device(self, where: Address | None, name: str | None) -> str | None:
        """Return the device of the inventory that an address or a name belongs to, None where there is none."""
        found = self._addresses.get(where) if where is not None else None
        return found or (self._names.get(_short(name)) if name else None)

    def shared(self, sighting: Sighting) -> bool:
        """Say whether a hardware address is one of a group of routers, in a network in which a known device stands."""
        digits, where = sighting.mac, sighting.address
        if digits is None or where is None or not digits.startswith(_virtual()):
            return False
        return any(where in network for network in self._networks)

    def _name(self, name: str, device: str) -> None:
        self._names.setdefault(_short(name), device)

    def _interface(self, written: str, device: str) -> None:
        try:
            interface = ipaddress.ip_interface(written)
        except ValueError:
            return
        self._addresses.setdefault(interface.ip, device)
        self._networks.add(interface.network)


def _short(name: str) -> str:
    """Return a name as names are compared: without domain and case."""
    return name.casefold().partition(".")[0]


@cache
def _virtual() -> tuple[str, ...]:
    data: Mapping[str, Any] = yamlfile.load(resources.root("schemas") / "network-view.yaml")
    return tuple(entry["digits"] for entry in data["virtual_macs"])
