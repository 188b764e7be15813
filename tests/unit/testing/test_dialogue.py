"""The dialogue of an emulated device: what it answers, and that it records and refuses whatever is not listed."""

import pytest

from infra_audit import catalogue
from infra_audit.errors import PlatformError
from infra_audit.testing import Behaviour, EmulatedDevice, Kind
from infra_audit.testing import load as load_persona
from infra_audit.testing.dialogue import Dialogue, Then

PERSONAS = {
    name: load_persona(platform.folder)
    for name, platform in catalogue.platforms().items()
    if (platform.folder / "persona.yaml").is_file()
}


def talk(typed: str, platform: str, behaviour: Behaviour = Behaviour.NORMAL) -> tuple[str, list[tuple[Kind, str]]]:
    record: list[tuple[Kind, str]] = []
    device = EmulatedDevice(
        name="dev",
        persona=PERSONAS[platform],
        answers={"show it": "it\n"},
        enable_password="e",
        behaviour=behaviour,
    )
    dialogue = Dialogue(device, lambda kind, text: record.append((kind, text)), drops=False)
    return "".join(reply.text for reply in dialogue.feed(typed)), record


@pytest.mark.parametrize("platform", PERSONAS)
@pytest.mark.parametrize("command", ["configure terminal", "config system console", "set output standard", "reload"])
def test_what_is_not_listed_is_refused_and_recorded(platform: str, command: str) -> None:
    text, record = talk(f"{command}\n", platform)
    assert record == [(Kind.REFUSED, command)]
    assert PERSONAS[platform].data["refused"] in text


@pytest.mark.parametrize("platform", PERSONAS)
def test_a_password_is_never_in_the_record(platform: str) -> None:
    enable = PERSONAS[platform].data.get("enable")
    if enable is None:
        return
    text, record = talk(f"{enable['command']}\nHimitsu\n", platform)
    assert record == [(Kind.ENABLE, enable["command"]), (Kind.SECRET, "")]
    assert "Himitsu" not in text


@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n"])
def test_any_end_of_line_is_one_line(newline: str) -> None:
    platform = min(PERSONAS)
    _, record = talk(f"show it{newline}show  it {newline}", platform)
    assert record == [(Kind.SHOW, "show it")] * 2


def test_the_record_of_a_platform_lists_its_session_commands() -> None:
    for name, persona in PERSONAS.items():
        allowed = catalogue.platforms()[name].data["login"].get("commands", [])
        assert set(persona.data.get("session_commands", {})) == set(allowed), name


def test_logout_closes() -> None:
    platform = min(PERSONAS)
    device = EmulatedDevice(name="dev", persona=PERSONAS[platform], answers={})
    (reply,) = Dialogue(device, lambda _kind, _text: None, drops=False).feed("exit\n")
    assert reply.then is Then.CLOSE


def test_a_folder_without_persona_is_an_error_of_its_author() -> None:
    folder = catalogue.platforms()[min(PERSONAS)].folder
    with pytest.raises(PlatformError):
        load_persona(folder / "nothing")
