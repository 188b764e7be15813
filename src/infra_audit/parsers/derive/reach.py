"""Where the device itself lets management in: by named profiles, by zones, and on a port of its own for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items, pattern, values

_LISTS = ("host_services", "host_services_except", "host_protocols")


def _host_access(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Tell which management protocols zones and interfaces let in.

    What an interface says goes before all that its zone says. `words` tell what a service means (a list for `all`), `needs`
    the facts that say whether its server runs: one that is known to be off is not reachable. `only` names lists of the
    interfaces where a server is offered; an empty one means all. Where it is not known what a zone lets in, nothing is said.
    """
    only = {word: (at, set(names)) for word, path in entry.get("only", {}).items() for at, names in values(facts, path)}
    off: dict[str, Pointer] = {}
    for word, path in entry.get("needs", {}).items():
        at, state = next(values(facts, path), (None, None))
        if at is not None and state is False:
            off[word] = at
    zones: dict[str, tuple[Pointer, Mapping[str, Any]]] = {}
    for pointer, zone in items(facts, "zones"):
        if "host_services" not in zone:
            continue
        zones[str(zone.get("name"))] = (pointer, zone)
        yield from _access(pointer, pointer, zone, entry["words"], off, ())
    for pointer, interface in items(facts, "interfaces"):
        name = interface.get("name")
        elsewhere = {word: at for word, (at, names) in only.items() if names and name not in names}
        here = [(*pointer, "name")] if elsewhere else []
        limits = {**off, **elsewhere}
        if "host_services" in interface or "host_services_except" in interface:
            yield from _access(pointer, pointer, interface, entry["words"], limits, here)
        elif interface.get("zone") in zones:
            at, zone = zones[interface["zone"]]
            known = [(*pointer, "zone"), (*at, "name"), *here]
            if "host_protocols" in interface:  # a list of its own, without any service
                yield from _access(
                    pointer, pointer, interface, entry["words"], limits, [*known, (*at, "host_services")]
                )
            else:
                yield from _access(pointer, at, zone, entry["words"], limits, known)


def _paths(entry: Entry) -> list[str]:
    """Return the facts of servers that the entry names."""
    return [*entry.get("needs", {}).values(), *entry.get("only", {}).values()]


def _access(
    into: Pointer,
    at: Pointer,
    item: Mapping[str, Any],
    words: Mapping[str, Any],
    off: Mapping[str, Pointer],
    known: Sequence[Pointer],
) -> Iterator[Derived]:
    """Give the protocols that the lists of one item let in."""
    wanted = _meant(item.get("host_services", ()), words)
    refused = _meant(item.get("host_services_except", ()), words)
    found = [word for word in wanted if word not in refused and word not in off]
    sources = [*known, *((*at, name) for name in _LISTS if name in item)]
    sources += [place for word, place in off.items() if word in wanted]
    yield Derived((*into, "management_access"), found, tuple(sources))


def _meant(services: Sequence[str], words: Mapping[str, Any]) -> dict[str, None]:
    found: dict[str, None] = {}
    for service in services:
        meant = words.get(service, service)
        found.update(dict.fromkeys([meant] if isinstance(meant, str) else meant))
    return found


def _profiles(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give interfaces what the management profile that they name lets in, and from where; nothing where it is not there."""
    profiles = {str(p.get("name")): (at, p) for at, p in items(facts, "services/management_profiles")}
    for pointer, interface in items(facts, "interfaces"):
        if "management_profile" not in interface:
            continue
        name = interface["management_profile"]
        if name is None:
            yield Derived((*pointer, "management_access"), [], ((*pointer, "management_profile"),))
            continue
        at, profile = profiles.get(str(name), ((), {}))
        for field, into in (("management_access", "management_access"), ("allowed_sources", "management_sources")):
            if field in profile:
                sources = ((*pointer, "management_profile"), (*at, "name"), (*at, field))
                yield Derived((*pointer, into), profile[field], sources)


_PORT: Pointer = ("services", "management_port")
_NOT_KNOWN = object()


@dataclass(frozen=True, slots=True)
class _Door:
    """A place where a protocol is let in."""

    at: Pointer
    limit_at: Pointer
    limit: object
    """Networks, None for no limit, or `_NOT_KNOWN`."""
    is_sure: bool = True


def _doors(facts: Facts, word: str) -> tuple[list[_Door], tuple[Pointer, ...] | None]:
    """Return where a protocol is let in, and the facts that say so of all other places; None = not known of all."""
    port = facts.get("services", {}).get("management_port", {})
    doors: list[_Door] = []
    rest: list[Pointer] = [(*_PORT, word), ("interfaces",)]
    is_known = isinstance(facts.get("interfaces"), list) and word in port
    if port and port.get(word) is not False:
        limit = port.get("allowed_sources", _NOT_KNOWN)
        doors.append(_Door((*_PORT, word), (*_PORT, "allowed_sources"), limit, word in port))
    for pointer, interface in items(facts, "interfaces"):
        access = interface.get("management_access")
        if not isinstance(access, list):
            is_known = False
        elif word in access:
            limit = interface.get("management_sources", _NOT_KNOWN)
            doors.append(_Door((*pointer, "management_access"), (*pointer, "management_sources"), limit))
    return doors, tuple(rest) if is_known else None


def _server(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Tell whether the server of the protocol `word` is reached anywhere: at the port for management, or at an interface."""
    doors, rest = _doors(facts, entry["word"])
    into = tuple(entry["into"].split("/"))
    if any(door.is_sure for door in doors):
        yield Derived(into, value=True, sources=tuple(door.at for door in doors if door.is_sure))
    elif not doors and rest is not None:
        yield Derived(into, value=False, sources=rest)


def _sources(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give the networks from which a server of the protocols `of` is reached; a single door without a limit is no limit."""
    into = tuple(entry["into"].split("/"))
    doors: list[_Door] = []
    proof: list[Pointer] = []
    is_known = True
    for word in entry["of"]:
        found, rest = _doors(facts, word)
        doors += found
        is_known = is_known and (rest is not None or word not in facts.get("services", {}).get("management_port", {}))
        proof += rest or ()
    open_door = next((door for door in doors if door.limit is None), None)
    if open_door is not None:
        yield Derived(into, None, (open_door.at, open_door.limit_at) if open_door.is_sure else (open_door.limit_at,))
    elif doors and is_known and all(isinstance(door.limit, list) for door in doors):
        networks = dict.fromkeys(network for door in doors if isinstance(door.limit, list) for network in door.limit)
        cited = [place for door in doors for place in ((door.at, door.limit_at) if door.is_sure else (door.limit_at,))]
        yield Derived(into, list(networks), tuple(dict.fromkeys((*cited, *proof))))


HOST_ACCESS = Step(
    _host_access,
    lambda _entry: ("interfaces/*/management_access", "zones/*/management_access"),
    lambda entry: tuple(dict.fromkeys(("interfaces", "zones", *(path.split("/")[0] for path in _paths(entry))))),
    frozenset({"needs", "only", "words"}),
)
PROFILE_ACCESS = Step(
    _profiles,
    lambda _entry: ("interfaces/*/management_access", "interfaces/*/management_sources"),
    lambda _entry: ("interfaces", "services"),
)
REACHABLE_SERVER = Step(
    _server,
    lambda entry: (pattern(entry["into"]),),
    lambda _entry: ("interfaces", "services"),
    frozenset({"into", "word"}),
)
REACHABLE_FROM = Step(
    _sources,
    lambda entry: (pattern(entry["into"]),),
    lambda _entry: ("interfaces", "services"),
    frozenset({"into", "of"}),
)
