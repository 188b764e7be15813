"""What a firewall policy speaks of: everything, or what stands behind the names in it; and when it is tried."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.names import Names
from infra_audit.parsers.derive.walk import items

_FLAGS = (
    ("any_source", "sources", "sources_negated"),
    ("any_destination", "destinations", "destinations_negated"),
    ("any_service", "services", "services_negated"),
)
_WORDS = ("all", "any", "ALL", "ANY")


def _policy_any(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Set any_source, any_destination and any_service; `words` are the names of the objects that mean everything.

    A policy that also names applications is for every service only if it is for every application.
    """
    everything = entry.get("words", _WORDS)
    for pointer, policy in items(facts, "firewall_policies"):
        for flag, field, negated in _FLAGS:
            if field not in policy:
                continue
            found = any(word in everything for word in policy[field]) and not policy.get(negated, False)
            known = [name for name in (field, negated) if name in policy]
            if field == "services" and "applications" in policy:
                found = found and any(word in everything for word in policy["applications"])
                known.append("applications")
            sources = tuple((*pointer, name) for name in known)
            yield Derived((*pointer, flag), found, sources)


POLICY_ANY = Step(
    _policy_any,
    lambda _entry: tuple(f"firewall_policies/*/{flag}" for flag, _, _ in _FLAGS),
    lambda _entry: ("firewall_policies",),
    frozenset({"words"}),
)


_ENDS = (
    ("firewall_policies", "sources", "source_interfaces"),
    ("firewall_policies", "destinations", "destination_interfaces"),
    ("nat", "sources", None),
    ("nat", "destinations", None),
)


def _behind_names(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give what stands behind the names in policies, rules of address translation and groups of services.

    `any` are the names that mean everything, `words` what the vendor's own services mean, `predefined` how the names of
    further ones begin; with `books`, names of addresses are those of the zones of the rule first.
    """
    names = Names(facts, entry)
    for area, field, between in _ENDS:
        for pointer, rule in items(facts, area):
            if field in rule:
                found = names.addresses(rule[field], rule.get(between, ()) if between is not None else ())
                is_by_zone = between is not None and between in rule and entry.get("books")
                zones: list[Pointer] = [(*pointer, str(between))] if is_by_zone else []
                yield Derived(
                    (*pointer, f"{field}_resolved"), list(found.values), ((*pointer, field), *zones, *found.used)
                )
    for pointer, policy in items(facts, "firewall_policies"):
        if "services" in policy:
            found = names.services(policy["services"])
            yield Derived((*pointer, "services_resolved"), list(found.values), ((*pointer, "services"), *found.used))
    for pointer, group in items(facts, "objects"):
        if group.get("kind") == "service_group" and "members" in group:
            found = names.services([group["name"]])
            yield Derived((*pointer, "services_resolved"), list(found.values), tuple(found.used))


def _in_force(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give policies the security profiles that they name, and those of the group that they name."""
    groups = {str(o["name"]): (p, o) for p, o in items(facts, "objects") if o.get("type") == entry["type"]}
    for pointer, policy in items(facts, "firewall_policies"):
        profiles = policy.get("profiles")
        if not isinstance(profiles, dict):
            continue
        sources: list[Pointer] = [(*pointer, "profiles")]
        found = {kind: name for kind, name in profiles.items() if kind != "group"}
        if "group" in profiles:
            at, group = groups.get(str(profiles["group"]), ((), {}))
            if "members" not in group:
                continue  # what the group holds is not known
            sources += [(*at, name) for name in ("name", "type", "members")]
            for member in group["members"]:
                found.setdefault(member["kind"], member["name"])
        yield Derived((*pointer, "profiles_in_force"), found, tuple(sources))


def _rulebases(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give rules the place in which they are tried, where it is not that of the list: a manager's come before and after."""
    order = ("pre", "local", "post", "default")
    for area in ("firewall_policies", "nat"):
        found = [(pointer, rule.get("rulebase")) for pointer, rule in items(facts, area)]
        if any(rulebase not in order for _, rulebase in found):
            continue
        ranked = sorted(found, key=lambda entry: order.index(str(entry[1])))
        for place, (pointer, _) in enumerate(ranked if ranked != found else (), 1):
            yield Derived((*pointer, "position"), place, ((area,),))


def _rule_sets(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give rules of address translation the zones and interfaces that the group of rules around them says."""
    groups = {str(o["name"]): (p, o) for p, o in items(facts, "objects") if o.get("type") == "nat_rule_set"}
    for pointer, rule in items(facts, "nat"):
        at, group = groups.get(str(rule.get("rule_set")), ((), {}))
        if "members" not in group:
            continue
        sources = ((*pointer, "rule_set"), *((*at, name) for name in ("name", "type", "members")))
        for side, into in (("from", "in_interfaces"), ("to", "out_interfaces")):
            named = [" ".join(filter(None, (m.get("kind"), m["name"]))) for m in group["members"] if m["side"] == side]
            if named:
                yield Derived((*pointer, into), named, sources)


def _sections(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give rules of address translation the place in which they are tried, where it is not that of the list.

    Sections 1 and 3 are tried as they are listed. In section 2 static rules come first, then those of fewer addresses, of
    lower ones, and by name; where the addresses of a rule there are not known, nothing is said.
    """
    ranks: list[tuple[tuple[Any, ...], Pointer]] = []
    objects = {str(o["name"]): o for _, o in items(facts, "objects") if o.get("kind") == "address"}
    for pointer, rule in items(facts, "nat"):
        section = rule.get("section")
        if section is None:
            return
        rank: tuple[Any, ...] = (section, 0, 0, 0, "", pointer[-1])
        if section == 2:
            ends = _extent(objects.get(str(rule.get("source")), {}))
            if ends is None:
                return
            rank = (2, 0 if rule.get("kind") == "static" else 1, *ends, str(rule.get("source")), pointer[-1])
        ranks.append((rank, pointer))
    ordered = sorted(ranks)
    for place, (_, pointer) in enumerate(ordered if ordered != ranks else (), 1):
        yield Derived((*pointer, "position"), place, (("nat",), ("objects",)))


def _extent(item: dict[str, Any]) -> tuple[int, int] | None:
    """Return how many addresses an object has, and the lowest as a number."""
    try:
        if isinstance(item.get("address"), str):
            network = ip_network(item["address"])
            return network.num_addresses, int(network.network_address)
        first, last = ip_address(item["first"]), ip_address(item["last"])
        return int(last) - int(first) + 1, int(first)
    except (KeyError, ValueError):
        return None


POLICY_OBJECTS = Step(
    _behind_names,
    lambda _entry: (
        *(f"{area}/*/{field}_resolved" for area, field, _ in _ENDS),
        "firewall_policies/*/services_resolved",
        "objects/*/services_resolved",
    ),
    lambda _entry: ("firewall_policies", "nat", "objects"),
    frozenset({"any", "books", "predefined", "words"}),
)
POLICY_PROFILES = Step(
    _in_force,
    lambda _entry: ("firewall_policies/*/profiles_in_force",),
    lambda _entry: ("firewall_policies", "objects"),
    frozenset({"type"}),
)
POLICY_ORDER = Step(_rulebases, lambda _entry: ("firewall_policies/*/position",), lambda _entry: ("firewall_policies",))
NAT_RULE_SETS = Step(
    _rule_sets, lambda _entry: ("nat/*/in_interfaces", "nat/*/out_interfaces"), lambda _entry: ("nat", "objects")
)
NAT_ORDER = Step(_sections, lambda _entry: ("nat/*/position",), lambda _entry: ("nat", "objects"))
