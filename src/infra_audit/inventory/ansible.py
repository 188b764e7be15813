"""An Ansible inventory as devices, and the values by which they are reached.

Ansible itself reads the inventory: INI, YAML, folders, group_vars, vaults. What it would accept in silence although it makes
verdicts wrong (a zone missing or set twice, two hosts on one address) ends the run here, with the place to correct.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infra_audit import ansible_call
from infra_audit.ansible_call import Vault
from infra_audit.errors import InventoryError
from infra_audit.inventory import variables
from infra_audit.inventory.complaint import cause, refusal, skipped
from infra_audit.inventory.devices import device, port, refuse_shared_addresses
from infra_audit.inventory.tree import Tree
from infra_audit.model.credentials import Credentials
from infra_audit.model.device import Device
from infra_audit.model.platform import Platform

Source = Path | Sequence[Path]
"""One inventory file or folder, or several: a later one overrides an earlier one."""

_RESOLVE_TIMEOUT_SECONDS = 600


def read(
    path: Source,
    *,
    platforms: Mapping[str, Platform],
    vault_password_file: Path | None = None,
    vault_ids: tuple[str, ...] = (),
) -> list[Device]:
    """Return the devices of an inventory, sorted by id. No host is contacted.

    Raises InventoryError naming inventory, host or group, and what to write.
    """
    paths, inventory = _checked(path)
    vault = _vault(vault_password_file, vault_ids, inventory)
    tree = _tree(paths, vault, inventory)
    if not tree.hosts:
        raise InventoryError("inventory.no_hosts", inventory=inventory)
    variables.check(tree, inventory)
    devices = [device(tree, host, platforms, inventory) for host in tree.hosts]
    refuse_shared_addresses({d.id: (d.host, d.port) for d in devices if d.connection != "local"}, inventory)
    return devices


def resolve(
    path: Source,
    devices: Sequence[Device],
    *,
    vault_password_file: Path | None = None,
    vault_ids: tuple[str, ...] = (),
) -> dict[str, Credentials]:
    """Return the connection values of devices by id, templated and decrypted by Ansible; in memory only.

    Raises InventoryError when a vault does not open or a value cannot be made.
    """
    if not devices:
        return {}
    paths, inventory = _checked(path)
    vault = _vault(vault_password_file, vault_ids, inventory)
    found = _values(paths, [one.id for one in devices], vault, inventory)
    credentials = {host: _credentials(values, host, inventory) for host, values in found.items()}
    local = {one.id for one in devices if one.connection == "local"}
    addresses = {host: (c.host, c.port) for host, c in credentials.items() if host not in local}
    refuse_shared_addresses(addresses, inventory)
    return credentials


def _values(paths: Sequence[Path], hosts: Sequence[str], vault: Vault, inventory: str) -> dict[str, Mapping[str, Any]]:
    """Return the connection variables of every host. Raises InventoryError that names the first without."""
    found: dict[str, Mapping[str, Any]] = {}
    failed: dict[str, str] = {}

    def on_event(event: ansible_call.Event) -> None:
        data = event.get("event_data", {})
        message = data.get("res", {}).get("msg")
        if event.get("event") == "runner_on_ok" and isinstance(message, dict):
            found.update(message)
        elif event.get("event") == "runner_on_failed" and not data.get("ignore_errors"):
            failed[data["host"]] = str(message)

    said = ansible_call.play(
        "resolve.yml", paths, hosts, vault, on_event=on_event, timeout_seconds=_RESOLVE_TIMEOUT_SECONDS
    )
    for host in sorted(failed):
        raise cause(failed[host], inventory, host=host) or InventoryError(
            "inventory.unresolved", inventory=inventory, host=host
        )
    if any(host not in found for host in hosts):
        raise refusal(said, inventory)
    return {host: found[host] for host in hosts}


def _checked(path: Source) -> tuple[list[Path], str]:
    """Return the sources, absolute, and the name of the inventory in errors and provenance: its first source."""
    given = [path] if isinstance(path, Path) else list(path)
    for one in given:
        if not one.exists():
            raise InventoryError("inventory.not_found", inventory=str(one))
    return ansible_call.sources(given), str(given[0])


def _vault(password_file: Path | None, ids: tuple[str, ...], inventory: str) -> Vault:
    for name in ids:
        if ansible_call.asks(name):
            raise InventoryError("inventory.vault_prompt", inventory=inventory, id=name)
    if password_file is not None and not password_file.is_file():
        raise InventoryError("inventory.vault_file", inventory=inventory, file=str(password_file))
    return Vault(password_file=password_file, ids=ids)


def _tree(paths: Sequence[Path], vault: Vault, inventory: str) -> Tree:
    listing = ansible_call.listing(paths, vault)
    if listing.merged is None or listing.own is None:
        raise refusal(listing.message, inventory)
    error = skipped(listing.message, inventory)
    if error is not None:
        raise error
    return Tree(listing.merged, listing.own)


def _credentials(values: Mapping[str, Any], host: str, inventory: str) -> Credentials:
    text = {name: str(value) for name, value in values.items() if value is not None}
    return Credentials(
        host=text.get("host", host),
        port=port(values.get("port"), host, inventory),
        user=text.get("user"),
        password=text.get("password"),
        become_password=text.get("become_password"),
        key_file=text.get("key_file"),
    )
