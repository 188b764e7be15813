r"""A macro for Tera Term that asks one device what the collector of network devices would ask it, and keeps a log.

For zones that only a person with a terminal reaches. The macro is written in TTL, the language of Tera Term 4 and 5, with
commands that both have. It does as `network_terminal.py` does: it learns the exact prompt first, and an answer is over when
that prompt stands alone on the last line and nothing follows it. No password is in it; it asks for them when it runs.

Two facts of TTL decide its shape. `waitregex` looks at a line when it ends and at what there is of the last one, and forgets
the line when something matched. And a string has no escapes: what cannot stand in quotes is written as its code (`#39`).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from infra_audit.errors import InputError
from infra_audit.model.platform import Platform
from infra_audit.texts import Language, text

LOGIN_SECONDS = 120
"""For the dialogs of the login too, such as the one about an unknown host key."""
ENABLE_SECONDS = 15
ANSWER_SECONDS = 120
SETTLE_MILLISECONDS = 400
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+")
_QUOTED = re.compile(r"[^'\x00-\x1f\x7f]+")
_BEFORE = r"[\x08\s]*"
"""What may be left of a pager before a prompt: backspaces, blanks, carriage returns."""


def possible(platform: Platform) -> bool:
    """Return whether a terminal can collect a platform: it has a prompt, and commands to type at it."""
    return "prompt" in platform.data.get("login", {}) and any("command" in s for s in platform.sources.values())


def encoded(written: str, lang: Language) -> bytes:
    """Return the bytes of a macro, with the line ends of Windows.

    Tera Term 4 and 5 take a file for UTF-8 if it can be that, else for the character set of Windows; before 4.102 always for
    the latter. So Japanese macros are in that of a Japanese Windows, as far as it has the characters.
    """
    written = written.replace("\n", "\r\n")
    if lang == "ja":
        with suppress(UnicodeEncodeError):
            return written.encode("cp932")
    return written.encode("utf-8")


def macro(platform: Platform, name: str, host: str, port: int, log: str, lang: Language) -> str:
    r"""Return the macro for a device; lines end with \n.

    `log` is the path of the log from the macro's folder. Raises InputError for an address that is none: the terminal takes
    options in the same text.
    """
    if not _HOST.fullmatch(host):
        raise InputError("kit.bad_address", device=name, host=host)
    writer = _Macro(platform.data["login"], name, lang)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    commands = [s["command"] for s in platform.sources.values() if "command" in s]
    return "\n".join(writer.lines(address, log, commands)) + "\n"


def literal(value: str) -> str:
    """Return a string constant of TTL."""
    pieces: list[str] = []
    place = 0
    while place < len(value):
        found = _QUOTED.match(value, place)
        pieces.append(f"'{found[0]}'" if found else f"#{ord(value[place])}")
        place = found.end() if found else place + 1
    return "".join(pieces) or "''"


class _Macro:
    """Writes one macro."""

    def __init__(self, login: Mapping[str, Any], name: str, lang: Language) -> None:
        self._login = login
        self._name = name
        self._lang = lang
        self._pager = login.get("pager")
        self._answers = list(login.get("answers", ()))

    def _say(self, code: str, **fields: object) -> str:
        return literal(text("kit", f"macro.{code}", self._lang, device=self._name, **fields))

    def lines(self, address: str, log: str, commands: list[str]) -> Iterator[str]:
        """Yield all lines."""
        yield from self._head(address)
        yield from self._log_file(log)
        yield from self._connect()
        yield from self._prepare()
        for number, command in enumerate([*self._login.get("commands", ()), *commands], 1):
            yield from self._ask(number, command)
        yield from self._finish()
        yield from self._await()
        yield from self._failures()

    def _head(self, address: str) -> Iterator[str]:
        yield f"; infra-audit: {re.sub(r'[^ -~]', '?', self._name)}"
        yield "; No password is in this file: it asks for them when it runs. It only reads the device."
        yield f"address = {literal(address)}"
        yield f"title = {self._say('title')}"
        prompt = rf"^{_BEFORE}((?:{self._login['prompt']})(?<!\s))\s*$"
        yield f"prompt_form = {literal(prompt)}"
        if self._pager:
            more = f"^{_BEFORE}(?:{self._pager['more']}).{{0,20}}$"
            yield f"more_form = {literal(more)}"
        for number, entry in enumerate(self._answers, 1):
            yield f"question_{number} = {literal(entry['question'])}"
        yield "prompt = ''"
        yield "command = ''"

    def _log_file(self, log: str) -> Iterator[str]:
        yield "getdir logfile"
        path = "\\" + log.replace("/", "\\")
        yield f"strconcat logfile {literal(path)}"
        yield "filesearch logfile"
        yield "if result = 1 then"
        yield f"  yesnobox {self._say('overwrite')} title"
        yield "  if result = 0 goto leave"
        yield "endif"

    def _connect(self) -> Iterator[str]:
        """Start Tera Term first and connect then: options of a start can be seen by every program of the computer.

        A window that is connected already would ignore `connect`, and the log would be of another device.
        """
        yield "testlink"
        yield "if result = 2 goto connected_before"
        yield "linked = result"
        yield f"inputbox {self._say('user')} title"
        yield "user = inputstr"
        yield "strlen user"
        yield "if result = 0 goto leave"
        yield "strmatch user '[\"\\s]'"
        yield "if result <> 0 goto bad_user"
        yield f"passwordbox {self._say('password')} title"
        yield "secret = inputstr"
        yield "inputstr = ''"
        yield "; A quotation mark in a quoted option is written twice."
        yield "quoted = ''"
        yield ":double_quotes"
        yield "strscan secret '\"'"
        yield "if result = 0 goto all_doubled"
        yield "place = result"
        yield "strcopy secret 1 place piece"
        yield "strconcat quoted piece"
        yield "strconcat quoted '\"'"
        yield "strremove secret 1 place"
        yield "goto double_quotes"
        yield ":all_doubled"
        yield "strconcat quoted secret"
        yield "options = address"
        yield "strconcat options ' /ssh /2 /auth=password /user='"
        yield "strconcat options user"
        yield "strconcat options ' /passwd=\"'"
        yield "strconcat options quoted"
        yield "strconcat options '\"'"
        yield "if linked = 0 connect '/DS'"
        yield "connect options"
        yield "options = ''"
        yield "quoted = ''"
        yield "secret = ''"
        yield "piece = ''"
        yield "if result <> 2 goto not_connected"
        yield "; binary 0, append 0, plain text 0, time stamp 0, hide the dialog 1"
        yield "logopen logfile 0 0 0 0 1"
        yield "if result <> 0 goto no_log"

    def _prepare(self) -> Iterator[str]:
        """Learn the prompt, and go to the one that the commands need."""
        yield f"seconds = {LOGIN_SECONDS}"
        yield "call await"
        yield "if state = 0 then"
        yield "  sendln"
        yield "  call await"
        yield "endif"
        yield "if state = 0 goto no_prompt"
        yield "prompt = seen"
        enable = self._login.get("enable")
        if enable is None:
            return
        yield "strmatch prompt '#$'"
        yield "if result <> 0 goto enabled"
        yield "flushrecv"
        yield f"sendln {literal(enable)}"
        yield f"timeout = {ENABLE_SECONDS}"
        yield "mtimeout = 0"
        yield "waitregex '[Pp]assword.{0,20}:\\s*$' prompt_form"
        yield "if result = 0 goto not_enabled"
        yield "if result = 2 then"
        yield "  seen = groupmatchstr1"
        yield "else"
        yield f"  passwordbox {self._say('enable', command=enable)} title"
        yield "  sendln inputstr"
        yield "  inputstr = ''"
        yield "  prompt = ''"
        yield f"  seconds = {ENABLE_SECONDS}"
        yield "  call await"
        yield "  if state = 0 goto not_enabled"
        yield "endif"
        yield "strmatch seen '#$'"
        yield "if result = 0 goto not_enabled"
        yield "prompt = seen"
        yield ":enabled"

    def _ask(self, number: int, command: str) -> Iterator[str]:
        if number == 1:
            yield f"seconds = {ANSWER_SECONDS}"
        yield f"command = {literal(command)}"
        yield "call ask"
        yield "if state = 0 goto no_answer"

    def _finish(self) -> Iterator[str]:
        yield "; The log ends at the prompt after the last answer: that prompt proves that the answer is whole."
        yield "logclose"
        logout = self._login.get("logout")
        if logout:
            yield f"sendln {literal(logout)}"
            if self._answers:
                yield "timeout = 2"
                yield "mtimeout = 0"
                yield f"waitregex {self._questions()}"
                for number, entry in enumerate(self._answers, 1):
                    yield f"if result = {number} send {literal(entry['answer'])}"
        yield f"messagebox {self._say('done')} title"
        yield ":leave"
        yield "end"

    def _questions(self) -> str:
        return " ".join(f"question_{number}" for number in range(1, len(self._answers) + 1))

    def _await(self) -> Iterator[str]:
        """Two routines: `ask` sends a command, `await` waits for the prompt (state 1) or too long (state 0)."""
        yield ":ask"
        yield "flushrecv"
        yield "sendln command"
        yield ":await"
        yield "timeout = seconds"
        yield "mtimeout = 0"
        forms = [
            "prompt_form",
            *(["more_form"] if self._pager else []),
            *([self._questions()] if self._answers else []),
        ]
        yield f"waitregex {' '.join(forms)}"
        yield "if result = 0 goto await_nothing"
        keys = [*([self._pager["answer"]] if self._pager else []), *(entry["answer"] for entry in self._answers)]
        for number, key in enumerate(keys, 2):
            yield f"if result = {number} then"
            yield f"  send {literal(key)}"
            yield "  goto await"
            yield "endif"
        yield ":await_same"
        yield "seen = groupmatchstr1"
        yield "strlen prompt"
        yield "if result = 0 goto await_settle"
        yield "strcompare seen prompt"
        yield "if result <> 0 goto await"
        yield "; It is the prompt only if nothing follows it."
        yield ":await_settle"
        yield "timeout = 0"
        yield f"mtimeout = {SETTLE_MILLISECONDS}"
        yield "waitregex '\\S'"
        yield "if result = 0 goto await_prompt"
        if self._pager:
            yield "strmatch inputstr more_form"
            yield "if result <> 0 then"
            yield f"  send {literal(self._pager['answer'])}"
            yield "  goto await"
            yield "endif"
        yield "strmatch inputstr prompt_form"
        yield "if result <> 0 goto await_same"
        yield "goto await"
        yield ":await_prompt"
        yield "state = 1"
        yield "return"
        yield ":await_nothing"
        yield "state = 0"
        yield "return"

    def _failures(self) -> Iterator[str]:
        before = ("connected_before", "bad_user", "not_connected", "no_log")
        for label in (*before, "no_prompt", "not_enabled", "no_answer"):
            yield f":{label}"
            # Before a log is open there may be no link, which `logclose` needs, or somebody else's log.
            if label not in before:
                yield "logclose"
            yield f"message = {self._say(label)}"
            if label == "no_answer":
                yield "strconcat message command"
            yield "messagebox message title"
            yield "end"
