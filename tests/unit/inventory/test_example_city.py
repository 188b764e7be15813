"""The inventory of the example city is what the demo and the documentation say of it."""

import json
from collections import Counter
from pathlib import Path

import jsonschema_rs

from infra_audit import resources, yamlfile
from infra_audit.inventory.ansible import read, resolve
from infra_audit.model.platform import Platform

CITY = Path(str(resources.root("inventories"))) / "example-city"
PASSWORD = CITY / "demo-vault-password.txt"
PLATFORMS = {
    name: Platform(name, CITY, {"aliases": aliases})
    for name, aliases in {
        "cisco_ios": ["cisco.ios.ios"], "fortinet": ["fortinet.fortios.fortios"], "yamaha": [], "linux": [],
    }.items()
}  # fmt: skip


def test_devices_and_credentials() -> None:
    devices = {d.id: d for d in read(CITY / "inventory", platforms=PLATFORMS)}
    kinds = Counter(d.kind for d in devices.values())
    assert kinds["linux-server"] == 2
    assert kinds["switch"] + kinds["router"] + kinds["firewall"] >= 12
    zones = tuple(zone["id"] for zone in yamlfile.load(CITY / "zones.yaml")["zones"])
    assert [d.id for d in devices.values() if d.zones == zones[:3]] == ["core-sw1", "fw1"]
    assert all(set(d.zones or ()) <= set(zones) and d.zones for d in devices.values())
    assert all(d.site and d.roles and d.location and d.commissioned_on and d.importance for d in devices.values())
    assert devices["audit-sv1"].connection == "local"
    network = [d for d in devices.values() if d.kind != "linux-server"]
    credentials = resolve(CITY / "inventory", network, vault_password_file=PASSWORD)
    behaviour = yamlfile.load(CITY / "devices" / "behaviour.yaml")["login"]
    assert {(c.user, c.password, c.become_password) for c in credentials.values()} == {
        (behaviour["user"], behaviour["password"], behaviour["enable_password"])
    }


def test_zones_are_valid() -> None:
    schema = json.loads((resources.root("schemas") / "zones.schema.json").read_text("utf-8"))
    jsonschema_rs.validator_for(schema).validate(yamlfile.load(CITY / "zones.yaml"))


def test_secrets_stand_in_the_vault_only() -> None:
    login = yamlfile.load(CITY / "devices" / "behaviour.yaml")["login"]
    for path in (CITY / "inventory").rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert login["password"] not in text
        assert login["enable_password"] not in text
