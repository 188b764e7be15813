"""Whether a firewall policy speaks of everything."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Step
from infra_audit.parsers.derive.walk import items

_FLAGS = (
    ("any_source", "sources", "sources_negated"),
    ("any_destination", "destinations", "destinations_negated"),
    ("any_service", "services", "services_negated"),
)
_WORDS = ("all", "any", "ALL", "ANY")


def _policy_any(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Set any_source, any_destination and any_service; `words` are the names of the objects that mean everything."""
    everything = entry.get("words", _WORDS)
    for pointer, policy in items(facts, "firewall_policies"):
        for flag, field, negated in _FLAGS:
            if field not in policy:
                continue
            found = any(word in everything for word in policy[field]) and not policy.get(negated, False)
            sources = tuple((*pointer, name) for name in (field, negated) if name in policy)
            yield Derived((*pointer, flag), found, sources)


POLICY_ANY = Step(
    _policy_any,
    lambda _entry: tuple(f"firewall_policies/*/{flag}" for flag, _, _ in _FLAGS),
    lambda _entry: ("firewall_policies",),
    frozenset({"words"}),
)
