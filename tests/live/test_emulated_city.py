"""The example city: every device gives what its table says, the faulty ones their fault."""

import threading
from pathlib import Path

import pytest

from infra_audit import catalogue, resources
from infra_audit.collectors import network
from infra_audit.collectors.interface import Job, Options
from infra_audit.model.credentials import Credentials
from infra_audit.model.device import Device
from infra_audit.model.evidence import Collection, Completeness
from infra_audit.model.reason import Reason
from infra_audit.testing import City, EmulatedDevice, emulated_city, load_devices

pytestmark = pytest.mark.live

USER, PASSWORD, ENABLE = "infra-audit", "Nagisawa-demo-net-2026", "Nagisawa-demo-enable-2026"
FAULTS = {
    "acc-sw-in2": {"collect.connection_refused"},
    "acc-sw-lg2": {"collect.refused"},
    "fw-suido1": {"collect.dropped"},
    "rtr-shobo1": {"collect.login_refused"},
}


class Nobody:
    """Observer that looks away."""

    def started(self, device: str) -> None:
        """Nothing to do."""

    def finished(self, device: str, reason: Reason | None) -> None:
        """Nothing to do."""


def job(city: City, emulated: EmulatedDevice) -> Job:
    platform = catalogue.platforms()[emulated.persona.platform]
    credentials = Credentials(
        host="127.0.0.1", port=city[emulated.name], user=USER, password=PASSWORD, become_password=ENABLE
    )
    return Job(device=Device(id=emulated.name, platform=platform.name), platform=platform, credentials=credentials)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[EmulatedDevice], dict[str, Collection]]:
    folder = resources.root("inventories") / "example-city" / "devices"
    devices = [d for d in load_devices(folder, catalogue.platforms()) if d.exec_output is None]
    known_hosts: Path = tmp_path_factory.mktemp("city") / "known_hosts"
    with emulated_city(devices) as city:
        known_hosts.write_text(city.known_hosts(), "utf-8")
        options = Options(known_hosts=known_hosts, command_timeout_seconds=30.0, max_sessions_per_zone=20)
        jobs = [job(city, d) for d in devices]
        found = {c.device.id: c for c in network.collect(jobs, options, Nobody(), threading.Event())}
    return devices, found


def test_the_faulty_ones_show_their_fault_and_no_other_does(
    collected: tuple[list[EmulatedDevice], dict[str, Collection]],
) -> None:
    _, found = collected
    missing = {name: {m.reason.code for m in c.missing} for name, c in found.items() if c.missing}
    assert missing == FAULTS


def test_every_text_comes_back_as_it_lies_in_the_folder(
    collected: tuple[list[EmulatedDevice], dict[str, Collection]],
) -> None:
    devices, found = collected
    for emulated in devices:
        if emulated.name in FAULTS:
            continue
        artifacts = {a.command: a for a in found[emulated.name].artifacts}
        assert set(artifacts) == set(emulated.answers)
        for command, text in emulated.answers.items():
            assert artifacts[command].data.decode(emulated.encoding) == text
            assert artifacts[command].complete is Completeness.YES


def test_a_configuration_that_was_cut_says_so(
    collected: tuple[list[EmulatedDevice], dict[str, Collection]],
) -> None:
    _, found = collected
    (artifact,) = found["fw-suido1"].artifacts
    assert (artifact.complete, artifact.complete_reason.code) == (Completeness.NO, "collect.cut")
