"""The dialogue of one session, without a network: characters in, text out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from infra_audit.testing.device import Behaviour, EmulatedDevice, Kind


class Then(StrEnum):
    """What the server does after a reply."""

    READ = "read"
    CLOSE = "close"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class Reply:
    """Text for the terminal, ended by line feeds, and what comes after it."""

    text: str
    then: Then = Then.READ


class Dialogue:
    """A terminal session with one device.

    `record` is called with the kind and text of every line received. `drops` tells that this session is the one that
    a device with a fault breaks off.
    """

    def __init__(self, device: EmulatedDevice, record: Callable[[Kind, str], None], *, drops: bool) -> None:
        self._device = device
        self._persona = device.persona.data
        self._record = record
        self._drops = drops
        self._privileged = "privileged" not in self._persona["prompts"]
        self._asked = False
        self._line = ""
        self._after_cr = False
        self._pages: list[str] = []
        self._pager_on = "pager" in self._persona

    def greet(self) -> Reply:
        """Return what the device says first."""
        if self._device.behaviour is Behaviour.HANGS_AT_LOGIN:
            return Reply("", Then.HANG)
        return Reply(self._persona.get("greeting", "\n") + self._prompt())

    def feed(self, typed: str) -> Iterator[Reply]:
        """Take what was typed, in pieces of any size, and yield the replies."""
        for char in typed:
            if self._pages:
                yield self._page_key(char)
            elif char == "\n" and self._after_cr:
                self._after_cr = False
            elif char in "\r\n":
                self._after_cr = char == "\r"
                line, self._line = self._line, ""
                yield self._take(line)
            else:
                self._after_cr = False
                self._line += char

    def _prompt(self) -> str:
        return self._device.persona.prompt(self._device.shown_name, privileged=self._privileged)

    def _take(self, line: str) -> Reply:
        if self._asked:
            return self._password(line)
        command = " ".join(line.split())
        reply = self._command(command)
        return Reply(line + "\n" + reply.text, reply.then)

    def _password(self, line: str) -> Reply:
        self._asked = False
        self._record(Kind.SECRET, "")
        right = line == self._device.enable_password and self._device.behaviour is not Behaviour.WRONG_ENABLE
        self._privileged = self._privileged or right
        denied = "" if right else self._persona["enable"]["denied"]
        return Reply("\n" + denied + self._prompt())

    def _command(self, command: str) -> Reply:
        kind = self._kind(command)
        self._record(kind, command)
        if kind is Kind.LOGOUT:
            return Reply("", Then.CLOSE)
        if kind is Kind.ENABLE:
            self._asked = True
            return Reply(self._persona["enable"]["ask"])
        if kind is Kind.SESSION and command in self._persona.get("pager", {}).get("off", ()):
            self._pager_on = self._device.behaviour is Behaviour.PAGER
        if kind is Kind.SHOW:
            return self._show(command)
        return Reply(self._answer(kind, command) + self._prompt())

    def _kind(self, command: str) -> Kind:
        if not command:
            return Kind.EMPTY
        if command in self._persona["logout"]:
            return Kind.LOGOUT
        enable = self._persona.get("enable")
        if enable and command == enable["command"]:
            return Kind.ENABLE
        if command in self._persona.get("session_commands", ()):
            return Kind.SESSION
        known = command in self._device.answers or command in self._persona.get("answers", ())
        return Kind.SHOW if known else Kind.REFUSED

    def _answer(self, kind: Kind, command: str) -> str:
        if kind is Kind.SESSION:
            answer: str = self._persona["session_commands"][command]
            return answer
        refused: str = self._persona["refused"]
        return refused if kind is Kind.REFUSED else ""

    def _show(self, command: str) -> Reply:
        own = self._device.answers.get(command)
        text: str = own if own is not None else self._persona["answers"][command]
        refuses = own is not None and self._device.behaviour is Behaviour.REFUSES_SHOW
        if refuses or (not self._privileged and self._device.persona.needs_privilege(command)):
            return Reply(self._persona["refused"] + self._prompt())
        if own is not None and self._device.behaviour is Behaviour.HANGS:
            return Reply("", Then.HANG)
        if own is not None and self._drops and command == self._longest():
            return Reply(text[: len(text) // 2], Then.CLOSE)
        text = text.replace("{hostname}", self._device.shown_name) if own is None else text
        if not self._pager_on:
            return Reply(text + self._prompt())
        return self._start_pages(text)

    def _longest(self) -> str:
        answers = self._device.answers
        return max(answers, key=lambda command: len(answers[command]))

    def _start_pages(self, text: str) -> Reply:
        lines = text.splitlines(keepends=True)
        size = self._persona["pager"]["lines"]
        self._pages = ["".join(lines[i : i + size]) for i in range(0, len(lines), size)] or [""]
        return self._next_page("")

    def _next_page(self, before: str) -> Reply:
        page = before + self._pages.pop(0)
        return Reply(page + (self._persona["pager"]["more"] if self._pages else self._prompt()))

    def _page_key(self, char: str) -> Reply:
        self._record(Kind.PAGER, char)
        erase: str = self._persona["pager"]["erase"]
        if char == "q":
            self._pages = []
            return Reply(erase + "\n" + self._prompt())
        return self._next_page(erase)
