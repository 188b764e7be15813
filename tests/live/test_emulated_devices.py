"""The collector of network devices against emulated ones: the real drivers over real SSH on loopback."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.collectors import network
from infra_audit.collectors.interface import Job, Options
from infra_audit.model.credentials import Credentials
from infra_audit.model.device import Device
from infra_audit.model.evidence import Collection, Completeness
from infra_audit.model.reason import Reason
from infra_audit.testing import Behaviour, City, EmulatedDevice, Kind, emulated_city
from infra_audit.testing import load as load_persona

pytestmark = pytest.mark.live

PASSWORD = "Hidden-Login-0417"
ENABLE = "Hidden-Enable-0417"
HANG_GUARD_SECONDS = 20.0
WITH_PERSONA = sorted(
    name for name, p in catalogue.platforms().items() if "netmiko" in p.data and (p.folder / "persona.yaml").is_file()
)
LOGINS = {name: catalogue.platforms()[name].data["login"] for name in WITH_PERSONA}
WRITING = [name for name, login in LOGINS.items() if login["writes"] and not login.get("replaced")]
"""Platforms whose driver writes at login when the operator lets it."""
NEVER_WRITING = [name for name, login in LOGINS.items() if login["writes"] and login.get("replaced")]
"""Platforms whose driver would write, and is not used for the login whatever the operator permits."""
MAIN_TEXT = "".join(f"section {n}\n  description 庁舎 {n} -> dev#1 is not a prompt\n   value {n}\n" for n in range(60))


class Watch:
    """Observer that remembers."""

    def __init__(self) -> None:
        self.ended: dict[str, Reason | None] = {}
        self.running = 0
        self.most = 0
        self._lock = threading.Lock()

    def started(self, device: str) -> None:
        with self._lock:
            self.ended.pop(device, None)
            self.running += 1
            self.most = max(self.most, self.running)

    def finished(self, device: str, reason: Reason | None) -> None:
        with self._lock:
            self.running -= 1
            self.ended[device] = reason


def device(name: str, platform: str = "cisco_ios", **fields: Any) -> EmulatedDevice:
    about = catalogue.platforms()[platform]
    answers = {
        source["command"]: MAIN_TEXT if source.get("main") else f"answer of {name}\n"
        for source in about.sources.values()
        if "command" in source
    }
    values = {"answers": answers, "user": "audit", "password": PASSWORD, "enable_password": ENABLE, **fields}
    return EmulatedDevice(name=name, persona=load_persona(about.folder), **values)


def job(city: City, emulated: EmulatedDevice, **fields: Any) -> Job:
    platform = catalogue.platforms()[emulated.persona.platform]
    credentials = Credentials(
        host="127.0.0.1", port=city[emulated.name], user="audit", password=PASSWORD, become_password=ENABLE
    )
    return Job(
        device=Device(id=emulated.name, platform=platform.name, zones=fields.pop("zones", ("lgwan",)), **fields),
        platform=platform,
        credentials=credentials,
    )


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(
        known_hosts=tmp_path / "known_hosts",
        record_first_use=True,
        connect_timeout_seconds=3.0,
        command_timeout_seconds=2.0,
        max_sessions=50,
        max_sessions_per_zone=50,
    )


def run(
    devices: Sequence[EmulatedDevice], options: Options, watch: Watch | None = None
) -> tuple[dict[str, Collection], City]:
    with emulated_city(devices) as city:
        jobs = [job(city, d) for d in devices]
        found = {c.device.id: c for c in network.collect(jobs, options, watch or Watch(), threading.Event())}
    assert set(found) == {d.name for d in devices}
    return found, city


def only_reason(collection: Collection) -> str:
    assert not collection.artifacts
    assert [m.source for m in collection.missing] == [None]
    return collection.missing[0].reason.code


@pytest.mark.parametrize("behaviour", [Behaviour.NORMAL, Behaviour.PAGER, Behaviour.SLOW])
@pytest.mark.parametrize("platform", WITH_PERSONA)
def test_the_text_of_the_device_comes_back_exactly(platform: str, behaviour: Behaviour, options: Options) -> None:
    emulated = device("dev1", platform, behaviour=behaviour, hostname="dev")
    found, _ = run([emulated], options)
    collection = found["dev1"]
    assert not collection.missing
    for artifact in collection.artifacts:
        assert artifact.command is not None
        assert artifact.data.decode("utf-8") == emulated.answers[artifact.command]
        assert artifact.complete is Completeness.YES
        assert artifact.complete_reason == Reason("collect.prompt_returned")
    assert [a.source for a in collection.artifacts] == list(catalogue.platforms()[platform].sources)


@pytest.mark.parametrize("platform", WITH_PERSONA)
def test_nothing_is_sent_but_what_only_reads(platform: str, options: Options) -> None:
    """Law 4, against the record of the device: every line it got is on a list, and none was refused."""
    emulated = device("dev1", platform)
    _, city = run([emulated], options)
    about = catalogue.platforms()[platform]
    shown = {s["command"] for s in about.sources.values() if "command" in s}
    allowed = {
        Kind.SHOW: shown,
        Kind.SESSION: set(about.data["login"].get("commands", ())),
        Kind.ENABLE: {about.data["login"].get("enable")},
        Kind.SECRET: {""},
        Kind.EMPTY: {""},
        Kind.PAGER: {about.data["login"].get("pager", {}).get("answer")},
        Kind.LOGOUT: set(emulated.persona.data["logout"]),
    }
    received = city.received("dev1")
    assert {r.text for r in received if r.kind is Kind.SHOW} == shown
    for line in received:
        assert line.kind in allowed, line
        assert line.text in allowed[line.kind], line


@pytest.mark.parametrize("platform", WRITING)
def test_only_the_operator_lets_a_driver_write_at_login(platform: str, options: Options) -> None:
    """The counter-proof of law 4: with the permission, the record holds what the driver writes."""
    emulated = device("dev1", platform)
    with emulated_city([emulated]) as city:
        permitted = job(city, emulated, allow_login_writes=True)
        list(network.collect([permitted], options, Watch(), threading.Event()))
        assert [r for r in city.received("dev1") if r.kind is Kind.REFUSED]


@pytest.mark.parametrize("platform", NEVER_WRITING)
def test_a_driver_that_is_replaced_writes_nothing_even_with_permission(platform: str, options: Options) -> None:
    emulated = device("dev1", platform)
    with emulated_city([emulated]) as city:
        (found,) = network.collect([job(city, emulated, allow_login_writes=True)], options, Watch(), threading.Event())
        assert found.artifacts
        assert not [r for r in city.received("dev1") if r.kind is Kind.REFUSED]


def test_text_in_another_character_set_comes_back_as_its_bytes(options: Options) -> None:
    emulated = device("dev1", WITH_PERSONA[-1], encoding="cp932")
    found, _ = run([emulated], options)
    main = catalogue.platforms()[WITH_PERSONA[-1]].main_source
    data = next(a.data for a in found["dev1"].artifacts if a.source == main)
    assert data == MAIN_TEXT.encode("cp932")


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Behaviour.OFF, "collect.connection_refused"),
        (Behaviour.SILENT, "collect.timeout"),
        (Behaviour.WRONG_PASSWORD, "collect.login_refused"),
        (Behaviour.WRONG_ENABLE, "collect.enable_refused"),
        (Behaviour.HANGS_AT_LOGIN, "collect.prompt_not_found"),
        (Behaviour.NO_COMMON_ALGORITHM, "collect.no_common_algorithm"),
    ],
)
def test_each_fault_has_its_reason(behaviour: Behaviour, code: str, options: Options) -> None:
    watch = Watch()
    found, _ = run([device("dev1", behaviour=behaviour)], options, watch)
    assert only_reason(found["dev1"]) == code
    assert watch.ended["dev1"] == Reason(code)


def test_a_refused_command_is_not_an_empty_configuration(options: Options) -> None:
    found, _ = run([device("dev1", behaviour=Behaviour.REFUSES_SHOW)], options)
    about = catalogue.platforms()["cisco_ios"]
    assert not found["dev1"].artifacts
    refused = {m.source: m.reason.code for m in found["dev1"].missing}
    assert refused == {n: "collect.refused" for n, s in about.sources.items() if not s.get("optional")}


def test_a_cut_answer_is_kept_and_never_complete(options: Options) -> None:
    found, city = run([device("dev1", behaviour=Behaviour.CUTS_OUTPUT)], options)
    main = catalogue.platforms()["cisco_ios"].main_source
    artifact = next(a for a in found["dev1"].artifacts if a.source == main)
    assert artifact.complete is Completeness.NO
    assert artifact.complete_reason == Reason("collect.cut")
    assert MAIN_TEXT.encode().startswith(artifact.data)
    assert {m.reason.code for m in found["dev1"].missing} == {"collect.dropped"}
    assert city.sessions("dev1") == 2, "a dropped session is tried once more, and only once"


def test_a_session_dropped_once_is_tried_again(options: Options) -> None:
    found, city = run([device("dev1", behaviour=Behaviour.DROPS_ONCE)], options)
    assert not found["dev1"].missing
    assert all(a.complete is Completeness.YES for a in found["dev1"].artifacts)
    assert city.sessions("dev1") == 2


def test_a_command_without_answer_times_out(options: Options) -> None:
    found, city = run([device("dev1", behaviour=Behaviour.HANGS)], options)
    assert {m.reason.code for m in found["dev1"].missing} == {"collect.timeout"}
    assert city.sessions("dev1") == 1, "only a dropped session is tried again"


def test_a_key_is_recorded_at_first_use_and_refused_when_it_changed(options: Options) -> None:
    assert options.known_hosts is not None
    found, city = run([device("dev1")], options)
    assert not found["dev1"].missing
    recorded = options.known_hosts.read_text("utf-8")
    assert recorded == city.known_hosts()
    again = device("dev1", port=city["dev1"])
    found, _ = run([again], options)
    assert only_reason(found["dev1"]) == "collect.host_key_changed"
    assert options.known_hosts.read_text("utf-8") == recorded


def test_a_changed_key_is_never_overwritten(options: Options) -> None:
    assert options.known_hosts is not None
    emulated = device("dev1", behaviour=Behaviour.CHANGED_KEY)
    with emulated_city([emulated]) as city:
        options.known_hosts.write_text(city.known_hosts(), "utf-8")
        (found,) = network.collect([job(city, emulated)], options, Watch(), threading.Event())
        assert options.known_hosts.read_text("utf-8") == city.known_hosts()
    assert only_reason(found) == "collect.host_key_changed"
    assert not city.received("dev1")


def test_an_unknown_key_is_refused_unless_the_operator_asked_to_record_it(options: Options) -> None:
    options = replace(options, record_first_use=False)
    found, _ = run([device("dev1")], options)
    assert only_reason(found["dev1"]) == "collect.host_key_unknown"
    assert options.known_hosts is not None
    assert not options.known_hosts.exists()


def test_fifty_devices_within_the_limit_of_a_zone(options: Options) -> None:
    devices = [device(f"dev{n}", WITH_PERSONA[n % len(WITH_PERSONA)]) for n in range(50)]
    watch = Watch()
    found, _ = run(devices, replace(options, max_sessions_per_zone=8, connect_timeout_seconds=20.0), watch)
    assert [c.device.id for c in found.values() if c.missing] == []
    assert watch.most <= 8


def test_cancel_ends_the_run_and_keeps_what_was_finished(options: Options) -> None:
    devices = [device("good"), *(device(f"hang{n}", behaviour=Behaviour.HANGS) for n in range(4)), device("late")]
    options = replace(options, command_timeout_seconds=600.0, max_sessions=5)
    cancel = threading.Event()
    found: dict[str, Collection] = {}
    with emulated_city(devices) as city:
        results = network.collect([job(city, d) for d in devices], options, Watch(), cancel)
        first = next(results)
        found[first.device.id] = first
        late = next(results)
        found[late.device.id] = late
        began = time.monotonic()
        cancel.set()
        found |= {c.device.id: c for c in results}
        assert time.monotonic() - began < HANG_GUARD_SECONDS
    assert {n for n, c in found.items() if c.artifacts} == {"good", "late"}
    assert {only_reason(c) for n, c in found.items() if n.startswith("hang")} == {"collect.cancelled"}


def test_secrets_show_nowhere(
    options: Options, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(1)
    faults = [
        Behaviour.NORMAL,
        Behaviour.WRONG_PASSWORD,
        Behaviour.WRONG_ENABLE,
        Behaviour.HANGS,
        Behaviour.CUTS_OUTPUT,
    ]
    devices = [device(f"dev{n}", behaviour=b) for n, b in enumerate(faults)]
    with emulated_city(devices) as city:
        jobs = [job(city, d) for d in devices]
        found = list(network.collect(jobs, options, Watch(), threading.Event()))
        record = repr([city.received(d.name) for d in devices])
    told = caplog.text + "".join(capfd.readouterr()) + record + repr(jobs) + repr(devices)
    told += repr([c.missing for c in found])
    assert PASSWORD not in told
    assert ENABLE not in told
    assert "value 59" not in caplog.text, "the text of a configuration is not logged"


def test_a_server_answers_one_request_without_a_terminal() -> None:
    import paramiko

    from infra_audit.testing.folder import SERVER

    server = EmulatedDevice(name="sv1", persona=SERVER, answers={}, password=PASSWORD, exec_output="#infra-audit\n")
    with emulated_city([server]) as city, paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect("127.0.0.1", city["sv1"], "audit", PASSWORD, allow_agent=False, look_for_keys=False)
        _, out, _ = client.exec_command("sh -c gather")
        assert out.read() == b"#infra-audit\n"
        assert out.channel.recv_exit_status() == 0
        assert [(r.kind, r.text) for r in city.received("sv1")] == [(Kind.SHOW, "sh -c gather")]
