"""Stands in for Tera Term: interprets the part of its macro language (TTL) that the kit uses, over real SSH.

Written from the manual of Tera Term and the published behaviour of its macro commands. A word it does not know is an error,
so that a macro cannot rest on what nobody looked at. Three things matter to the kit and are done as Tera Term does them:

- `waitregex` searches the current line when a line feed comes (which is then gone) and when nothing more has arrived, and
  forgets the line when something matched; of several patterns the last one is tried first;
- a string has no escapes, is cut at 255 bytes, and a line of a macro has at most 500 characters;
- the log holds what was shown as text: escape sequences are left out, backspaces and carriage returns are not.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any

LONGEST_STRING = 255
LONGEST_LINE = 500
_LOOPBACK = 0.25
"""Share of the milliseconds that a macro waits for more: what comes over loopback is not late."""
_TOKEN = re.compile(r"""\s*((?:'[^']*'|"[^"]*"|\#\d+)+|-?\d+|[A-Za-z_]\w*|<>|=|:)""")
_PIECE = re.compile(r"""'([^']*)'|"([^"]*)"|\#(\d+)""")
_ESCAPE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class MacroError(Exception):
    """The macro says something that Tera Term would refuse, or that this interpreter does not know."""


@dataclass
class Person:
    """Who sits before the terminal: what is typed into each box, in order, and what is shown."""

    user: str
    password: str
    enable: str = ""
    overwrite: bool = True
    links: int = 0
    """0: the macro was opened by itself; 1: from a window of Tera Term; 2: from one that is connected."""
    shown: list[str] = field(default_factory=list)


@dataclass
class Terminal:
    """How Tera Term is set up."""

    receive: str = "utf-8"
    """Character set that it takes the device's text for."""
    log: str = "utf-8"
    """Character set of the log."""
    plain: bool = False
    """Leave control characters out of the log even though the macro does not ask for it."""


class TeraTerm:
    """One run of one macro."""

    def __init__(self, macro: Path, person: Person, terminal: Terminal, port_of: Mapping[str, int]) -> None:
        """`port_of` says where on 127.0.0.1 an address of a macro really listens."""
        self.folder = macro.parent
        self.person = person
        self.terminal = terminal
        self.port_of = port_of
        self.lines = [self._checked(line) for line in _decoded(macro.read_bytes()).split("\r\n")]
        self.labels = {line[1:].strip(): n for n, line in enumerate(self.lines) if line.startswith(":")}
        self.strings: dict[str, str] = {"inputstr": "", "matchstr": "", "groupmatchstr1": ""}
        self.numbers: dict[str, int] = {"result": 0, "timeout": 0, "mtimeout": 0}
        self.client: Any = None
        self.channel: Any = None
        self.arrived = self.line = ""
        self.after_line_feed = False
        self.log: Any = None
        self.sent: list[tuple[str, int]] = []
        """What was typed, and how long the log was then; -1: it was not open."""
        self.links = person.links
        self.commands = {name[4:]: getattr(self, name) for name in dir(self) if name.startswith("ttl_")}

    @staticmethod
    def _checked(line: str) -> str:
        if len(line) > LONGEST_LINE:
            raise MacroError(f"a line of {len(line)} characters")
        return line.strip()

    # --- the language --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run to `end`."""
        calls: list[int] = []
        place = 0
        while place < len(self.lines):
            line = self.lines[place]
            place += 1
            if not line or line.startswith((";", ":")):
                continue
            step = self._step(line, place, calls)
            if step is None:
                break
            place = step
        if self.client is not None:
            self.client.close()
        if self.log is not None:
            raise MacroError("the log was left open")

    def _step(self, line: str, place: int, calls: list[int]) -> int | None:
        """Run one line; return where to go on, or None at the end."""
        word, _, rest = line.partition(" ")
        if word == "if":
            condition, then = self._condition(rest)
            if then == "then":
                return place if condition else self._skip(place, ("else", "endif"))
            return self._step(then, place, calls) if condition else place
        if word in ("else", "endif", "goto", "call", "return", "end"):
            return self._jump(word, rest, place, calls)
        assigned = re.fullmatch(r"([A-Za-z_]\w*) = (.+)", line)
        if assigned:
            self._set(assigned[1], self._value(assigned[2]))
        elif word in self.commands:
            self.commands[word](*self._tokens(rest))
        else:
            raise MacroError(f"unknown: {line}")
        return place

    def _jump(self, word: str, label: str, place: int, calls: list[int]) -> int | None:
        if word == "call":
            calls.append(place)
        places = {"goto": self.labels.get(label), "call": self.labels.get(label), "endif": place}
        if word == "else":
            return self._skip(place, ("endif",))
        return calls.pop() if word == "return" else places.get(word)

    def _condition(self, rest: str) -> tuple[bool, str]:
        found = re.fullmatch(r"(\w+) (=|<>) (-?\d+) (.+)", rest)
        if found is None:
            raise MacroError(f"unknown condition: {rest}")
        equal = self._value(found[1]) == int(found[3])
        return equal if found[2] == "=" else not equal, found[4]

    def _skip(self, place: int, ends: tuple[str, ...]) -> int:
        depth = 0
        for n in range(place, len(self.lines)):
            line = self.lines[n]
            if line.startswith("if ") and line.endswith(" then"):
                depth += 1
            elif depth == 0 and line in ends:
                return n + 1
            elif line == "endif":
                depth -= 1
        raise MacroError("if without endif")

    def _tokens(self, rest: str) -> list[str]:
        tokens, place = [], 0
        while place < len(rest):
            found = _TOKEN.match(rest, place)
            if found is None:
                raise MacroError(f"cannot read: {rest}")
            tokens.append(found[1])
            place = found.end()
        return tokens

    def _value(self, token: str) -> Any:
        if token[0] in "'\"#":
            text = "".join(a or b or (chr(int(c)) if c else "") for a, b, c in _PIECE.findall(token))
            return self._short(text)
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        name = token.lower()
        if name in self.strings:
            return self.strings[name]
        if name in self.numbers:
            return self.numbers[name]
        raise MacroError(f"no variable {token}")

    def _short(self, text: str) -> str:
        if len(text.encode("cp932", "replace")) > LONGEST_STRING:
            raise MacroError(f"a string of more than {LONGEST_STRING} bytes")
        return text

    def _set(self, name: str, value: Any) -> None:
        if isinstance(value, str):
            self.strings[name.lower()] = self._short(value)
        else:
            self.numbers[name.lower()] = value

    def _text(self, token: str) -> str:
        value = self._value(token)
        if not isinstance(value, str):
            raise MacroError(f"{token} is no string")
        return value

    # --- strings and files ---------------------------------------------------------------------------------------------

    def ttl_strconcat(self, name: str, more: str) -> None:
        self._set(name, self._text(name) + self._text(more))

    def ttl_strlen(self, text: str) -> None:
        self.numbers["result"] = len(self._text(text).encode("cp932", "replace"))

    def ttl_strcompare(self, one: str, two: str) -> None:
        a, b = self._text(one), self._text(two)
        self.numbers["result"] = (a > b) - (a < b)

    def ttl_strscan(self, text: str, part: str) -> None:
        self.numbers["result"] = self._text(text).find(self._text(part)) + 1

    def ttl_strcopy(self, text: str, start: str, length: str, name: str) -> None:
        first = self._value(start) - 1
        self._set(name, self._text(text)[first : first + self._value(length)])

    def ttl_strremove(self, name: str, start: str, length: str) -> None:
        text, first = self._text(name), self._value(start) - 1
        self._set(name, text[:first] + text[first + self._value(length) :])

    def ttl_strmatch(self, text: str, pattern: str) -> None:
        self.numbers["result"] = self._search(self._text(pattern), self._text(text))

    def _search(self, pattern: str, text: str) -> int:
        """Search as Ruby does (^ and $ at every line) and keep the groups; return the place from 1, or 0."""
        found = re.search(pattern, text, re.MULTILINE)
        if found is None:
            return 0
        self.strings["matchstr"] = found[0]
        self.strings["groupmatchstr1"] = (found[1] or "") if found.re.groups else ""
        return found.start() + 1

    def ttl_getdir(self, name: str) -> None:
        self._set(name, "C:\\kit")

    def _path(self, token: str) -> Path:
        return self.folder / Path(*PureWindowsPath(self._text(token)).relative_to("C:\\kit").parts)

    def ttl_filesearch(self, path: str) -> None:
        self.numbers["result"] = int(self._path(path).is_file())

    # --- boxes ---------------------------------------------------------------------------------------------------------

    def ttl_inputbox(self, message: str, _title: str) -> None:
        self.person.shown.append(self._text(message))
        self._set("inputstr", self.person.user)

    def ttl_passwordbox(self, message: str, _title: str) -> None:
        self.person.shown.append(self._text(message))
        self._set("inputstr", self.person.password if self.channel is None else self.person.enable)

    def ttl_yesnobox(self, message: str, _title: str) -> None:
        self.person.shown.append(self._text(message))
        self.numbers["result"] = int(self.person.overwrite)

    def ttl_messagebox(self, message: str, _title: str) -> None:
        self.person.shown.append(self._text(message))

    # --- the terminal --------------------------------------------------------------------------------------------------

    def ttl_testlink(self) -> None:
        self.numbers["result"] = self.links

    def ttl_connect(self, options: str) -> None:
        """The first `connect` may only start the program: what stands there is seen by the whole computer."""
        words = [self._unquoted(w) for w in re.findall(r'(?:[^\s"]|"(?:[^"]|"")*")+', self._text(options))]
        if self.links == 2:
            raise MacroError("connected already: Tera Term would ignore this")
        if self.links == 0:
            self.links = 1
            if words != ["/DS"]:
                raise MacroError("the program must be started without a password")
            self.numbers["result"] = 1
            return
        said = dict(w.split("=", 1) for w in words[1:] if "=" in w)
        if not {"/ssh", "/2"} <= set(words) or said["/auth"] != "password":
            raise MacroError(f"not by SSH: {words[1:]}")
        self.numbers["result"] = 2 if self._log_in(words[0], said["/user"], said["/passwd"]) else 1

    @staticmethod
    def _unquoted(word: str) -> str:
        return re.sub(r'"((?:[^"]|"")*)"', lambda m: m[1].replace('""', '"'), word)

    def _log_in(self, address: str, user: str, password: str) -> bool:
        import paramiko

        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        try:
            self.client.connect(
                "127.0.0.1", self.port_of[address], user, password, allow_agent=False, look_for_keys=False
            )
        except (paramiko.SSHException, OSError):
            return False
        self.channel = self.client.invoke_shell(term="xterm", width=80, height=24)
        return True

    def ttl_logopen(self, path: str, *flags: str) -> None:
        if flags != ("0", "0", "0", "0", "1"):
            raise MacroError(f"another log than the kit's: {flags}")
        self.numbers["result"] = 1
        if self._path(path).parent.is_dir():
            self.log = self._path(path).open("wb")
            self.numbers["result"] = 0

    def ttl_logclose(self) -> None:
        if self.log is None:
            raise MacroError("closes a log that is not its own, or before there is a link")
        self.log.close()
        self.log = None

    def ttl_send(self, text: str) -> None:
        self._write(self._text(text))

    def ttl_sendln(self, text: str = "''") -> None:
        self._write(self._text(text) + "\r")

    def _write(self, text: str) -> None:
        self.sent.append((text, self.log.tell() if self.log is not None else -1))
        if not self.channel.closed:
            self.channel.sendall(text.encode(self.terminal.receive))

    def ttl_flushrecv(self) -> None:
        self._receive(0.0)
        self.arrived = self.line = ""
        self.after_line_feed = False

    def _receive(self, wait: float) -> bool:
        """Take what arrives within `wait` seconds; return whether something did."""
        ends = time.monotonic() + wait
        while not self.channel.recv_ready():
            if time.monotonic() >= ends or self.channel.closed:
                return False
            time.sleep(0.005)
        data = _ESCAPE.sub(b"", self.channel.recv(65536))
        while data[-1:] >= b"\x80" and self._is_cut(data):  # the rest of a character is still on its way
            data += self.channel.recv(1)
        text = data.decode(self.terminal.receive, "replace")
        self.arrived += text
        if self.log is not None:
            kept = re.sub(r"[\x00-\x09\x0b\x0c\x0e-\x1f]", "", text) if self.terminal.plain else text
            self.log.write(kept.encode(self.terminal.log, "replace"))
        return True

    def _is_cut(self, data: bytes) -> bool:
        try:
            data.decode(self.terminal.receive)
        except UnicodeDecodeError as error:
            return error.end == len(data) and len(data) - error.start < 4
        return False

    def ttl_waitregex(self, *patterns: str) -> None:
        wanted = [self._text(p) for p in patterns]
        limit = self.numbers["timeout"] + self.numbers["mtimeout"] / 1000 * _LOOPBACK
        ends = time.monotonic() + limit
        while True:
            found = self._wait_in_what_is_there(wanted)
            if found or not (self._receive(max(ends - time.monotonic(), 0.0))):
                break
        self.numbers["result"] = found

    def _wait_in_what_is_there(self, wanted: list[str]) -> int:
        while self.arrived:
            character, self.arrived = self.arrived[0], self.arrived[1:]
            if character == "\n":
                found = self._first_match(wanted)
                if found:
                    return found
            if self.after_line_feed:
                self.line = ""
            self.line += character
            self.after_line_feed = character == "\n"
        return self._first_match(wanted)

    def _first_match(self, wanted: list[str]) -> int:
        for number in range(len(wanted), 0, -1):
            if self.line and self._search(wanted[number - 1], self.line):
                self.strings["inputstr"] = self.line.removesuffix("\n").removesuffix("\r")[:LONGEST_STRING]
                self.line = ""
                self.after_line_feed = False
                return number
        return 0


def _decoded(data: bytes) -> str:
    """Read a macro as UTF-8, and where it is none as the character set of a Japanese Windows."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp932")


def play(macro: Path, person: Person, terminal: Terminal, port_of: Mapping[str, int]) -> TeraTerm:
    """Run a macro to its end and return what is left."""
    run = TeraTerm(macro, person, terminal, port_of)
    try:
        run.run()
    finally:
        if run.log is not None:
            run.log.close()
    return run
