"""How many sessions run at one time, and what is said of a run that was stopped, without any network."""

import threading
from collections import Counter
from pathlib import Path

import pytest

from infra_audit.collectors import network, network_device
from infra_audit.collectors.interface import Job, Options
from infra_audit.model.credentials import Credentials
from infra_audit.model.device import Device
from infra_audit.model.evidence import Collection
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason

PLATFORM = Platform("any", Path(), {"netmiko": "any", "sources": {}, "default_kind": "switch"})
CREDENTIALS = Credentials(host="127.0.0.1")


class Watch:
    """Observer that counts."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, Reason | None]] = []

    def started(self, device: str) -> None:
        """Nothing to do."""

    def finished(self, device: str, reason: Reason | None) -> None:
        self.ended.append((device, reason))


def job(name: str, *zones: str, platform: Platform = PLATFORM, credentials: Credentials | None = CREDENTIALS) -> Job:
    return Job(device=Device(id=name, zones=zones or None), platform=platform, credentials=credentials)


def options(tmp_path: Path, **values: int) -> Options:
    return Options(known_hosts=tmp_path / "known_hosts", **values)  # type: ignore[arg-type]


def test_no_zone_has_more_sessions_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    lock = threading.Lock()
    pause = threading.Event()

    def slow(_self: object, wanted: Job) -> Collection:
        zones = wanted.device.zones or ("none",)
        with lock:
            running.update([*zones, "all"])
            for zone in [*zones, "all"]:
                most[zone] = max(most[zone], running[zone])
        pause.wait(0.02)
        with lock:
            running.subtract([*zones, "all"])
        return Collection(device=wanted.device)

    monkeypatch.setattr(network_device.DeviceCollector, "collect", slow)
    jobs = [job(f"a{n}", "a") for n in range(8)] + [job(f"ab{n}", "a", "b") for n in range(4)] + [job("c")]
    bounds = options(tmp_path, max_sessions=6, max_sessions_per_zone=2)
    found = list(network.collect(jobs, bounds, Watch(), threading.Event()))
    assert sorted(c.device.id for c in found) == sorted(j.device.id for j in jobs)
    assert most["a"] <= 2
    assert most["b"] <= 2
    assert most["all"] <= 6


def test_an_error_nobody_foresaw_concerns_one_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_self: object, wanted: Job) -> Collection:
        if wanted.device.id == "bad":
            raise ZeroDivisionError
        return Collection(device=wanted.device)

    monkeypatch.setattr(network_device.DeviceCollector, "collect", breaks)
    found = {
        c.device.id: c
        for c in network.collect([job("bad"), job("good")], options(tmp_path), Watch(), threading.Event())
    }
    assert found["bad"].missing[0].reason == Reason("collect.failed", {"error": "ZeroDivisionError"})
    assert not found["good"].missing


def test_a_cancelled_run_names_every_device_that_had_not_ended(tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    found = list(network.collect([job("a"), job("b")], options(tmp_path), Watch(), cancel))
    assert {c.device.id: c.missing[0].reason.code for c in found} == {
        "a": "collect.cancelled",
        "b": "collect.cancelled",
    }


def test_ctrl_c_is_raised_after_what_had_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = threading.Event()
    original = network._Run.next_result

    def interrupted(self: network._Run) -> Collection | None:
        if not pressed.is_set():
            pressed.set()
            raise KeyboardInterrupt
        return original(self)

    monkeypatch.setattr(network._Run, "next_result", interrupted)
    monkeypatch.setattr(network_device.DeviceCollector, "collect", lambda _s, j: Collection(device=j.device))
    cancel = threading.Event()
    found: list[Collection] = []
    with pytest.raises(KeyboardInterrupt):
        found.extend(network.collect([job("a")], options(tmp_path), Watch(), cancel))
    assert cancel.is_set()


def test_nothing_to_do_is_nothing_found(tmp_path: Path) -> None:
    assert list(network.collect([], options(tmp_path), Watch(), threading.Event())) == []


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (job("a", platform=Platform("files", Path(), {"sources": {}})), "collect.no_driver"),
        (job("a", credentials=None), "collect.no_credentials"),
        (job("a", credentials=Credentials(host="")), "collect.no_credentials"),
    ],
)
def test_what_cannot_be_tried_says_why(wanted: Job, code: str, tmp_path: Path) -> None:
    (found,) = network.collect([wanted], options(tmp_path), Watch(), threading.Event())
    assert found.missing[0].reason.code == code
