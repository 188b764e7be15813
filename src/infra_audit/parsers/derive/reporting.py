"""How a device reports: from which address, and whether what it notices of its surroundings leaves it."""

from collections.abc import Iterator
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items

WARNING = 4
"""Number of the severity at which failures of fans, power and temperature are reported."""


def _log_source(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell between how many addresses a device may choose for its log messages, and whether the choice is fixed.

    It is fixed by one line for all collectors, or by a line at each of them that is in use.
    """
    logging = facts.get("logging", {})
    addressed = [(p, one) for p, one in items(facts, "interfaces") if "addresses" in one]
    if addressed:
        routed = [p for p, one in addressed if one["addresses"] and one.get("type") != "loopback"]
        sources = tuple((*p, name) for p, one in addressed for name in ("addresses", "type") if name in one)
        yield Derived(("logging", "source_choices"), len(routed), sources)
    common: Any = logging.get("source_interface")
    servers = [(p, one) for p, one in items(facts, "logging/servers") if one.get("enabled") is not False]
    own = [(*p, "source") for p, one in servers if "source" in one]
    if common is not None:
        yield Derived(("logging", "source_fixed"), value=True, sources=(("logging", "source_interface"),))
    elif servers and len(own) == len(servers):
        is_fixed = all(one["source"] not in (None, "") for _, one in servers)
        known: list[Pointer] = [("logging", "source_interface")] if "source_interface" in logging else []
        in_use = [(*p, "enabled") for p, one in servers if "enabled" in one]
        yield Derived(("logging", "source_fixed"), is_fixed, (*own, *in_use, *known))
    elif "source_interface" in logging and not own:
        yield Derived(("logging", "source_fixed"), value=False, sources=(("logging", "source_interface"),))


def _alarms(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell whether alarms of fans, power and temperature reach a collector: one in use that takes warnings.

    Without such a collector the answer is no where no trap receiver is configured either; which traps a receiver gets is not
    known here, and then nothing is said.
    """
    logging = facts.get("logging", {})
    if not isinstance(logging.get("servers"), list):
        return
    is_unknown = False
    for pointer, server in items(facts, "logging/servers"):
        own = server.get("level_number")
        level: Any = own if own is not None else logging.get("level_number")
        if server.get("enabled") is False or logging.get("enabled") is False:
            continue
        if level is None:
            is_unknown = True
        elif level >= WARNING:
            at: Pointer = (*pointer, "level_number") if own is not None else ("logging", "level_number")
            proof = [at, *((*pointer, name) for name in ("address", "enabled") if name in server)]
            proof += [("logging", "enabled")] if "enabled" in logging else []
            yield Derived(("environment", "alarms_sent"), value=True, sources=tuple(proof))
            return
    hosts = facts.get("snmp", {}).get("hosts")
    if hosts == [] and not is_unknown:
        sources: list[Pointer] = [("logging", "servers"), ("snmp", "hosts")]
        sources += [("logging", name) for name in ("enabled", "level_number") if name in logging]
        yield Derived(("environment", "alarms_sent"), value=False, sources=tuple(sources))


LOG_SOURCE = Step(
    _log_source,
    lambda _entry: ("logging/source_choices", "logging/source_fixed"),
    lambda _entry: ("logging", "interfaces"),
)
ALARMS = Step(_alarms, lambda _entry: ("environment/alarms_sent",), lambda _entry: ("logging", "snmp"))
