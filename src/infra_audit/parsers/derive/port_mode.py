"""The mode of a port that its own section does not say.

A switch port without a mode line negotiates its mode with whatever is connected; a port with an address, a routing instance
or a VLAN tag of its own routes; interfaces that are no ports have no mode at all. On platforms whose ports do not negotiate
(`negotiates: false`) a port without a mode line stays open here, unless the others tell what ports without a word do
(`differs: true`, for platforms that show only what differs from the default): where one is said to switch, they route.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items

_SWITCHED = frozenset({"access", "trunk", "dynamic", "dot1q_tunnel", "private_vlan"})
_PORTS = frozenset({"physical", "lag"})
_ROUTED_BY = ("addresses", "vrf", "vlan")


def _port_mode(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Set `mode`, and `negotiate_trunk` of ports that negotiate; nothing for a port that could be either.

    `negotiates: false` says that ports of this platform never do; `differs: true` that ports which say nothing have the mode
    that no other port says.
    """
    ports = list(items(facts, "interfaces"))
    negotiates = entry.get("negotiates", True)
    unsaid = _unsaid(ports) if entry.get("differs") else None
    switched = next((p for p, port in ports if negotiates and port.get("mode") in _SWITCHED), None)
    for pointer, port in ports:
        if "mode" in port or "type" not in port:
            continue
        mode, sources = _mode(pointer, port, switched)
        if mode is None and unsaid is not None and port.get("switched") is None and not port.get("inherits"):
            mode, sources = unsaid[0], ((*pointer, "type"), *unsaid[1])
        if mode is None:
            continue
        yield Derived((*pointer, "mode"), mode, sources)
        if mode == "dynamic" and "negotiate_trunk" not in port:
            yield Derived((*pointer, "negotiate_trunk"), value=True, sources=sources)


def _mode(
    pointer: Pointer, port: Mapping[str, Any], switched: Pointer | None
) -> tuple[str | None, tuple[Pointer, ...]]:
    kind: Pointer = (*pointer, "type")
    if port["type"] not in _PORTS:
        return "none", (kind,)
    proof = next((name for name in _ROUTED_BY if port.get(name)), None)
    if proof is not None:
        return "routed", (kind, (*pointer, proof))
    if switched is None or "addresses" not in port:
        return None, ()
    return "dynamic", (kind, *((*pointer, name) for name in _ROUTED_BY if name in port), (*switched, "mode"))


def _unsaid(ports: list[tuple[Pointer, Any]]) -> tuple[str, tuple[Pointer, ...]] | None:
    """Return the mode of ports without a word, and the facts that show it."""
    said: dict[str, tuple[Pointer, ...]] = {}
    for pointer, port in ports:
        if port.get("type") not in _PORTS:
            continue
        if "switched" in port:
            said.setdefault("routed" if port["switched"] else "access", ((*pointer, "type"), (*pointer, "switched")))
        elif port.get("mode") in _SWITCHED:  # a mode of a switch port, and nothing that had to make it one
            said.setdefault("access", ((*pointer, "type"), (*pointer, "mode")))
    return next(iter(said.items())) if len(said) == 1 else None


PORT_MODE = Step(
    _port_mode,
    lambda _entry: ("interfaces/*/mode", "interfaces/*/negotiate_trunk"),
    lambda _entry: ("interfaces",),
    frozenset({"negotiates", "differs"}),
)
