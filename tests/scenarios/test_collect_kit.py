"""The kit for Tera Term: its macros, played against emulated devices, give logs that hold the same facts as a collection."""

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from infra_audit.texts import Language, text
from tests.conftest import ROOT
from tests.scenarios.cli import run
from tests.scenarios.teraterm import Person, TeraTerm, Terminal, play
from tests.unit.platforms import case as cases

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
    case = next(case for case in cases.cases() if case.parent.name == platform)
    sources = PLATFORMS[platform].sources
    texts = {name: "\n".join(lines) + "\n" for name, lines in cases.texts(case).items()}
    return {sources[name]["command"]: text for name, text in texts.items() if "command" in sources[name]}


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


def _kit(folder: Path, platform: str, lang: Language = "ja") -> Path:
    folder.mkdir(exist_ok=True)
    made = run(
        "collect", "--kit", "teraterm", "--platform", platform, "--host", "dev1", "--out", "kit", "--lang", lang,
        cwd=folder,
    )  # fmt: skip
    assert made.status == 0, made.err
    return folder / "kit"


@pytest.mark.parametrize("terminal", [Terminal(), Terminal(receive="cp932", log="cp932")], ids=["utf-8", "cp932"])
@pytest.mark.parametrize("platform", WITH_PERSONA)
def test_a_log_of_the_kit_holds_the_same_facts_as_a_collection(
    platform: str, terminal: Terminal, tmp_path: Path
) -> None:
    device = _device(platform, encoding=terminal.receive)
    lang: Language = "en" if terminal.log == "utf-8" else "ja"
    kit = _kit(tmp_path, platform, lang)
    person = Person("audit", PASSWORD, ENABLE)
    with emulated_city([device]) as city:
        play(kit / "dev1.ttl", person, terminal, {"dev1:22": city["dev1"]})
        received = city.received("dev1")
        collected = _collected(city, device, tmp_path / "known_hosts")
    log = kit / "logs" / "dev1.log"
    document = _from_log(log)
    assert document.facts.keys() - {"subject"}
    assert _told(document) == _told(collected)
    assert not [r for r in received if r.kind is Kind.REFUSED and r.text not in _optional(platform)]
    assert PASSWORD.encode() not in log.read_bytes()
    assert ENABLE.encode() not in log.read_bytes()
    assert person.shown[-1] == text("kit", "macro.done", lang, device="dev1")


def _optional(platform: str) -> set[str]:
    """Commands that the emulated device has no text for."""
    return {s["command"] for s in PLATFORMS[platform].sources.values() if s.get("optional") and "command" in s}


def _played(folder: Path, device: EmulatedDevice, person: Person, terminal: Terminal | None = None) -> Path:
    kit = _kit(folder, device.persona.platform)
    with emulated_city([device]) as city:
        play(kit / "dev1.ttl", person, terminal or Terminal(), {"dev1:22": city["dev1"]})
    return kit / "logs" / "dev1.log"


@pytest.mark.parametrize("platform", WITH_PERSONA)
def test_check_and_collect_take_the_log_as_it_is(platform: str, tmp_path: Path) -> None:
    """With the pager in the log, in the character set of a Japanese Windows, as a process of its own."""
    device = _device(platform, behaviour=Behaviour.PAGER)
    log = _played(tmp_path, device, Person("audit", PASSWORD, ENABLE), Terminal(log="cp932"))
    if "pager" in device.persona.data:
        words = device.persona.data["pager"]["more"].split("1-")[0].strip()
        assert words.encode() in log.read_bytes()
    checked = run("check", "kit/logs", "--format", "json", cwd=tmp_path)
    verdicts = [json.loads(line)["verdict"] for line in checked.out.splitlines()]
    assert checked.status in (0, 1, 3), checked.err
    assert "pass" in verdicts
    assert {json.loads(line)["subject"]["id"] for line in checked.out.splitlines()} == {"dev1"}
    collected = run("collect", "kit/logs", "--out", "out", "--id", "one", cwd=tmp_path)
    assert collected.status == 0, collected.err
    assert run("check", "out/snapshots/one", "--format", "json", cwd=tmp_path).out.count('"pass"') == verdicts.count(
        "pass"
    )


@pytest.mark.parametrize(
    ("platform", "behaviour"),
    [
        (WITH_PERSONA[0], Behaviour.SLOW),
        *((n, Behaviour.PAGER) for n in WITH_PERSONA if PLATFORMS[n].data["login"].get("commands")),
    ],
)
def test_a_pager_and_slow_answers_change_no_fact(platform: str, behaviour: Behaviour, tmp_path: Path) -> None:
    usual = _played(tmp_path / "usual", _device(platform), Person("audit", PASSWORD, ENABLE))
    odd = _played(tmp_path / "odd", _device(platform, behaviour=behaviour), Person("audit", PASSWORD, ENABLE))
    assert _told(_from_log(odd)) == _told(_from_log(usual))


def test_a_wrong_password_is_said_and_leaves_no_log(tmp_path: Path) -> None:
    person = Person("audit", "wrong", ENABLE)
    log = _played(tmp_path, _device(WITH_PERSONA[0]), person)
    assert person.shown[-1] == text("kit", "macro.not_connected", "ja", device="dev1")
    assert not log.exists()


def test_a_refused_privilege_is_said_and_nothing_more_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = next(name for name in WITH_PERSONA if "enable" in PLATFORMS[name].data["login"])
    person = Person("audit", PASSWORD, "wrong")
    log = _played(tmp_path, _device(platform), person)
    assert person.shown[-1] == text("kit", "macro.not_enabled", "ja", device="dev1")
    assert not [c for c in _answers(platform) if c.encode() in log.read_bytes()]


@pytest.mark.parametrize("user", ["two words", 'a"b'])
def test_a_user_name_that_would_break_the_options_is_refused_in_words(user: str, tmp_path: Path) -> None:
    person = Person(user, PASSWORD, ENABLE)
    log = _played(tmp_path, _device(WITH_PERSONA[0]), person)
    assert person.shown[-1] == text("kit", "macro.bad_user", "ja", device="dev1")
    assert not log.exists()


def test_a_window_that_is_connected_is_left_alone(tmp_path: Path) -> None:
    person = Person("audit", PASSWORD, ENABLE, links=2)
    log = _played(tmp_path, _device(WITH_PERSONA[0]), person)
    assert person.shown == [text("kit", "macro.connected_before", "ja", device="dev1")]
    assert not log.exists()


def test_a_macro_opened_from_a_window_connects_that_window(tmp_path: Path) -> None:
    person = Person("audit", PASSWORD, ENABLE, links=1)
    assert _played(tmp_path, _device(WITH_PERSONA[0]), person).exists()
    assert person.shown[-1] == text("kit", "macro.done", "ja", device="dev1")


def test_what_looks_like_the_prompt_ends_no_answer(tmp_path: Path) -> None:
    """The answer comes in pieces of 700 bytes. Lines of 8 bytes, shifted by 3 a block: one piece at least ends behind `dev1#`."""
    platform = next(name for name in WITH_PERSONA if PLATFORMS[name].data["login"].get("commands"))
    main, *others = [s["command"] for s in PLATFORMS[platform].sources.values() if "command" in s]
    answers = {main: ("dev1#a\n" * 100 + "x\n") * 16 + "last line\n", **dict.fromkeys(others, "short\n")}
    device = _device(platform, answers=answers, behaviour=Behaviour.SLOW)
    kit = _kit(tmp_path, platform)
    with emulated_city([device]) as city:
        played = play(kit / "dev1.ttl", Person("audit", PASSWORD, ENABLE), Terminal(), {"dev1:22": city["dev1"]})
    log = (kit / "logs" / "dev1.log").read_bytes()
    assert log.count(b"dev1#a\r\n") == 1600
    after = next(at for text, at in played.sent if text == f"{others[0]}\r")
    assert after > log.index(b"last line"), "the next command was sent into the answer"


def test_an_old_log_is_not_overwritten_unasked(tmp_path: Path) -> None:
    kit = _kit(tmp_path, WITH_PERSONA[0])
    log = kit / "logs" / "dev1.log"
    log.write_text("older", encoding="utf-8")
    person = Person("audit", PASSWORD, ENABLE, overwrite=False)
    play(kit / "dev1.ttl", person, Terminal(), {})
    assert log.read_text("utf-8") == "older"
    assert person.shown == [text("kit", "macro.overwrite", "ja", device="dev1")]


def test_the_kit_of_an_inventory(tmp_path: Path) -> None:
    made = run("collect", "--kit", "teraterm", "-i", INVENTORY, "--out", "kit", cwd=tmp_path)
    assert made.status == 3, "servers are not asked at a terminal"
    kit = tmp_path / "kit"
    manifest = json.loads((kit / "MANIFEST.json").read_text("utf-8"))
    assert {d["device"] for d in manifest["skipped"]} == {"audit-sv1", "kikan-sv1"}
    assert len(manifest["devices"]) == 15
    assert set(manifest["files"]) == {p.name for p in kit.iterdir() if p.is_file()} - {"MANIFEST.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((kit / name).read_bytes()).hexdigest() == digest
    assert not list((kit / "logs").iterdir()), "what lies there is read as a device"
    for entry in manifest["devices"]:
        macro = (kit / entry["macro"]).read_bytes()
        assert b"\r\n" in macro
        for sent in entry["sent"]:
            assert sent.encode() in macro
    readme = (kit / "README.txt").read_bytes().decode("utf-8-sig")
    assert "実行していません" in readme
    assert "not run in Tera Term" in readme


def test_the_same_inventory_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [_kit(tmp_path / name, WITH_PERSONA[0]) for name in ("a", "b")]
    one, two = ({p.name: p.read_bytes() for p in f.iterdir() if p.is_file()} for f in folders)
    assert one == two


@pytest.mark.parametrize("host", ["dev1 /f=evil.ini", "dev1'", "a\nb", '"', "-x", "", "dev1;x"])
def test_an_address_brings_no_options(host: str, tmp_path: Path) -> None:
    made = run(
        "collect", "--kit", "teraterm", "--platform", WITH_PERSONA[0], f"--host={host}", "--out", "kit", cwd=tmp_path
    )
    assert made.status in (2, 4)
    assert not (tmp_path / "kit").exists()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--kit", "teraterm", "--out", "kit"], 2),
        (["--kit", "teraterm", "--platform", WITH_PERSONA[0], "--host", "dev1"], 2),
        (["--kit", "teraterm", "--platform", "nobody", "--host", "dev1", "--out", "kit"], 2),
        (["--kit", "teraterm", "--platform", WITH_PERSONA[0], "--host", "dev1", "--out", "."], 4),
        (["--kit", "teraterm", "--platform", WITH_PERSONA[0], "--host", "dev1", "--out", "kit", "mine.txt"], 2),
        (["--print-commands", "mine.txt"], 2),
        (["--platform", WITH_PERSONA[0], "--host", "dev1"], 2),
    ],
)
def test_a_kit_that_cannot_be_made(arguments: list[str], status: int, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    made = run("collect", *arguments, cwd=tmp_path)
    assert made.status == status
    assert len(made.err.strip().splitlines()) <= 2
    assert {p.name for p in tmp_path.iterdir()} - {".cache"} == {"mine.txt"}


@given(st.text(max_size=60))
def test_a_string_constant_means_its_text(value: str) -> None:
    text_of = TeraTerm._value.__get__(TeraTerm.__new__(TeraTerm))
    if "\x00" not in value:
        assert text_of(teraterm.literal(value)) == value


def test_with_its_inventory_a_log_has_zones_and_kind(tmp_path: Path) -> None:
    """What the README of the kit says: logs are named as the devices of the inventory are."""
    made = run("collect", "--kit", "teraterm", "-i", INVENTORY, "--limit", "acc-sw-mn1", "--out", "kit", cwd=tmp_path)
    assert made.status == 0, made.err
    (entry,) = json.loads((tmp_path / "kit" / "MANIFEST.json").read_text("utf-8"))["devices"]
    device = _device(entry["platform"])
    with emulated_city([device]) as city:
        ports = {f"{entry['host']}:{entry['port']}": city["dev1"]}
        play(tmp_path / "kit" / entry["macro"], Person("audit", PASSWORD, ENABLE), Terminal(), ports)
    parsed = run("parse", "kit/logs", "-i", INVENTORY, "--format", "json", cwd=tmp_path)
    (document,) = map(json.loads, parsed.out.splitlines())
    subject = document["facts"]["subject"]
    assert (subject["id"], subject["kind"], subject["zones"]) == ("acc-sw-mn1", "switch", ["mynumber"])
