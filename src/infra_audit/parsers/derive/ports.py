"""What the settings of a port and of the whole device mean together."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items


def _bpdu_guard(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Guard in effect on a port without a setting of its own: edge ports follow the setting of the device."""
    services = facts.get("services", {})
    if "bpdu_guard_default" not in services:
        return
    default = services["bpdu_guard_default"]
    for pointer, port in items(facts, "interfaces"):
        if "portfast" in port:
            sources: tuple[Pointer, ...] = ((*pointer, "portfast"), ("services", "bpdu_guard_default"))
            yield Derived((*pointer, "bpdu_guard"), bool(port["portfast"] and default), sources)


def _edge(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell the ports for end devices: physical access ports outside any bundle."""
    for pointer, port in items(facts, "interfaces"):
        if "mode" not in port:
            continue
        used = [name for name in ("mode", "type", "channel_group") if name in port]
        is_edge = (
            port["mode"] == "access"
            and port.get("type", "physical") == "physical"
            and port.get("channel_group") is None
        )
        yield Derived((*pointer, "edge"), is_edge, tuple((*pointer, name) for name in used))


def _subinterface(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give the port below a subinterface, from its name."""
    for pointer, port in items(facts, "interfaces"):
        above, dot, number = str(port.get("name", "")).rpartition(".")
        if dot and above and number.isdigit():
            yield Derived((*pointer, "parent"), above, ((*pointer, "name"),))


def _only_interfaces(_entry: Entry) -> tuple[str, ...]:
    return ("interfaces",)


BPDU_GUARD = Step(_bpdu_guard, lambda _e: ("interfaces/*/bpdu_guard",), lambda _e: ("interfaces", "services"))
EDGE = Step(_edge, lambda _e: ("interfaces/*/edge",), _only_interfaces)
SUBINTERFACE = Step(_subinterface, lambda _e: ("interfaces/*/parent",), _only_interfaces)
