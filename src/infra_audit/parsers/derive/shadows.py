"""Entries of a filter and policies of a firewall that never take effect, because earlier ones took all of their packets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step, packets
from infra_audit.parsers.derive.boxes import Box, Interval, TooManyPiecesError, left_of, meet
from infra_audit.parsers.derive.names import Names
from infra_audit.parsers.derive.walk import items

LONGEST = 1500
"""Entries of a list that are compared with each other; nothing is said of a longer one."""
MOST_BOXES = 512
"""Combinations of addresses and services that one entry may have; of one with more nothing is said."""
_NARROWING = ("established", "fragments", "icmp_type", "tcp_flags", "dscp", "time_range", "state", "in_interface", "out_interface", "options")  # fmt: skip
_LIMITS = ("schedule", "user_groups", "users", "applications", "internet_services")
_UNLIMITED: tuple[Any, ...] = (None, [], {}, False, ["any"], "always")
_EVERY: Interval = (0, 1 << 20)


@dataclass(frozen=True, slots=True)
class Line:
    """What one entry of a list matches."""

    name: str
    """What a person calls it: its number or place."""
    at: Pointer
    action: Any
    boxes: tuple[Box, ...]
    is_whole: bool
    """All of it is known; else `boxes` hold at least what it matches."""
    limits: frozenset[tuple[str, str]]
    """What narrows it beside the boxes."""
    hull: Box
    """The smallest box around all of them."""


def _line(
    name: str, at: Pointer, action: Any, dimensions: Sequence[Sequence[Box]], limits: Any, *, is_whole: bool
) -> Line:
    """Make a line of the product of its dimensions; one of too many boxes is known by its hull only."""
    hull: Box = tuple(
        (min(part[n][0] for part in parts), max(part[n][1] for part in parts))
        for parts in dimensions
        for n in range(len(parts[0]))
    )
    if prod(len(parts) for parts in dimensions) > MOST_BOXES:
        return Line(name, at, action, (hull,), is_whole=False, limits=limits, hull=hull)
    boxes: list[Box] = [()]
    for parts in dimensions:
        boxes = [(*box, *part) for box in boxes for part in parts]
    return Line(name, at, action, tuple(boxes), is_whole, limits, hull)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one entry."""

    issue: str | None
    """shadowed, duplicate, contradictory, none; None = not known."""
    by: tuple[Line, ...] = ()
    """The entries that took its packets."""


def judge(lines: Sequence[Line]) -> Iterator[tuple[Line, Verdict]]:
    """Yield each entry with what the earlier ones leave of it."""
    for number, line in enumerate(lines):
        earlier = [one for one in lines[:number] if one.limits <= line.limits and meet(one.hull, line.hull)]
        known = [one for one in earlier if one.is_whole]
        try:
            rest, takers = left_of(line.boxes, [one.boxes for one in known])
            if not rest and line.boxes:
                yield line, _covered(line, [known[taker] for taker in takers])
                continue
            others = [one.boxes for one in earlier if not one.is_whole]
            is_open = line.is_whole and bool(left_of(rest, others)[0])
        except TooManyPiecesError:
            is_open = False
        yield line, Verdict("none" if is_open else None)


def _covered(line: Line, by: Sequence[Line]) -> Verdict:
    if any(one.action != line.action for one in by):
        return Verdict("contradictory", tuple(by))
    is_same = len(by) == 1 and by[0].boxes == line.boxes and by[0].limits == line.limits and line.is_whole
    return Verdict("duplicate" if is_same else "shadowed", tuple(by))


def _acls(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """List for each filter the entries that never take effect, each with those that take its packets.

    Nothing is said of a filter without such an entry while one of its entries is not known in full.
    """
    names = Names(facts, entry)
    for pointer, acl in items(facts, "acls"):
        entries = acl.get("entries")
        if acl.get("family") == "mac" or not isinstance(entries, list) or len(entries) > LONGEST:
            continue
        if any(one.get("action") in ("jump", "log") for one in entries):
            continue  # other lists decide in between
        used: dict[Pointer, None] = {}
        lines = list(_entries(pointer, acl, names, used))
        verdicts = list(judge(lines))
        found = [_conflict(line, verdict) for line, verdict in verdicts if verdict.by]
        if not found and any(verdict.issue is None for _, verdict in verdicts):
            continue
        proof = dict.fromkeys(p for line, v in verdicts if v.by for p in (line.at, *(one.at for one in v.by)))
        own = [(*pointer, name) for name in ("family", "kind") if name in acl]
        yield Derived((*pointer, "conflicts"), found, (*(proof or [(*pointer, "entries")]), *own, *used))


def _conflict(line: Line, verdict: Verdict) -> dict[str, Any]:
    return {"entry": line.name, "by": [one.name for one in verdict.by], "issue": verdict.issue}


def _entries(pointer: Pointer, acl: Mapping[str, Any], names: Names, used: dict[Pointer, None]) -> Iterator[Line]:
    for place, entry in enumerate(acl["entries"]):
        if entry.get("action") not in ("permit", "deny"):
            continue
        sources, source_known = _ends(entry.get("source"), names, used)
        is_standard = "destination" not in entry and acl.get("kind") != "extended"
        destinations, known = (
            ([packets.ADDRESSES], True) if is_standard else _ends(entry.get("destination"), names, used)
        )
        protocols = packets.protocol(entry.get("protocol"))
        source_ports, ports = packets.ports(entry.get("source_ports")), packets.ports(entry.get("destination_ports"))
        is_whole = bool(source_known and known and protocols and source_ports and ports) and "text" not in entry
        dimensions = (
            protocols or [packets.PROTOCOLS],
            sources,
            destinations,
            source_ports or [packets.PORTS],
            ports or [packets.PORTS],
        )
        yield _line(
            str(entry.get("sequence", f"#{place + 1}")),
            (*pointer, "entries", place),
            entry["action"],
            [[(interval,) for interval in intervals] for intervals in dimensions],
            _limits(entry, _NARROWING),
            is_whole=is_whole,
        )


def _ends(said: Any, names: Names, used: dict[Pointer, None]) -> tuple[list[Interval], bool]:
    """Return the addresses of one end, and whether they are known in full."""
    group = said.get("group") if isinstance(said, Mapping) else None
    if isinstance(group, str):
        found = names.addresses([group])
        used.update(found.used)
        return _all(list(found.values))
    return _all([said])


def _all(values: Sequence[Any]) -> tuple[list[Interval], bool]:
    found = [packets.addresses(value) for value in values]
    known = [one for one in found if one is not None]
    if not values or len(known) < len(found):
        return [packets.ADDRESSES], False
    return known, True


_JOINED = (
    ("acl_in", "ipv4", "in"),
    ("acl_out", "ipv4", "out"),
    ("acl_in_ipv6", "ipv6", "in"),
    ("acl_out_ipv6", "ipv6", "out"),
)


def _joined(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Do the same for filters that an interface names one after the other: together they are one list."""
    names = Names(facts, entry)
    acls = {(acl.get("family"), str(acl.get("name"))): (p, acl) for p, acl in items(facts, "acls")}
    for pointer, interface in items(facts, "interfaces"):
        found: list[dict[str, Any]] = []
        proof: dict[Pointer, None] = {}
        is_known, is_used = True, False
        for field, family, way in _JOINED:
            listed = str(interface.get(field) or "").split()
            if field not in interface:
                continue
            is_used = is_used or len(listed) > 1
            used: dict[Pointer, None] = {(*pointer, field): None}
            lines = [line for name in listed for line in _filter(acls.get((family, name)), name, names, used)]
            is_known = is_known and all((family, name) in acls for name in listed)
            for line, verdict in judge(lines):
                is_known = is_known and verdict.issue is not None
                if verdict.by:
                    found.append({"direction": f"{family} {way}", **_conflict(line, verdict)})
                    used.update(dict.fromkeys(one.at for one in (line, *verdict.by)))
            proof.update(used)
        if is_used and (found or is_known):
            whole = [] if found else [("acls",)]
            yield Derived((*pointer, "filter_conflicts"), found, (*proof, *whole))


def _filter(
    there: tuple[Pointer, Mapping[str, Any]] | None, name: str, names: Names, used: dict[Pointer, None]
) -> Iterator[Line]:
    """Yield the entries of one filter of a chain, under its name."""
    if there is None:
        return
    pointer, acl = there
    used.update(dict.fromkeys((*pointer, field) for field in ("family", "name", "kind") if field in acl))
    for line in _entries(pointer, {"entries": (), **acl}, names, used):
        yield replace(line, name=name)


def _limits(item: Mapping[str, Any], fields: Sequence[str]) -> frozenset[tuple[str, str]]:
    return frozenset((name, str(item[name])) for name in fields if name in item and item[name] not in _UNLIMITED)


def _policies(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell of each policy in force whether earlier ones take all of its packets, and which."""
    policies = [(p, one) for p, one in items(facts, "firewall_policies")]
    if len(policies) > LONGEST:
        return
    policies.sort(key=lambda pair: pair[1].get("position", 0))
    places: dict[str, int] = {}
    lines = [line for p, one in policies if one.get("enabled") is not False for line in [_policy(p, one, places)]]
    proof: dict[Pointer, tuple[Pointer, ...]] = {p: tuple(_read(p, one)) for p, one in policies}
    for line, verdict in judge(lines):
        if verdict.issue is not None:
            sources = proof[line.at] if verdict.by else (("firewall_policies",),)
            sources += tuple(p for one in verdict.by for p in proof[one.at])
            yield Derived((*line.at, "conflict"), verdict.issue, sources)
            yield Derived((*line.at, "conflict_with"), [one.name for one in verdict.by], sources)


_POLICY_FIELDS = (
    "id", "enabled", "action", "position", "source_interfaces", "destination_interfaces", "sources_resolved",
    "destinations_resolved", "services_resolved", "sources_negated", "destinations_negated", "services_negated", *_LIMITS,
)  # fmt: skip


def _read(pointer: Pointer, policy: Mapping[str, Any]) -> Iterator[Pointer]:
    yield from ((*pointer, name) for name in _POLICY_FIELDS if name in policy)


def _policy(pointer: Pointer, policy: Mapping[str, Any], places: dict[str, int]) -> Line:
    sources, sources_known = _side(policy, "sources")
    destinations, destinations_known = _side(policy, "destinations")
    if policy.get("internet_services") and not policy.get("destinations_resolved"):
        destinations, destinations_known = [packets.ADDRESSES], True  # the database is told apart by its name
    services = [packets.service(text) for text in policy.get("services_resolved") or ()]
    if policy.get("internet_services") and not services:
        services = [(packets.PROTOCOLS, packets.PORTS)]
    known = [one for one in services if one is not None]
    is_served = bool(services) and len(known) == len(services) and policy.get("services_negated") is not True
    spans = known if is_served else [(packets.PROTOCOLS, packets.PORTS)]
    ways = [_interfaces(policy, field, places) for field in ("source_interfaces", "destination_interfaces")]
    return _line(
        str(policy.get("id")),
        pointer,
        policy.get("action"),
        [*([(interval,) for interval in part] for part in (*ways, sources, destinations)), spans],
        _limits(policy, _LIMITS),
        is_whole=is_served and sources_known and destinations_known and "action" in policy,
    )


def _side(policy: Mapping[str, Any], side: str) -> tuple[list[Interval], bool]:
    found, is_known = _all(policy.get(f"{side}_resolved") or ())
    return ([packets.ADDRESSES], False) if policy.get(f"{side}_negated") is True else (found, is_known)


def _interfaces(policy: Mapping[str, Any], field: str, places: dict[str, int]) -> list[Interval]:
    named = policy.get(field) or ["any"]
    if any(name in ("any", "all") for name in named):
        return [_EVERY]
    numbers = [places.setdefault(str(name), len(places)) for name in named]
    return [(number, number) for number in numbers]


ACL_CONFLICTS = Step(
    _acls, lambda _entry: ("acls/*/conflicts",), lambda _entry: ("acls", "objects"), frozenset({"any", "words"})
)
POLICY_CONFLICTS = Step(
    _policies,
    lambda _entry: ("firewall_policies/*/conflict", "firewall_policies/*/conflict_with"),
    lambda _entry: ("firewall_policies", "objects"),
)
FILTER_CONFLICTS = Step(
    _joined,
    lambda _entry: ("interfaces/*/filter_conflicts",),
    lambda _entry: ("interfaces", "acls", "objects"),
    frozenset({"any", "words"}),
)
