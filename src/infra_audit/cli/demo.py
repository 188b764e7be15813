"""`infra-audit demo`: the example city end to end, over real SSH and through Ansible, on this machine only."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infra_audit import resources
from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command
from infra_audit.cli.scan import report
from infra_audit.cli.store import store
from infra_audit.config import Scope, Settings
from infra_audit.pipeline import Audit, Inventory
from infra_audit.texts import Language, text

if TYPE_CHECKING:
    from infra_audit.testing.city import City
    from infra_audit.testing.device import EmulatedDevice


def command(lang: Language) -> click.Command:
    """Build the command."""

    def run(**values: Any) -> Exit:
        with as_file(resources.root("inventories")) as shipped:
            values["config"] = values["config"] or shipped / "example-city" / "infra-audit.yaml"
            return _run(lang, values)

    def _run(lang: Language, values: dict[str, Any]) -> Exit:
        settings = options.to_settings(lang, values)
        with _city(settings, lang) as (reachable, inventory):
            audit = Audit(reachable)
            folder = store(audit, reachable, lang, values, lambda a, done: a.collect(inventory, done))
        status = report(folder, settings, Scope(), lang, values)
        if status is Exit.FINDINGS:
            output.say(text("cli", "demo.explain", lang))
        return status

    wanted = {"out", "id", "max_sessions"}
    reaching = [p for p in options.reaching(lang) if p.name in wanted]
    return Command("demo", lang, params=[*reaching, *options.run(lang), *options.output(lang)], callback=run)


@contextlib.contextmanager
def _city(settings: Settings, lang: Language) -> Iterator[tuple[Settings, Inventory]]:
    """Start the city; yield settings that trust its host keys and the inventory that leads to it."""
    from infra_audit.testing.city import emulated_city
    from infra_audit.testing.folder import load_devices

    with contextlib.ExitStack() as stack:
        city_folder = stack.enter_context(as_file(resources.root("inventories"))) / "example-city"
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="infra-audit-demo-")))
        key, public = _key_pair(work)
        devices = [_with_key(d, public) for d in load_devices(city_folder / "devices", Audit(settings).platforms)]
        city = stack.enter_context(emulated_city(devices))
        output.say(text("cli", "demo.started", lang, devices=len(city)))
        known_hosts = work / "known_hosts"
        known_hosts.write_text(city.known_hosts(), encoding="utf-8")
        inventory = Inventory(
            paths=(city_folder / "inventory", _addresses(work, city, devices, key)),
            vault_password_file=city_folder / "demo-vault-password.txt",
        )
        yield replace(settings, known_hosts=known_hosts), inventory


def _key_pair(work: Path) -> tuple[Path, str]:
    """Make a key for the emulated server: Ansible logs in with keys where no sshpass is installed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    private = Ed25519PrivateKey.generate()
    path = work / "id_ed25519"
    path.touch(mode=0o600)
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    return path, private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def _with_key(device: "EmulatedDevice", public: str) -> "EmulatedDevice":
    return replace(device, public_key=public) if device.exec_output is not None else device


def _addresses(work: Path, city: "City", devices: list["EmulatedDevice"], key: Path) -> Path:
    """Write the inventory that puts every emulated host on its loopback port."""
    lines = ["all:", "  hosts:"]
    for device in devices:
        lines += [f"    {device.name}:", "      ansible_host: 127.0.0.1", f"      ansible_port: {city[device.name]}"]
        if device.exec_output is not None:
            lines += [f"      ansible_user: {device.user}", f"      ansible_ssh_private_key_file: {key}"]
    path = work / "addresses.yml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
