"""Whether a gateway has a second device that takes over."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items


def _redundant(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell whether another member of a stack is in service, or that nothing stands in for the device.

    An address that is shared with a second device says nothing yet: whether that one is alive shows in its state only.
    """
    into: Pointer = ("environment", "gateway_redundant")
    members = list(items(facts, "environment/stack"))
    ready = [p for p, member in members if member.get("ready") is True]
    if len(ready) >= 2:
        yield Derived(into, value=True, sources=tuple((*p, name) for p in ready for name in ("name", "ready")))
        return
    is_seen = isinstance(facts.get("environment", {}).get("stack"), list)
    shared = [(p, one.get("shared_gateway")) for p, one in items(facts, "interfaces")]
    if is_seen and all("ready" in member for _, member in members) and shared and all(v is False for _, v in shared):
        proof = [(*p, "shared_gateway") for p, _ in shared]
        yield Derived(into, value=False, sources=(("environment", "stack"), *proof))


GATEWAY_REDUNDANT = Step(
    _redundant, lambda _entry: ("environment/gateway_redundant",), lambda _entry: ("environment", "interfaces")
)
