"""One host of an inventory as a device."""

from collections.abc import Mapping
from typing import Any

from infra_audit.catalogue import by_alias
from infra_audit.errors import InventoryError
from infra_audit.inventory import variables
from infra_audit.inventory.tree import Tree
from infra_audit.model.device import Device
from infra_audit.model.platform import Platform

_SSH_PORT = 22
_ONE_VALUE = ("infra_audit_zones", "infra_audit_platform", "infra_audit_kind")
"""Variables on which verdicts rest: groups that disagree about them are an error."""


def device(tree: Tree, host: str, platforms: Mapping[str, Platform], inventory: str) -> Device:
    """Return one host as a device. Raises InventoryError when zone or platform is missing, unknown or in conflict."""
    values = tree.hosts[host]
    for variable in _ONE_VALUE:
        conflict = tree.conflict(host, variable)
        if conflict:
            groups = "; ".join(f"{name}: {_shown(value)}" for name, value in sorted(conflict.items()))
            raise InventoryError(
                "inventory.group_conflict", inventory=inventory, host=host, variable=variable, groups=groups
            )
    if "infra_audit_zones" not in values:
        raise InventoryError("inventory.no_zone", inventory=inventory, host=host)
    ours = {n.removeprefix(variables.PREFIX): v for n, v in values.items() if n.startswith(variables.PREFIX)}
    ours |= {name: tuple(ours[name]) for name in ("zones", "roles") if name in ours}
    ours["platform"] = _platform(values, host, platforms, inventory)
    return Device(
        id=host,
        host=_plain(values.get("ansible_host", host)),
        port=port(values.get("ansible_port"), host, inventory),
        connection=_connection(values),
        groups=tree.groups_of(host),
        place=inventory,
        **ours,
    )


def _platform(values: Mapping[str, Any], host: str, platforms: Mapping[str, Platform], inventory: str) -> str:
    name = values.get("infra_audit_platform", values.get("ansible_network_os"))
    known = ", ".join(sorted(platforms))
    if name is None or variables.is_template(name):
        raise InventoryError("inventory.no_platform", inventory=inventory, host=host, known=known)
    platform = by_alias(platforms, str(name))
    if platform is None:
        raise InventoryError("inventory.unknown_platform", inventory=inventory, host=host, platform=name, known=known)
    return platform.name


def _plain(value: Any) -> str | None:
    """Return a value as text, or None when only a play can tell it."""
    return None if value is None or variables.is_template(value) else str(value)


def _connection(values: Mapping[str, Any]) -> str | None:
    """Return the short name of the connection, such as `local` for ansible.builtin.local."""
    name = _plain(values.get("ansible_connection"))
    return name.rpartition(".")[2] if name else None


def port(value: Any, host: str, inventory: str) -> int | None:
    """Return a port number, or None when there is none or only a play can tell it. Raises InventoryError."""
    if value is None or variables.is_template(value):
        return None
    if isinstance(value, bool) or not str(value).isdecimal() or not 0 < int(value) < 65536:
        raise InventoryError(
            "inventory.bad_value",
            inventory=inventory, place=f"host {host}", variable="ansible_port", write="ansible_port: 22",
        )  # fmt: skip
    return int(value)


def refuse_shared_addresses(addresses: Mapping[str, tuple[str | None, int | None]], inventory: str) -> None:
    """Raise InventoryError when two hosts lie on one address and port: one of them would be audited twice."""
    seen: dict[tuple[str, int], str] = {}
    for host, (address, port) in addresses.items():
        if address is None:
            continue
        key = (address.lower(), port or _SSH_PORT)
        if key in seen:
            raise InventoryError(
                "inventory.same_address",
                inventory=inventory, first=seen[key], second=host, address=address, port=key[1],
            )  # fmt: skip
        seen[key] = host


def _shown(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
