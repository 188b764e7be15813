"""One login: the library's driver of the platform, watched, and without its writes where it would write.

The driver brings the transport, the login and the preparation of the session. Three things are ours: host keys, the end
of a session that was dropped or cancelled (a driver would wait for its timeouts), and, where platform.yaml says that
the driver writes a setting at login, the whole preparation.
"""

import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from infra_audit.collectors.interface import Job, Options
from infra_audit.collectors.network_errors import CollectError, Interrupted
from infra_audit.collectors.network_hostkeys import KnownHosts
from infra_audit.collectors.network_terminal import WIRE, Terminal
from infra_audit.model.credentials import Credentials

_SSH_PORT = 22


class Close(Protocol):
    """Ends a session; `polite` = say goodbye first, which a broken session cannot."""

    def __call__(self, *, polite: bool) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open session at the prompt that its commands need."""

    terminal: Terminal
    close: Close


def silence_libraries() -> None:
    """Keep what is typed and read out of every log: the SSH libraries log it at level DEBUG."""
    for name in ("paramiko", "netmiko"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def open_session(
    job: Job, options: Options, hosts: KnownHosts, connection: socket.socket, cancelled: Callable[[], bool]
) -> Session:
    """Log in over an open connection and go to the prompt that the platform's commands need.

    Raises whatever the libraries raise, CollectError, or Interrupted; the caller closes `connection` then.
    """
    assert job.credentials is not None
    login = job.platform.data.get("login", {"writes": False})
    quiet = bool(login.get("replaced")) or (bool(login["writes"]) and not job.device.allow_login_writes)
    if quiet and "prompt" not in login:
        raise CollectError("collect.login_writes")
    driver = _driver(job.platform.data["netmiko"], hosts, cancelled, quiet=quiet)
    conn = driver(**_arguments(job, options, connection))
    wire = _Wire(conn, cancelled)
    terminal = Terminal(
        wire,
        login,
        newline=conn.RETURN,
        login_timeout=options.connect_timeout_seconds,
        command_timeout=options.command_timeout_seconds,
    )

    def close(*, polite: bool) -> None:
        if polite and quiet:
            terminal.logout(login.get("logout"))
        conn.prepared = conn.prepared and polite
        conn.disconnect()

    try:
        _prepare(terminal, login, job.credentials, quiet=quiet)
    except BaseException:
        close(polite=False)
        raise
    return Session(terminal, close)


def _prepare(terminal: Terminal, login: Any, credentials: Credentials, *, quiet: bool) -> None:
    terminal.find_prompt(press=not quiet)
    if "enable" in login:
        terminal.enable(login["enable"], _on_the_wire(credentials.become_password or ""))
    if quiet:
        for command in login.get("commands", ()):
            terminal.send_session_command(command)


def _on_the_wire(text: str) -> str:
    """Return text as the channel carries it: one character for each byte of its UTF-8 form."""
    return text.encode("utf-8").decode(WIRE)


def _arguments(job: Job, options: Options, connection: socket.socket) -> dict[str, Any]:
    credentials = job.credentials
    assert credentials is not None
    seconds = options.connect_timeout_seconds
    return {
        "device_type": job.platform.data["netmiko"],
        "host": credentials.host,
        "port": credentials.port or _SSH_PORT,
        "username": credentials.user or "",
        "password": credentials.password,
        "secret": "",
        "key_file": credentials.key_file,
        "sock": connection,
        "conn_timeout": seconds,
        "auth_timeout": seconds,
        "banner_timeout": seconds,
        "read_timeout_override": seconds,
        "encoding": WIRE,
        "allow_auto_change": job.device.allow_login_writes,
    }


def _driver(device_type: str, hosts: KnownHosts, cancelled: Callable[[], bool], *, quiet: bool) -> Any:
    """Return the library's class for a device type with our three changes. `quiet`: it neither prepares nor ends."""
    from netmiko.ssh_dispatcher import ssh_dispatcher

    base: Any = ssh_dispatcher(device_type)

    class Watched(base):  # type: ignore[misc]
        """A driver that knows when its session is over."""

        prepared = False

        def _build_ssh_client(self) -> Any:
            client = super()._build_ssh_client()
            hosts.prepare(client, self.host, self.port)
            return client

        def read_channel(self) -> str:
            """Read what has arrived; raise when nothing will come any more."""
            if cancelled():
                raise Interrupted
            over = is_over(self.remote_conn)
            text: str = super().read_channel()
            if over and not text:
                raise EOFError
            return text

        def session_preparation(self) -> None:
            """Prepare the session as the driver does, unless that would write."""
            if not quiet:
                super().session_preparation()
                self.prepared = True

        def cleanup(self, *arguments: Any, **options: Any) -> None:
            """Say goodbye as the driver does, unless that would write or nobody listens."""
            if self.prepared:
                super().cleanup(*arguments, **options)

    return Watched


def is_over(channel: Any) -> bool:
    """Return whether nothing will come from a channel beyond what has arrived."""
    if channel is None or channel.closed or channel.eof_received:
        return True
    transport = channel.get_transport()
    return transport is None or not transport.is_active()


class _Wire:
    """The channel of a driver without the driver's habits: nothing is changed on the way."""

    def __init__(self, conn: Any, cancelled: Callable[[], bool]) -> None:
        self._conn = conn
        self._cancelled = cancelled

    def write(self, text: str) -> None:
        if self._cancelled():
            raise Interrupted
        self._conn.channel.write_channel(text)

    def read(self) -> str:
        if self._cancelled():
            raise Interrupted
        over = is_over(self._conn.remote_conn)
        text = ""
        with suppress(EOFError):
            text = self._read()
        if over and not text:
            raise EOFError
        return text

    def _read(self) -> str:
        from netmiko.exceptions import ReadException

        try:
            text: str = self._conn.channel.read_channel()
        except ReadException as error:
            raise EOFError from error
        return text
