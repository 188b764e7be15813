"""Inventory coverage: devices that others see within the organisation's prefixes, and whether the inventory holds them."""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.reason import Reason
from infra_audit.model.register import Zones
from infra_audit.network_view.known import Known, Network
from infra_audit.network_view.sightings import Address, Sighting, seer_of, sightings

AREA = "inventory_coverage"
_EYES = ("arp", "neighbours")
"""Areas by which a device of the network sees what nobody configured."""
_SEERS = frozenset({"switch", "router", "firewall"})
_Key = tuple[str, str]


class InventoryCoverage:
    """Takes the documents of a scan one by one; afterwards it can say what was seen."""

    def __init__(self, devices: Iterable[Device], zones: Zones) -> None:
        """`devices`: the whole inventory. `zones`: only what lies in their prefixes counts."""
        self._known = Known(devices)
        self._prefixes: list[tuple[Network, str]] = [
            (prefix, zone.id) for zone in zones.zones for prefix in zone.prefixes
        ]
        self._sightings: list[Sighting] = []
        self._seeing: set[str] = set()

    def see(self, document: FactsDocument) -> None:
        """Take one document; only the lines that say something of others are kept."""
        self._known.see(document)
        self._sightings += sightings(document)
        states = [document.coverage[area].state for area in _EYES if area in document.coverage]
        if CoverageState.PARSED in states:
            self._seeing.add(seer_of(document))

    def join(self, document: FactsDocument) -> FactsDocument:
        """Return the document of the organisation with what was seen."""
        seen: list[dict[str, Any]] = []
        provenance: dict[str, Provenance] = {}
        keys: dict[str, str] = {}
        artifacts: dict[str, Artifact] = {a.name: a for a in document.artifacts}
        for (where, name), group in self._groups():
            place = f"/{AREA}/seen/{len(seen)}"
            sources = []
            for number, sighting in enumerate(group):
                sources.append(f"{place}/seen_by/{number}")
                artifacts.setdefault(sighting.artifact.name, sighting.artifact)
                provenance[sources[-1]] = Provenance(
                    kind=ProvenanceKind.LINES, artifact=sighting.artifact.name, lines=sighting.lines
                )
            provenance[place] = Provenance(kind=ProvenanceKind.DERIVED, sources=tuple(sources), by=AREA)
            keys[place] = f"{AREA}/seen[{where or name}]"
            seen.append(self._item(where, name, group))
        return replace(
            document,
            facts={**document.facts, AREA: {"seen": seen}},
            coverage={**document.coverage, AREA: self._state()},
            provenance={**document.provenance, **provenance},
            keys={**document.keys, **keys},
            artifacts=tuple(artifacts.values()),
        )

    def _groups(self) -> Iterator[tuple[_Key, list[Sighting]]]:
        """Yield what was seen, by address, or by name where no address was said, sorted, with who saw it."""
        found: dict[_Key, dict[tuple[str, str, str | None], Sighting]] = {}
        for one in self._sightings:
            if one.address is not None and self._within(one.address) is None:
                continue
            key = (str(one.address), "") if one.address is not None else ("", one.name or "")
            found.setdefault(key, {}).setdefault((one.seer, one.how, one.interface), one)
        for key, group in sorted(found.items(), key=lambda entry: _order(entry[0])):
            yield key, list(group.values())

    def _item(self, where: str, name: str, group: Sequence[Sighting]) -> dict[str, Any]:
        address = group[0].address
        names = [one.name for one in group if one.name]
        device = next((d for d in (self._known.device(address, n) for n in (None, *names)) if d is not None), None)
        shared = device is None and any(self._known.shared(one) for one in group)
        within = self._within(address) if address is not None else None
        return {
            "address": where or None,
            "name": name or (names[0] if names else None),
            "prefix": str(within[0]) if within else "-",
            "in": within[1] if within else None,
            "known": device is not None or shared,
            "device": device,
            "shared": shared,
            "seen_by": [{"device": one.seer, "how": one.how, "interface": one.interface} for one in group],
        }

    def _within(self, address: Address) -> tuple[Network, str] | None:
        """Return the narrowest prefix of the organisation that holds an address, with its zone."""
        found = [entry for entry in self._prefixes if address in entry[0]]
        best = max(found, key=lambda entry: entry[0].prefixlen, default=None)
        if best is None or best[0].prefixlen >= best[0].max_prefixlen - 1:
            return best
        ends = (best[0].network_address, best[0].broadcast_address) if best[0].version == 4 else ()
        return None if address in ends else best

    def _state(self) -> Coverage:
        """Say how far was seen: a device of the network whose tables were not read may know of more."""
        seers = {name for name, device in self._known.devices.items() if device.kind in _SEERS}
        blind = sorted(seers - self._seeing)
        if not blind:
            return Coverage(state=CoverageState.PARSED)
        fields = {"count": len(blind), "devices": ", ".join(blind[:3])}
        return Coverage(state=CoverageState.PARTIAL, reason=Reason("network_view.blind", fields))


def not_in_force(document: FactsDocument) -> FactsDocument:
    """Return the document of the organisation where no inventory is named: there is nothing to compare with."""
    state = Coverage(state=CoverageState.NO_SUCH_EXPOSURE, reason=Reason("network_view.no_inventory"))
    return replace(document, coverage={**document.coverage, AREA: state})


def _order(key: _Key) -> tuple[int, int, str]:
    address = ipaddress.ip_address(key[0]) if key[0] else None
    return (address.version, int(address), "") if address is not None else (9, 0, key[1])
