"""The terminal of a device after the login: its prompt, the privileged mode, and the answer to one command.

The library's own way to read an answer ends at the first place that looks like the prompt, even inside a description.
Here an answer begins after the echo of the command and ends where the exact prompt stands alone on the last line and
nothing follows it. That is also the proof that the answer is complete: a prompt that was still on its way from before
proves nothing. Bytes are carried as latin-1 text, one character a byte, so that any character set of a
device comes through unchanged.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from infra_audit.collectors.network_errors import CollectError

DEFAULT_PROMPT = r"[\w./@:~()-]*[>#$%]"
WIRE = "latin-1"
"""Character set of the library's channel: every byte is one character."""
_SETTLE_SECONDS = 0.06
_SETTLE_SHORT_PROMPT_SECONDS = 0.4
"""A prompt of one character may also be the start of a line that is still coming."""
_POLL_SECONDS = 0.015
_MAX_CHARS = 50 * 1024 * 1024
_SLOWEST = 10
_TAIL = 400
_PAGER_REST = 20
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PASSWORD = re.compile(r"(?i)password[^\n]{0,20}:\s*$")
_ERASED = re.compile(r"\A(?:\r? *\r(?!\n)|\x08+(?: +\x08+)?|\r?\x1b\[[0-9;]*K)+")
_ENCODINGS = ("utf-8", "cp932", "euc_jp")


class Channel(Protocol):
    """What the terminal needs of a connection."""

    def write(self, text: str) -> None:
        """Send text; raises when the session is gone."""

    def read(self) -> str:
        """Return what has arrived, or an empty text; raises EOFError when the session is gone and all was read."""


class Ended(StrEnum):
    """How the reading of an answer ended."""

    PROMPT = "prompt"
    DROPPED = "dropped"
    SILENT = "silent"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one command without echo, pager and prompt; lines end with line feeds."""

    data: bytes
    ended: Ended


class Terminal:
    """One open session. `login` is the section of platform.yaml; `newline` is what ends a typed line."""

    def __init__(
        self,
        channel: Channel,
        login: Mapping[str, Any],
        *,
        newline: str,
        login_timeout: float,
        command_timeout: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._channel = channel
        self._newline = newline
        self._login_timeout = login_timeout
        self._command_timeout = command_timeout
        self._clock = clock
        self._sleep = sleep
        self._prompt_pattern = re.compile(login.get("prompt", DEFAULT_PROMPT))
        pager = login.get("pager")
        self._more = re.compile(pager["more"]) if pager else None
        self._more_answer = pager["answer"] if pager else ""
        self._questions = [(re.compile(q["question"]), q["answer"]) for q in login.get("answers", ())]
        self.prompt = ""

    def find_prompt(self, *, press: bool = True) -> str:
        """Wait for the prompt and remember it exactly. `press` sends an empty line first.

        Raises CollectError `collect.prompt_not_found` when none comes, EOFError when the session ends.
        """
        if press:
            self._channel.write(self._newline)
        buffer = self._until(lambda text: self._prompt_in(text) is not None, press_again=not press)
        prompt = self._prompt_in(buffer)
        if prompt is None:
            raise CollectError("collect.prompt_not_found")
        self.prompt = prompt
        return prompt

    def send_session_command(self, command: str) -> None:
        """Send a command that changes this session only, and wait for the prompt."""
        self._channel.write(command + self._newline)
        self._until(lambda text: self._at_prompt(_after_echo(text, command)))

    def enable(self, command: str, secret: str) -> None:
        """Enter the privileged mode, whose prompt ends with `#`; nothing is sent when the session has it already.

        Raises CollectError `collect.enable_refused`.
        """
        if self.prompt.endswith("#"):
            return
        self._channel.write(command + self._newline)
        text = self._until(lambda text: self._asks_or_prompts(_after_echo(text, command)))
        if _PASSWORD.search(text):
            self._channel.write(secret + self._newline)
            text = self._until(self._asks_or_prompts)
        prompt = self._prompt_in(text)
        if prompt is None or not prompt.endswith("#"):
            raise CollectError("collect.enable_refused")
        self.prompt = prompt

    def ask(self, command: str) -> Answer:
        """Send a command that shows something and return all of its answer."""
        self._channel.write(command + self._newline)
        reading = _Reading(command, self.prompt)
        settle = _SETTLE_SECONDS if len(self.prompt) > 2 else _SETTLE_SHORT_PROMPT_SECONDS
        started = last = self._clock()
        while True:
            try:
                piece = self._channel.read()
            except EOFError:
                return reading.answer(Ended.DROPPED)
            now = self._clock()
            if piece:
                last = now
                reading.add(piece)
                if reading.length > _MAX_CHARS:
                    return reading.answer(Ended.TOO_LONG)
                if self._waits_at_pager(reading.tail()):
                    reading.note_pager()
                    self._channel.write(self._more_answer)
            elif reading.at_prompt() and now - last >= settle:
                return reading.answer(Ended.PROMPT)
            elif now - last > self._command_timeout or now - started > self._command_timeout * _SLOWEST:
                return reading.answer(Ended.SILENT)
            else:
                self._sleep(_POLL_SECONDS)

    def logout(self, command: str | None) -> None:
        """End the session politely; a question whether to save is answered as platform.yaml says. Never raises."""
        try:
            if command is not None:
                self._channel.write(command + self._newline)
                self._until(lambda _text: False, timeout=_SETTLE_SECONDS * 5)
        except (EOFError, OSError):
            return

    def _until(self, done: Callable[[str], bool], *, timeout: float | None = None, press_again: bool = False) -> str:
        """Read until `done` says so or the time is over; answer the questions that platform.yaml knows on the way."""
        limit = self._login_timeout if timeout is None else timeout
        buffer = ""
        last = started = self._clock()
        pressed = False
        while True:
            piece = self._channel.read()
            now = self._clock()
            if piece:
                buffer += piece
                last = now
                self._answer_question(_last_line(buffer))
            elif done(buffer) and now - last >= _SETTLE_SECONDS:
                return buffer
            elif press_again and not pressed and now - started > limit / 3:
                pressed = True
                self._channel.write(self._newline)
            elif now - last > limit:
                return buffer
            else:
                self._sleep(_POLL_SECONDS)

    def _answer_question(self, line: str) -> None:
        for question, answer in self._questions:
            if any(question.search(text) for text in _decodings(line)):
                self._channel.write(answer)
                return

    def _prompt_in(self, text: str | None) -> str | None:
        line = _last_line(text or "").strip()
        return line if self._prompt_pattern.fullmatch(line) else None

    def _asks_or_prompts(self, text: str | None) -> bool:
        return _PASSWORD.search(text or "") is not None or self._prompt_in(text) is not None

    def _at_prompt(self, text: str | None) -> bool:
        return _last_line(text or "").strip() == self.prompt

    def _waits_at_pager(self, line: str) -> bool:
        """Whether the open line is the pager's: its words stand at the start, and little follows (such as a percentage)."""
        if self._more is None:
            return False
        found = (self._more.search(text.strip()) for text in _decodings(_last_line(line)))
        return any(m is not None and m.start() == 0 and len(m.string) - m.end() <= _PAGER_REST for m in found)


class _Reading:
    """An answer while it comes in: pages, each a list of pieces, and the line that is not ended yet."""

    def __init__(self, command: str, prompt: str) -> None:
        self._command = command
        self._prompt = prompt
        self._before = ""
        self._echoed = False
        self._pages: list[list[str]] = [[]]
        self._open = ""
        self.length = 0

    def add(self, piece: str) -> None:
        """Take what has arrived; what came before the echo of the command is no part of the answer."""
        self.length += len(piece)
        if not self._echoed:
            self._before += piece
            rest = _after_echo(self._before, self._command)
            self._echoed = rest is not None
            if rest is None:
                return
            piece = rest
        head, newline, tail = (self._open + piece).rpartition("\n")
        self._pages[-1].append(head + newline)
        self._open = tail

    def tail(self) -> str:
        """Return the line that is not ended yet."""
        return self._open[-_TAIL:]

    def at_prompt(self) -> bool:
        """Return whether the prompt stands alone on the last line of the answer."""
        return self._echoed and _last_line(self._open).strip() == self._prompt

    def note_pager(self) -> None:
        """Take the words of the pager out: they stand on the open line and are wiped by what comes next."""
        self._pages.append([])
        self._open = ""

    def answer(self, ended: Ended) -> Answer:
        """Return the text as if there were no terminal: no echo, pager, prompt, carriage return."""
        if ended is not Ended.PROMPT:
            self._pages[-1].append(self._open)
        pages = ["".join(pieces) for pieces in self._pages]
        text = pages[0] + "".join(_ERASED.sub("", page) for page in pages[1:])
        return Answer(re.sub(r"\r+\n", "\n", text).encode(WIRE), ended)


def _after_echo(text: str, command: str) -> str | None:
    """Return what follows the line on which the device repeats the command, or None when it has not come yet."""
    found = re.search(re.escape(command) + r"[ \x08]*\r*\n", text)
    return None if found is None else text[found.end() :]


def _last_line(text: str) -> str:
    """Return what stands on the last line of the screen: after the last line feed and carriage return."""
    line = _ESCAPE.sub("", text[-_TAIL:].rpartition("\n")[2])
    return next((part for part in reversed(line.split("\r")) if part.strip()), "")


def _decodings(line: str) -> list[str]:
    """Return a line read as each character set that a device may use."""
    data = line.encode(WIRE, "ignore")
    return [data.decode(name, "replace") for name in _ENCODINGS]
