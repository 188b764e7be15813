"""The terminal against the dialogue of an emulated device, without a network: any text, any pieces, any page size."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.collectors.network_errors import CollectError
from infra_audit.collectors.network_terminal import Ended, Terminal
from infra_audit.testing.device import Behaviour, EmulatedDevice, Kind
from infra_audit.testing.dialogue import Dialogue, Then
from infra_audit.testing.persona import Persona

COMMAND = "show everything"
LOGIN = {"writes": True, "prompt": r"[\w-]+[>#]", "pager": {"more": "--More--", "answer": " "}}
PERSONA: Mapping[str, Any] = {
    "platform": "any",
    "prompts": {"first": "dev> ", "privileged": "dev# "},
    "enable": {"command": "enable", "ask": "Password: ", "denied": "denied\n"},
    "session_commands": {"terminal length 0": ""},
    "logout": ["exit"],
    "refused": "% no such command\n",
    "pager": {"more": "--More-- ", "lines": 3, "erase": "\r         \r"},
}


class Line:
    """A channel whose other end is a dialogue; time passes only while somebody sleeps."""

    def __init__(self, device: EmulatedDevice, pieces: int, *, drops: bool = False) -> None:
        self.now = 0.0
        self.sent: list[str] = []
        self.record: list[tuple[Kind, str]] = []
        self._pieces = pieces
        self._waiting = ""
        self._open = True
        self._hangs = False
        self._dialogue = Dialogue(device, lambda kind, text: self.record.append((kind, text)), drops=drops)
        self._say(self._dialogue.greet().text, device.encoding)
        self._encoding = device.encoding

    def _say(self, text: str, encoding: str) -> None:
        self._waiting += text.replace("\n", "\r\n").encode(encoding).decode("latin-1")

    def write(self, text: str) -> None:
        self.sent.append(text)
        if self._hangs:
            return
        for reply in self._dialogue.feed(text):
            self._say(reply.text, self._encoding)
            self._open = self._open and reply.then is not Then.CLOSE
            self._hangs = self._hangs or reply.then is Then.HANG

    def read(self) -> str:
        piece, self._waiting = self._waiting[: self._pieces], self._waiting[self._pieces :]
        if not piece and not self._open:
            raise EOFError
        return piece

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def connect(text: str, pieces: int = 1000, *, drops: bool = False, **fields: Any) -> tuple[Terminal, Line]:
    persona = Persona(
        {
            **PERSONA,
            "prompts": dict(PERSONA["prompts"]),
            "pager": {**PERSONA["pager"], "lines": fields.pop("page", 3)},
        }
    )
    device = EmulatedDevice(
        name="dev", persona=persona, answers={COMMAND: text}, enable_password=fields.pop("secret", "s"), **fields
    )
    line = Line(device, pieces, drops=drops)
    terminal = Terminal(
        line, LOGIN, newline="\n", login_timeout=5, command_timeout=5, clock=lambda: line.now, sleep=line.sleep
    )
    return terminal, line


lines = st.lists(
    st.text(alphabet="ab #>dev-\\^C\t 庁舎ソ表", max_size=12).filter(lambda s: not s.lstrip().startswith("--More--")),
    max_size=12,
)


@given(lines=lines, pieces=st.integers(1, 60), page=st.integers(2, 9))
@settings(max_examples=150, deadline=None)
def test_every_text_comes_back_whatever_the_pieces_and_pages(lines: list[str], pieces: int, page: int) -> None:
    text = "".join(f"{line}\n" for line in lines)
    terminal, _ = connect(text, pieces, page=page)
    terminal.find_prompt(press=False)
    answer = terminal.ask(COMMAND)
    assert answer.ended is Ended.PROMPT
    assert answer.data.decode("utf-8") == text


def test_the_prompt_inside_a_text_does_not_end_it() -> None:
    text = "description to dev# port 1\ndev# is not alone\n dev#\nend\n"
    terminal, _ = connect(text, pieces=5, page=50)
    terminal.find_prompt(press=False)
    assert terminal.ask(COMMAND).data.decode() == text


def test_a_prompt_still_on_its_way_is_not_the_end_of_the_next_answer() -> None:
    terminal, line = connect("one\n", page=50)
    terminal.find_prompt(press=False)
    line._waiting = "\r\ndev> \r\ndev> "
    line.write("\n")
    assert terminal.ask(COMMAND).data == b"one\n"


def test_a_device_that_does_not_repeat_the_command_proves_nothing() -> None:
    terminal, line = connect("one\n")
    terminal.find_prompt(press=False)
    line._hangs = True
    line._waiting = "\r\ndev> "
    answer = terminal.ask(COMMAND)
    assert (answer.ended, answer.data) == (Ended.SILENT, b"")


def test_a_prompt_without_a_name_is_told_from_a_line_that_begins_like_it() -> None:
    text = "# RTX1220 Rev.15\n# \n#\nlogin timer 300\n"
    terminal, line = connect(text, pieces=1, page=50)
    line._dialogue._persona["prompts"].update(first="> ", privileged="# ")
    line._waiting = ""
    terminal = Terminal(
        line,
        {**LOGIN, "prompt": r"[\w-]*[>#]"},
        newline="\n",
        login_timeout=5,
        command_timeout=5,
        clock=lambda: line.now,
        sleep=line.sleep,
    )
    terminal.find_prompt()
    terminal.enable("enable", "s")
    assert terminal.prompt == "#"
    assert terminal.ask(COMMAND).data.decode() == text


def test_indentation_after_the_pager_is_kept() -> None:
    text = "".join(f"{' ' * (n % 9)}line {n}\n" for n in range(20))
    terminal, line = connect(text, page=2)
    terminal.find_prompt(press=False)
    assert terminal.ask(COMMAND).data.decode() == text
    assert [t for k, t in line.record if k is Kind.PAGER] == [" "] * 9


def test_the_privileged_mode_is_entered_once() -> None:
    terminal, line = connect("")
    terminal.find_prompt(press=False)
    terminal.enable("enable", "s")
    terminal.enable("enable", "s")
    assert terminal.prompt == "dev#"
    assert [k for k, _ in line.record] == [Kind.ENABLE, Kind.SECRET]


def test_a_wrong_password_of_the_privileged_mode_is_a_reason() -> None:
    terminal, _ = connect("")
    terminal.find_prompt(press=False)
    with pytest.raises(CollectError) as caught:
        terminal.enable("enable", "wrong")
    assert caught.value.reason.code == "collect.enable_refused"


def test_no_prompt_is_a_reason_after_one_empty_line() -> None:
    terminal, line = connect("", behaviour=Behaviour.HANGS_AT_LOGIN)
    line._hangs = True
    with pytest.raises(CollectError) as caught:
        terminal.find_prompt(press=False)
    assert caught.value.reason.code == "collect.prompt_not_found"
    assert line.sent == ["\n"]


def test_a_dropped_answer_gives_what_came_before() -> None:
    text = "".join(f"line {n}\n" for n in range(40))
    terminal, _ = connect(text, page=100, drops=True)
    terminal.find_prompt(press=False)
    answer = terminal.ask(COMMAND)
    assert answer.ended is Ended.DROPPED
    assert text.encode().startswith(answer.data)
    assert answer.data


def test_silence_ends_the_wait() -> None:
    terminal, line = connect("x\n", behaviour=Behaviour.HANGS)
    terminal.find_prompt(press=False)
    began = line.now
    answer = terminal.ask(COMMAND)
    assert (answer.ended, answer.data) == (Ended.SILENT, b"")
    assert 5 <= line.now - began < 6


def test_bytes_of_any_character_set_are_kept() -> None:
    text = " description 水道庁舎 表ソ能\n"
    terminal, _ = connect(text, encoding="cp932", pieces=3)
    terminal.find_prompt(press=False)
    assert terminal.ask(COMMAND).data == text.encode("cp932")


def test_a_question_at_login_gets_the_answer_of_the_platform() -> None:
    terminal, line = connect("")
    login = {**LOGIN, "answers": [{"question": r"to accept\)", "answer": "a"}]}
    asking = Terminal(
        line, login, newline="\n", login_timeout=5, command_timeout=5, clock=lambda: line.now, sleep=line.sleep
    )
    line._waiting = "Welcome\r\n(Press 'a' to accept):"
    asking.find_prompt(press=False)
    assert line.sent[0] == "a"
    assert terminal is not asking


@pytest.mark.parametrize(
    ("erase", "kept"),
    [
        ("\b\b\b\b\b\b\b\b\b         \b\b\b\b\b\b\b\b\b", "  two"),
        ("\r         \r", "  two"),
        ("\r\x1b[K", "  two"),
        ("\x1b[2K", "  two"),
    ],
)
def test_each_way_to_wipe_the_pager(erase: str, kept: str) -> None:
    terminal, line = connect(f"one\nend\n{kept}\n", page=2)
    line._dialogue._persona["pager"]["erase"] = erase
    terminal.find_prompt(press=False)
    assert terminal.ask(COMMAND).data.decode() == f"one\nend\n{kept}\n"
