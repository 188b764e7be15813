"""The kit for Tera Term: its macros, played against emulated devices, give logs that hold the same facts as a collection."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue, resources
from infra_audit.collectors import network, teraterm
from infra_audit.collectors.interface import Job, Options
from infra_audit.config import Known, Settings
from infra_audit.model.credentials import Credentials
from infra_audit.model.device import Device
from infra_audit.model.facts import FactsDocument
from infra_audit.pipeline import Audit
from infra_audit.testing import Behaviour, City, EmulatedDevice, Kind, emulated_city, load_devices
from infra_audit.testing import load as load_persona
from tests.conftest import ROOT
from tests.scenarios.cli import run
from tests.scenarios.teraterm import Person, Terminal, play

pytestmark = pytest.mark.live

PASSWORD = 'Hidden "login" 0417'
ENABLE = "Hidden-enable-0417"
PLATFORMS = catalogue.platforms()
WITH_PERSONA = sorted(
    name for name, p in PLATFORMS.items() if teraterm.possible(p) and (p.folder / "persona.yaml").is_file()
)
INVENTORY = ROOT / "inventories" / "example-city" / "inventory"


class Nobody:
    """Observer that looks away."""

    def started(self, device: str) -> None:
        """Nothing to do."""

    def finished(self, device: str, reason: object) -> None:
        """Nothing to do."""


def _answers(platform: str) -> dict[str, str]:
    """Return texts for the sources of a platform: of a device of the example city, else of the first case."""
    folder = resources.root("inventories") / "example-city" / "devices"
    for device in load_devices(folder, PLATFORMS):
        if device.persona.platform == platform and device.behaviour is Behaviour.NORMAL:
            return dict(device.answers)
    cases = sorted(p for p in (ROOT / "tests" / "unit" / "platforms" / platform).iterdir() if p.is_dir())
    sources = PLATFORMS[platform].sources
    texts = {name: cases[0] / f"{name}.txt" for name, source in sources.items() if "command" in source}
    return {sources[name]["command"]: path.read_text("utf-8") for name, path in texts.items() if path.is_file()}


def _device(platform: str, **fields: Any) -> EmulatedDevice:
    values = {"answers": _answers(platform), "user": "audit", "password": PASSWORD, "enable_password": ENABLE, **fields}
    return EmulatedDevice(name="dev1", hostname="dev1", persona=load_persona(PLATFORMS[platform].folder), **values)


def _collected(city: City, device: EmulatedDevice, known_hosts: Path) -> FactsDocument:
    """Return the facts by way of the collector of network devices."""
    platform = PLATFORMS[device.persona.platform]
    credentials = Credentials(
        host="127.0.0.1", port=city["dev1"], user="audit", password=PASSWORD, become_password=ENABLE
    )
    job = Job(device=Device(id="dev1", platform=platform.name), platform=platform, credentials=credentials)
    options = Options(known_hosts=known_hosts, record_first_use=True, command_timeout_seconds=20.0)
    (collection,) = network.collect([job], options, Nobody(), threading.Event())
    audit = Audit(Settings())
    return next(iter(audit.documents([audit.prepare(collection)])))


def _from_log(log: Path) -> FactsDocument:
    audit = Audit(Settings())
    return next(iter(audit.documents(audit.read([log], Known()))))


def _told(document: FactsDocument) -> dict[str, Any]:
    """Return all facts but what names the file."""
    subject = {k: v for k, v in document.subject.items() if k != "id"}
    return {**document.facts, "subject": subject}


def _kit(folder: Path, platform: str, lang: str = "ja") -> Path:
    made = run(
        "collect", "--kit", "teraterm", "--platform", platform, "--host", "dev1", "--out", "kit", "--lang", lang,
        cwd=folder,
    )  # fmt: skip
    assert made.status == 0, made.err
    return folder / "kit"


@pytest.fixture
def shorter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody waits two minutes for a device that is known not to answer."""
    yield


@pytest.mark.parametrize("terminal", [Terminal(), Terminal(log="cp932"), Terminal(receive="cp932", log="cp932")], ids=str)
@pytest.mark.parametrize("platform", WITH_PERSONA)
def test_a_log_of_the_kit_holds_the_same_facts_as_a_collection(
    platform: str, terminal: Terminal, tmp_path: Path
) -> None:
    device = _device(platform, encoding=terminal.receive)
    lang = "en" if terminal.log == "utf-8" else "ja"
    kit = _kit(tmp_path, platform, lang)
    person = Person("audit", PASSWORD, ENABLE)
    with emulated_city([device]) as city:
        play(kit / "dev1.ttl", person, terminal, encoding=teraterm.encoding(lang), port_of={"dev1:22": city["dev1"]})
        received = city.received("dev1")
        collected = _collected(city, device, tmp_path / "known_hosts")
    log = kit / "logs" / "dev1.log"
    document = _from_log(log)
    assert document.facts.keys() - {"subject"}
    assert _told(document) == _told(collected)
    assert not [r for r in received if r.kind is Kind.REFUSED and r.text not in _optional(platform)]
    assert PASSWORD.encode() not in log.read_bytes()
    assert ENABLE.encode() not in log.read_bytes()
    assert person.shown[-1].startswith("dev1")
    assert len([s for s in person.shown if "dev1" in s]) == len(person.shown)


def _optional(platform: str) -> set[str]:
    """Commands that the emulated device has no text for."""
    return {s["command"] for s in PLATFORMS[platform].sources.values() if s.get("optional") and "command" in s}
