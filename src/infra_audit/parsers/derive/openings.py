"""How wide a filter or a policy opens, and what still looks at what it lets through."""

from collections.abc import Iterator
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step, packets
from infra_audit.parsers.derive.walk import area, items, values


def _acl_ranges(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give filters the most ports in a row that one permitting entry opens as destination.

    Entries that let only replies in, or name the port of the sender, are not meant: they follow what went out.
    """
    for pointer, acl in items(facts, "acls"):
        widest, proof = 0, []
        for place, entry in enumerate(acl.get("entries") or ()):
            said = entry.get("destination_ports")
            if entry.get("action") != "permit" or said is None or entry.get("established") or "source_ports" in entry:
                continue
            width = max((last - first + 1 for first, last in packets.ports(said)), default=0)
            if width > max(widest, 1):
                widest, proof = width, [(*pointer, "entries", place)]
        if "entries" in acl:
            sources: list[Pointer] = list(proof) or [(*pointer, "entries")]
            yield Derived((*pointer, "widest_port_range"), widest, tuple(sources))


def _policy_ranges(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give policies the most ports in a row that their services open; nothing where a service is not resolved."""
    for pointer, policy in items(facts, "firewall_policies"):
        services = policy.get("services_resolved")
        if services is None:
            continue
        spans = [packets.service(text) for text in services]
        found = [span for span in spans if span is not None]
        if len(found) == len(spans):
            widths = [last - first + 1 for _, (first, last) in found if (first, last) != packets.PORTS]
            yield Derived((*pointer, "widest_port_range"), max(widths, default=0), ((*pointer, "services_resolved"),))


def _inspections(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """List the kinds of inspection of each policy that permits, in the words of the table `words`.

    A switch of the policy (`inspected`) that is off takes them all away. Where a profile group is not known, nothing is said.
    `sandbox` names the fact that says whether profiles against malware hand unknown files to a sandbox.
    """
    words: dict[str, Any] = entry.get("words", {})
    switch = next(values(facts, entry["sandbox"]), None) if "sandbox" in entry else None
    for pointer, policy in items(facts, "firewall_policies"):
        if policy.get("action") != "permit":
            continue
        field = "profiles_in_force" if "profiles_in_force" in policy else "profiles"
        profiles = policy.get(field)
        if isinstance(profiles, dict) and "group" in profiles:
            continue
        kinds = {words.get(kind, "other") for kind, name in (profiles or {}).items() if name not in (None, "")}
        if policy.get("inspected") is False:
            kinds = set()
        sources = tuple((*pointer, name) for name in ("action", field, "inspected") if name in policy)
        if switch is not None and "antivirus" in kinds:
            kinds |= {"sandbox"} if switch[1] is True else set()
            sources = (*sources, switch[0])
        yield Derived((*pointer, "inspections"), sorted(kinds), sources)


ACL_RANGES = Step(_acl_ranges, lambda _entry: ("acls/*/widest_port_range",), lambda _entry: ("acls",))
POLICY_RANGES = Step(
    _policy_ranges,
    lambda _entry: ("firewall_policies/*/widest_port_range",),
    lambda _entry: ("firewall_policies", "objects"),
)
INSPECTIONS = Step(
    _inspections,
    lambda _entry: ("firewall_policies/*/inspections",),
    lambda entry: ("firewall_policies", "objects", *([area(entry["sandbox"])] if "sandbox" in entry else [])),
    frozenset({"sandbox", "words"}),
)
