"""What an emulated device is, and what it received."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from infra_audit.testing.persona import Persona


class Behaviour(StrEnum):
    """How a device behaves. Everything but NORMAL, SLOW and PAGER is a fault that a collector must survive."""

    NORMAL = "normal"
    OFF = "off"
    """The port is closed."""
    SILENT = "silent"
    """The port is open and nothing answers."""
    WRONG_PASSWORD = "wrong_password"
    """Every password is refused."""
    WRONG_ENABLE = "wrong_enable"
    """The password of the privileged mode is refused."""
    REFUSES_SHOW = "refuses_show"
    """Every command that shows something is refused, as for a user without the right."""
    CUTS_OUTPUT = "cuts_output"
    """The connection closes in the middle of the longest answer."""
    HANGS = "hangs"
    """The first command that shows something is never answered."""
    HANGS_AT_LOGIN = "hangs_at_login"
    """No prompt comes after the login."""
    DROPS_ONCE = "drops_once"
    """The first session ends in the middle of an answer; the next ones are normal."""
    CHANGED_KEY = "changed_key"
    """The host key is not the one that `City.known_hosts` names."""
    NO_COMMON_ALGORITHM = "no_common_algorithm"
    """Only a key exchange is offered that no client of today accepts."""
    SLOW = "slow"
    """Answers come in small pieces with pauses."""
    PAGER = "pager"
    """The pager cannot be switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedDevice:
    """One device to emulate: how it talks, what it answers, and how it behaves."""

    name: str
    persona: Persona
    answers: Mapping[str, str]
    """Command -> its answer, lines ended by \\n."""
    hostname: str = ""
    """Name in the prompt; the device's name when empty."""
    user: str = "audit"
    password: str = field(default="", repr=False)
    enable_password: str = field(default="", repr=False)
    behaviour: Behaviour = Behaviour.NORMAL
    encoding: str = "utf-8"
    """Character set of the device's terminal."""
    port: int = 0
    """Port on 127.0.0.1; 0 = any free one."""
    exec_output: str | None = None
    """What an `exec` request (one command without a terminal, as Ansible sends it) gets; None = refused."""
    public_key: str | None = None
    """OpenSSH public key that may log in beside the password."""

    @property
    def shown_name(self) -> str:
        """Return the name in the prompt."""
        return self.hostname or self.name


class Kind(StrEnum):
    """What a received line was."""

    SHOW = "show"
    """A command that shows something: of the device's own answers or of the persona's."""
    SESSION = "session"
    """A command that changes this session only."""
    ENABLE = "enable"
    SECRET = "secret"
    """The answer to a question for a password; its text is not kept."""
    PAGER = "pager"
    EMPTY = "empty"
    LOGOUT = "logout"
    REFUSED = "refused"
    """Everything else: refused, as nothing else is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One line, or one key pressed at the pager."""

    session: int
    """Number of the session with this device, from 1."""
    at: float
    """Seconds since the city started."""
    kind: Kind
    text: str
    """What was typed; empty for a password."""
