"""The texts of the example city: each belongs to a source of its platform, and no device lacks its configuration."""

from importlib.resources.abc import Traversable
from typing import Any

import pytest

from infra_audit import catalogue, resources, yamlfile
from infra_audit.errors import InputError
from infra_audit.testing import Behaviour, load_devices

FOLDER: Traversable = resources.root("inventories") / "example-city" / "devices"
ABOUT: dict[str, Any] = yamlfile.load(FOLDER / "behaviour.yaml")["devices"]
NETWORK = list(ABOUT)


def test_every_device_loads() -> None:
    devices = load_devices(FOLDER, catalogue.platforms())
    assert [d.name for d in devices] == sorted(ABOUT)
    assert {d.behaviour for d in devices} > {Behaviour.NORMAL, Behaviour.OFF, Behaviour.CUTS_OUTPUT}


@pytest.mark.parametrize("name", NETWORK)
def test_every_text_is_the_answer_of_a_source(name: str) -> None:
    platform = catalogue.platforms()[ABOUT[name]["platform"]]
    texts = {entry.name.removesuffix(".txt") for entry in (FOLDER / name).iterdir()}
    assert texts <= set(platform.sources), "a text that no source asks for would never be served"
    assert platform.main_source in texts


@pytest.mark.parametrize("name", NETWORK)
def test_texts_can_be_said_in_the_character_set_of_the_device(name: str) -> None:
    for entry in (FOLDER / name).iterdir():
        entry.read_text("utf-8").encode(ABOUT[name].get("encoding", "utf-8"))


def test_an_unknown_platform_is_an_error_with_its_place(tmp_path: Any) -> None:
    (tmp_path / "behaviour.yaml").write_text(
        "login: {user: u, password: p}\ndevices:\n  sw1: {platform: nothing}\n", "utf-8"
    )
    with pytest.raises(InputError) as caught:
        load_devices(tmp_path, catalogue.platforms())
    assert caught.value.fields["device"] == "sw1"
