"""Named objects: what groups hold, which zone an interface lies in, when a policy ends, what users of a tunnel are asked."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.names import Names
from infra_audit.parsers.derive.walk import items


def _addresses(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """List all addresses behind every group of addresses; groups in groups are followed, circles end."""
    names = Names(facts, entry)
    for pointer, group in items(facts, "objects"):
        if group.get("kind") == "address_group" and "members" in group:
            found = names.members(pointer, group)
            yield Derived((*pointer, "addresses_resolved"), list(found.values), tuple(found.used))


def _zones(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give interfaces the zone that names them: a zone lists its members, a member of a bundle names its zone."""
    zone_of: dict[str, tuple[str, tuple[Pointer, ...]]] = {}
    for pointer, item in items(facts, "objects"):
        members = item.get("members")
        if not isinstance(members, list) or not members:
            continue
        sources = tuple((*pointer, field) for field in ("name", "type", "members"))
        if item.get("type") == "zone":
            zone_of.update({str(member): (str(item["name"]), sources) for member in members})
        elif item.get("type") == "sdwan-member":
            zone_of[str(item["name"])] = (str(members[0]), sources)
    for pointer, interface in items(facts, "interfaces"):
        zone, sources = zone_of.get(str(interface.get("name")), (None, ()))
        if zone is not None:
            yield Derived((*pointer, "zone"), zone, ((*pointer, "name"), *sources))


def _second_factor(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell whether remote access asks every user for a second factor, by its groups and their members.

    One local user without it is enough for no. Yes needs every member to be a local user that has it: what a server asks
    of its users is not known here, and then nothing is said.
    """
    groups = facts.get("vpn", {}).get("remote_access", {}).get("groups")
    if not isinstance(groups, list) or not groups:
        return
    users = {str(o["name"]): (p, o) for p, o in items(facts, "objects") if o.get("kind") == "user"}
    into = ("vpn", "remote_access", "second_factor")
    proof: list[Pointer] = [("vpn", "remote_access", "groups")]
    is_known = True
    for name in groups:
        found = users.get(str(name))
        if found is None:
            is_known = False
            continue
        at, group = found
        # A rule may name a user beside groups.
        members = [name] if "second_factor" in group else group.get("members", [])
        of_group = [("vpn", "remote_access", "groups"), *((*at, f) for f in ("kind", "name", "members") if f in group)]
        proof += of_group[1:]
        is_known = is_known and bool(members)
        for member in members:
            whose, user = users.get(str(member), (at, {}))
            if "second_factor" not in user:
                is_known = False
                continue
            own = [(*whose, field) for field in ("kind", "name", "second_factor", "enabled") if field in user]
            if user["second_factor"] is False and user.get("enabled") is not False:
                yield Derived(into, value=False, sources=(*of_group, *own))
                return
            proof += own
    if is_known:
        yield Derived(into, value=True, sources=tuple(proof))


def _expiry(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give policies the last day of the schedule they name; nothing where the schedule or its end is not known."""
    schedules = {str(o["name"]): (p, o) for p, o in items(facts, "objects") if o.get("type") == "schedule"}
    for pointer, policy in items(facts, "firewall_policies"):
        at, schedule = schedules.get(str(policy.get("schedule")), (None, None))
        if at is None or schedule is None or "ends_on" not in schedule:
            continue
        ends = _day(schedule["ends_on"])
        if ends is not None or schedule["ends_on"] is None:
            sources = ((*pointer, "schedule"), *((*at, field) for field in ("name", "type", "ends_on")))
            yield Derived((*pointer, "expires_on"), ends, sources)


def _day(text: Any) -> str | None:
    try:
        return date.fromisoformat(str(text).replace("/", "-")).isoformat()
    except ValueError:
        return None


OBJECT_ADDRESSES = Step(
    _addresses, lambda _entry: ("objects/*/addresses_resolved",), lambda _entry: ("objects",), frozenset({"books"})
)
POLICY_EXPIRY = Step(
    _expiry, lambda _entry: ("firewall_policies/*/expires_on",), lambda _entry: ("firewall_policies", "objects")
)
ZONE_MEMBERS = Step(_zones, lambda _entry: ("interfaces/*/zone",), lambda _entry: ("interfaces", "objects"))
SECOND_FACTOR = Step(
    _second_factor, lambda _entry: ("vpn/remote_access/second_factor",), lambda _entry: ("vpn", "objects")
)
