"""Names of objects in rules: which addresses, protocols and ports stand behind them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from infra_audit.parsers.derive import Entry, Facts, Pointer
from infra_audit.parsers.derive.walk import items

UNRESOLVED = "unresolved:"
"""Before a name whose addresses or ports the text does not tell: a name of DNS, a country, an object that is not there."""
PREDEFINED = "predefined:"
"""Before a name that the vendor gave a meaning which is not written here."""
ANY = "any"
_ADDRESSES = ("address_group", "address", "network")
_SERVICES = ("service_group", "service")

Item = Mapping[str, Any]


@dataclass(slots=True)
class Found:
    """What stands behind some names, and the facts that say so."""

    values: dict[str, None] = field(default_factory=dict)
    used: dict[Pointer, None] = field(default_factory=dict)

    def use(self, at: Pointer, item: Item, *names: str) -> None:
        """Note fields of an item as facts that were used."""
        self.used.update(dict.fromkeys((*at, name) for name in names if name in item))


class Names:
    """The objects of one target by name.

    With `books`, an object `B/N` is the one that the book B calls N: names in B and in rules of the zones that use B mean it
    before one that all books share.
    """

    def __init__(self, facts: Facts, entry: Entry) -> None:
        """Index the objects; `entry` is that of the step in platform.yaml."""
        self._any: Sequence[str] = entry.get("any", ("all", "any", "ALL", "ANY"))
        self._known: Mapping[str, str | list[str]] = entry.get("words", {})
        self._vendor: str | None = entry.get("predefined")
        self._books = bool(entry.get("books"))
        self._has_objects = isinstance(facts.get("objects"), list)
        self._addresses = _index(facts, _ADDRESSES)
        self._services = _index(facts, _SERVICES)
        self._zones = {str(zone.get("name")): (at, zone) for at, zone in items(facts, "zones")} if self._books else {}

    def addresses(self, names: Sequence[Any], zones: Sequence[str] = ()) -> Found:
        """Return what stands behind the names of a rule between `zones`."""
        found = Found()
        for name in names:
            if name in self._any:
                found.values[ANY] = None
                continue
            targets = self._in_zones(str(name), zones, found) or self._at(self._addresses, str(name))
            if targets:
                for at, target in targets:
                    self._address(str(name), at, target, found, frozenset())
            else:
                self._literal(str(name), found)
        return found

    def services(self, names: Sequence[Any]) -> Found:
        """Return the protocols and ports behind the names of services."""
        found = Found()
        for name in names:
            self._service(str(name), found, frozenset())
        return found

    def members(self, at: Pointer, group: Item) -> Found:
        """Return the addresses behind the members of a group."""
        found = Found()
        self._group(at, group, found, frozenset())
        return found

    def _in_zones(self, name: str, zones: Sequence[str], found: Found) -> list[tuple[Pointer, Item]]:
        """Return the objects that books of the zones call so."""
        targets = []
        for zone in zones if self._books else ():
            at, item = self._zones.get(zone, ((), {}))
            book = item.get("address_book")
            target = self._at(self._addresses, f"{zone if book is None else book}/{name}")
            if target and book is not None:
                found.use(at, item, "name", "address_book")
            targets += target
        return targets

    @staticmethod
    def _at(index: Mapping[str, tuple[Pointer, Item]], name: str) -> list[tuple[Pointer, Item]]:
        return [index[name]] if name in index else []

    def _lost(self, name: str, found: Found) -> None:
        if self._has_objects:
            found.used[("objects",)] = None
        found.values[UNRESOLVED + name] = None

    def _literal(self, name: str, found: Found) -> None:
        value = _written(name)
        if value is None:
            self._lost(name, found)
        else:
            found.values[value] = None

    def _address(self, name: str, at: Pointer, target: Item, found: Found, above: frozenset[Pointer]) -> None:
        if target.get("kind") == "address_group":
            self._group(at, target, found, above)
            return
        found.use(at, target, "kind", "name", "address", "first", "last")
        found.values[own(target) or f"{UNRESOLVED}{name}"] = None

    def _group(self, at: Pointer, group: Item, found: Found, above: frozenset[Pointer]) -> None:
        if at in above:
            return
        name = str(group.get("name"))
        found.use(at, group, "kind", "name", "members")
        if group.get("exclusions") or "members" not in group:
            # What is left after taking away is not a list of prefixes; members by a condition are not written.
            found.use(at, group, "exclusions")
            found.values[UNRESOLVED + name] = None
            return
        book = name.rpartition("/")[0] if self._books else ""
        for index, member in enumerate(group["members"]):
            if isinstance(member, Mapping) and not isinstance(member.get("group"), str):
                found.values[own(member) or f"{UNRESOLVED}member {index + 1}"] = None
                continue
            wanted = str(member["group"] if isinstance(member, Mapping) else member)
            targets = self._at(self._addresses, f"{book}/{wanted}") if book else []
            targets = targets or self._at(self._addresses, wanted)
            for place, target in targets:
                self._address(wanted, place, target, found, above | {at})
            if not targets:
                self._lost(wanted, found)

    def _service(self, name: str, found: Found, above: frozenset[Pointer]) -> None:
        at, item = self._services.get(name, ((), {}))
        if not item:
            self._vendors(name, found)
            return
        if "members" in item:
            found.use(at, item, "kind", "name", "members", "protocol")
            for member in item["members"] if at not in above else ():
                if isinstance(member, str) or "group" in member:
                    self._service(member if isinstance(member, str) else str(member["group"]), found, above | {at})
                else:
                    for value in list(_member(member, item.get("protocol"))) or [UNRESOLVED + name]:
                        found.values[value] = None
            return
        found.use(at, item, "kind", "name", "protocol", "ports", "tcp_ports", "udp_ports", "terms")
        for value in list(_ports(item)) or [UNRESOLVED + name]:
            found.values[value] = None

    def _vendors(self, name: str, found: Found) -> None:
        if name in self._any:
            found.values[ANY] = None
        elif name in self._known:
            meant = self._known[name]
            found.values.update(dict.fromkeys([meant] if isinstance(meant, str) else meant))
        elif self._vendor is not None and name.startswith(self._vendor):
            found.values[PREDEFINED + name] = None
        else:
            self._lost(name, found)


def own(item: Item) -> str | None:
    """Return the prefix or the range that an object says itself."""
    if isinstance(item.get("address"), str):
        return str(item["address"])
    if isinstance(item.get("first"), str) and isinstance(item.get("last"), str):
        return f"{item['first']}-{item['last']}"
    return None


def _index(facts: Facts, kinds: Sequence[str]) -> dict[str, tuple[Pointer, Item]]:
    found: dict[str, tuple[Pointer, Item]] = {}
    for kind in reversed(kinds):  # a group goes before an object of its name
        found.update({str(o["name"]): (p, o) for p, o in items(facts, "objects") if o.get("kind") == kind})
    return found


def _written(name: str) -> str | None:
    """Return an address, a prefix or a range that is written in place of a name."""
    first, dash, last = name.partition("-")
    try:
        if dash:
            return f"{ip_address(first)}-{ip_address(last)}"
        return str(ip_network(name, strict=False))
    except ValueError:
        return None


def _ports(item: Item) -> Iterator[str]:
    """Yield protocol and ports of a service, and those of its parts; of `443:1024-65535` the part before the sources."""
    for protocol in ("tcp", "udp"):
        yield from (f"{protocol}/{port.partition(':')[0]}" for port in item.get(f"{protocol}_ports", ()))
    if "tcp_ports" not in item and "udp_ports" not in item:
        yield from _spoken(item)
    for term in item.get("terms", ()):
        yield from _spoken(term)


def _spoken(item: Item) -> Iterator[str]:
    protocol = item.get("protocol")
    if protocol is None:
        return
    if item.get("ports"):
        yield from (f"{protocol}/{port}" for port in item["ports"])
    else:
        yield f"{protocol}/any" if protocol in ("tcp", "udp", "sctp") else str(protocol)


def _member(member: Item, common: Any) -> Iterator[str]:
    """Yield protocol and ports of a member that is written in place; `common` is the protocol of its whole group."""
    protocol = member.get("protocol", common)
    if "icmp_type" in member and protocol is None:
        protocol = "icmp"
    if not isinstance(protocol, str):
        return
    ports = _written_ports(member.get("ports"))
    for each in ("tcp", "udp") if protocol == "tcp-udp" else (protocol,):
        yield from _spoken({"protocol": each, "ports": ports} if ports is not None else {})


def _written_ports(ports: Any) -> list[str] | None:
    """Return ports as texts, an empty list for all; None where they are all but some, or a group."""
    if ports is None:
        return []
    if "eq" in ports:
        return [str(port) for port in ports["eq"]]
    if "from" in ports:
        return [f"{ports['from']}-{ports['to']}"]
    if "gt" in ports and str(ports["gt"]).isdigit():
        return [f"{int(ports['gt']) + 1}-65535"]
    if "lt" in ports and str(ports["lt"]).isdigit():
        return [f"1-{int(ports['lt']) - 1}"]
    return None
