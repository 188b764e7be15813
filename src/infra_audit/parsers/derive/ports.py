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
        if "mode" not in port and port.get("channel_group") is None:
            continue
        used = [name for name in ("mode", "type", "channel_group") if name in port]
        is_edge = (
            port.get("mode") == "access"
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


def _bundle(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give the members of a bundle its mode and VLANs, where only the bundle says them; it is `prefix` and the number."""
    named = {port.get("name"): (pointer, port) for pointer, port in items(facts, "interfaces")}
    for pointer, port in items(facts, "interfaces"):
        above = named.get(f"{entry['prefix']}{port.get('channel_group')}")
        if "mode" in port or above is None or "mode" not in above[1]:
            continue
        at, bundle = above
        proof = ((*pointer, "channel_group"), (*at, "name"), (*at, "mode"))
        for field in ("mode", "access_vlan", "native_vlan", "trunk_vlans"):
            if field in bundle:
                yield Derived((*pointer, field), bundle[field], tuple(dict.fromkeys((*proof, (*at, field)))))


def _only_interfaces(_entry: Entry) -> tuple[str, ...]:
    return ("interfaces",)


BPDU_GUARD = Step(_bpdu_guard, lambda _e: ("interfaces/*/bpdu_guard",), lambda _e: ("interfaces", "services"))
EDGE = Step(_edge, lambda _e: ("interfaces/*/edge",), _only_interfaces)
SUBINTERFACE = Step(_subinterface, lambda _e: ("interfaces/*/parent",), _only_interfaces)
BUNDLE = Step(
    _bundle,
    lambda _e: tuple(f"interfaces/*/{f}" for f in ("mode", "access_vlan", "native_vlan", "trunk_vlans")),
    _only_interfaces,
    frozenset({"prefix"}),
)


def _loop_stopped(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell whether loop detection takes a port out of use when it finds a loop below it: it must run, and its action block."""
    runs = facts.get("services", {}).get("loop_detection")
    for pointer, port in items(facts, "interfaces"):
        action = port.get("loop_action")
        if runs is False:
            yield Derived((*pointer, "loop_stopped"), value=False, sources=(("services", "loop_detection"),))
        elif runs is True and action is not None:
            stops = action in ("shutdown", "block")
            yield Derived(
                (*pointer, "loop_stopped"), stops, (("services", "loop_detection"), (*pointer, "loop_action"))
            )


LOOP_STOPPED = Step(
    _loop_stopped, lambda _entry: ("interfaces/*/loop_stopped",), lambda _entry: ("interfaces", "services")
)
