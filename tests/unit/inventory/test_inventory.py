"""Inventories as files beside what they must give: devices, or one error with its place."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra_audit.errors import InventoryError
from infra_audit.inventory.ansible import read, resolve
from infra_audit.inventory.variables import schema
from infra_audit.model.device import KINDS
from infra_audit.model.platform import Platform
from infra_audit.texts import LANGUAGES, hint, text

HERE = Path(__file__).parent
BROKEN = sorted(p.parent for p in (HERE / "broken").glob("*/expected.json"))
GOOD = sorted(p.parent for p in (HERE / "good").glob("*/expected.json"))
PLATFORMS = {
    "cisco_ios": Platform("cisco_ios", HERE, {"aliases": ["cisco.ios.ios"]}),
    "linux": Platform("linux", HERE, {}),
}


def _expected(case: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    return data


def _vault(case: Path, expected: Mapping[str, Any]) -> dict[str, Any]:
    file = expected.get("vault_password_file")
    return {"vault_password_file": case / file if file else None, "vault_ids": tuple(expected.get("vault_ids", ()))}


def _use(inventory: Path, *, resolving: bool, **vault: Any) -> None:
    devices = read(inventory, platforms=PLATFORMS, **vault)
    if resolving:
        resolve(inventory, devices, **vault)


@pytest.mark.parametrize("case", BROKEN, ids=lambda p: p.name)
def test_a_broken_inventory_names_its_place_and_what_to_write(case: Path) -> None:
    expected = _expected(case)
    inventory = case / "inventory"
    with pytest.raises(InventoryError) as caught:
        _use(inventory, resolving=expected.get("resolve", False), **_vault(case, expected))
    error = caught.value
    raw = json.dumps({"inventory": "{inventory}", **expected["fields"]})
    fields = json.loads(raw.replace("{inventory}", str(inventory)).replace("{case}", str(case)))
    assert error.fields == {name: value for name, value in fields.items() if name in error.fields}
    assert set(expected["fields"]) <= set(error.fields)
    assert (error.code, error.exit_code) == (expected["code"], 4)
    for lang in LANGUAGES:
        for shown in (text("errors", error.code, lang, **error.fields), hint(error.code, lang, **error.fields)):
            assert shown
            assert "{" not in shown.replace("{{", ""), "a place of the text was not filled"


@pytest.mark.parametrize("case", GOOD, ids=lambda p: p.name)
def test_devices_of_an_inventory(case: Path) -> None:
    expected = _expected(case)
    paths = [case / name for name in expected["paths"]]
    common = {"allow_login_writes": False, "source": "inventory", "place": str(paths[0])}
    devices = [device.to_json() for device in read(paths, platforms=PLATFORMS)]
    assert devices == [{**common, **device} for device in expected["devices"]]


def test_reading_twice_gives_the_same() -> None:
    paths = [GOOD[0] / name for name in _expected(GOOD[0])["paths"]]
    assert read(paths, platforms=PLATFORMS) == read(paths, platforms=PLATFORMS)


def test_kinds_of_schema_and_model_agree() -> None:
    assert tuple(schema()["properties"]["infra_audit_kind"]["enum"]) == KINDS


def test_every_variable_says_what_to_write() -> None:
    assert all(name in about["x-write"] for name, about in schema()["properties"].items())
