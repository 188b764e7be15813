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
from typing import Any

from infra_audit.collectors.interface import Job, Options
from infra_audit.collectors.network_errors import CollectError, Interrupted
from infra_audit.collectors.network_hostkeys import KnownHosts
from infra_audit.collectors.network_terminal import WIRE, Terminal
from infra_audit.model.credentials import Credentials

_SSH_PORT = 22


@dataclass(frozen=True, slots=True)
class Session:
    """An open session at the prompt that its commands need."""

    terminal: Terminal
    close: Callable[[bool], None]
    """Ends the session; True = say goodbye first, False = the session is broken or unwanted."""


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
    quiet = bool(login["writes"]) and not job.device.allow_login_writes
    if quiet and "prompt" not in login:
        raise CollectError("collect.login_writes")
    driver = _driver(job.platform.data["netmiko"], hosts, cancelled, login_timeout=options.connect_timeout_seconds)
    conn = driver(**_arguments(job, options, connection), quiet=quiet)
    wire = _Wire(conn, cancelled)
    terminal = Terminal(
        wire,
        login,
        newline=conn.RETURN,
        login_timeout=options.connect_timeout_seconds,
        command_timeout=options.command_timeout_seconds,
    )

    def close(polite: bool) -> None:  # noqa: FBT001 - one caller, in this package
        if polite and quiet:
            terminal.logout(login.get("logout"))
        conn.broken = not polite or quiet
        conn.disconnect()

    try:
        _prepare(terminal, login, job.credentials, quiet=quiet)
    except BaseException:
        close(False)  # noqa: FBT003 - see above
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


def _driver(device_type: str, hosts: KnownHosts, cancelled: Callable[[], bool], *, login_timeout: float) -> Any:
    """Return the library's class for a device type with our three changes."""
    from netmiko.ssh_dispatcher import ssh_dispatcher

    base: Any = ssh_dispatcher(device_type)

    class Watched(base):  # type: ignore[misc]
        """A driver that knows when its session is over."""

        broken = False

        def __init__(self, *, quiet: bool, **arguments: Any) -> None:
            self._quiet = quiet
            super().__init__(**arguments)

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
            if self._quiet:
                return
            self.remote_conn.settimeout(login_timeout)
            try:
                super().session_preparation()
            except BaseException:
                self.broken = True
                raise

        def cleanup(self, *arguments: Any, **options: Any) -> None:
            """Say goodbye as the driver does, unless that would write or nobody listens."""
            if not (self._quiet or self.broken):
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
