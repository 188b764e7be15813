"""Emulated devices behind real SSH servers on loopback, all in one thread."""

import asyncio
import logging
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from infra_audit.errors import UsageError
from infra_audit.testing.device import Behaviour, EmulatedDevice, Kind, Received
from infra_audit.testing.session import Session

ADDRESS = "127.0.0.1"
_START_SECONDS = 60.0
_NEVER_ACCEPTED = ["curve448-sha512"]


class City(Mapping[str, int]):
    """Running devices: name -> port on 127.0.0.1, with the record of what they received."""

    def __init__(self) -> None:
        self._ports: dict[str, int] = {}
        self._keys: dict[str, str] = {}
        self._received: dict[str, list[Received]] = {}
        self._sessions: dict[str, int] = {}
        self._lock = threading.Lock()
        self._started = time.monotonic()

    def __getitem__(self, name: str) -> int:
        return self._ports[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ports)

    def __len__(self) -> int:
        return len(self._ports)

    def received(self, name: str) -> tuple[Received, ...]:
        """Return every line and pager key that the device got, in order."""
        with self._lock:
            return tuple(self._received.get(name, ()))

    def sessions(self, name: str) -> int:
        """Return how many terminal sessions the device has had."""
        with self._lock:
            return self._sessions.get(name, 0)

    def known_hosts(self) -> str:
        """Return what an operator's known_hosts file says of the city; the key of a CHANGED_KEY device is an older one."""
        return "".join(
            f"[{ADDRESS}]:{port} {self._keys[name]}\n" for name, port in self._ports.items() if name in self._keys
        )

    def open_session(self, name: str) -> tuple[int, Callable[[Kind, str], None]]:
        """Count a new session; return its number and the function that records what it receives."""
        with self._lock:
            number = self._sessions[name] = self._sessions.get(name, 0) + 1

        def record(kind: Kind, text: str) -> None:
            at = round(time.monotonic() - self._started, 4)
            with self._lock:
                self._received.setdefault(name, []).append(Received(session=number, at=at, kind=kind, text=text))

        return number, record

    def add(self, name: str, port: int, known_key: str | None) -> None:
        """Note a device that has started and the host key that is known of it."""
        self._ports[name] = port
        if known_key is not None:
            self._keys[name] = known_key


class _Thread(threading.Thread):
    """Runs the event loop that serves all devices of one city."""

    def __init__(self, devices: Sequence[EmulatedDevice], city: City) -> None:
        super().__init__(name="emulated-city", daemon=True)
        self._devices = devices
        self._city = city
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Serve until `end`."""
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread by wait_until_ready
            self._error = error
        finally:
            self._ready.set()

    def wait_until_ready(self) -> None:
        """Return when all devices listen; raises what stopped them."""
        if not self._ready.wait(_START_SECONDS):
            raise TimeoutError
        if self._error is not None:
            raise self._error

    def end(self) -> None:
        """End all sessions and wait for the thread."""
        if self._loop is not None and self._ending is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
        self.join(_START_SECONDS)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        keys = _Keys()
        closers: list[Callable[[], Any]] = []
        try:
            for device in self._devices:  # each closer is noted at once: a later device may fail to start
                closer = await _start(device, self._city, keys)
                closers.append(closer)
            self._ready.set()
            await self._ending.wait()
        finally:
            for close in closers:
                close()
            await _end_all_tasks()


async def _end_all_tasks() -> None:
    """Give sessions a moment to end, then cancel what is left, so that no task is destroyed while pending."""
    own = asyncio.current_task()
    await asyncio.sleep(0.05)
    tasks = [task for task in asyncio.all_tasks() if task is not own]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class _Keys:
    """Host keys of a city, one a type, and one that no device uses any more."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def of_type(self, kind: str) -> Any:
        import asyncssh

        if kind not in self._made:
            self._made[kind] = asyncssh.generate_private_key(kind)
        return self._made[kind]

    def older(self) -> Any:
        import asyncssh

        if "older" not in self._made:
            self._made["older"] = asyncssh.generate_private_key("ssh-ed25519")
        return self._made["older"]


def _public(key: Any) -> str:
    text: str = key.export_public_key("openssh").decode("ascii")
    return " ".join(text.split()[:2])


async def _start(device: EmulatedDevice, city: City, keys: _Keys) -> Callable[[], Any]:
    if device.behaviour is Behaviour.OFF:
        return _closed_port(device, city)
    if device.behaviour is Behaviour.SILENT:
        return await _silent_port(device, city)
    return await _ssh(device, city, keys)


def _closed_port(device: EmulatedDevice, city: City) -> Callable[[], Any]:
    """Hold a port without listening, so that a connection is refused and nobody else gets the port."""
    holder = socket.socket()
    holder.bind((ADDRESS, device.port))
    city.add(device.name, holder.getsockname()[1], None)
    return holder.close


async def _silent_port(device: EmulatedDevice, city: City) -> Callable[[], Any]:
    writers: list[asyncio.StreamWriter] = []

    async def keep(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(keep, ADDRESS, device.port)
    city.add(device.name, server.sockets[0].getsockname()[1], None)

    def close() -> None:
        server.close()
        for writer in writers:
            writer.transport.abort()

    return close


async def _ssh(device: EmulatedDevice, city: City, keys: _Keys) -> Callable[[], Any]:
    import asyncssh

    settings = device.persona.data.get("ssh", {})
    key = keys.of_type(settings.get("key", "ssh-ed25519"))
    kex = _NEVER_ACCEPTED if device.behaviour is Behaviour.NO_COMMON_ALGORITHM else settings.get("kex", ())
    connections: list[Any] = []

    class Server(asyncssh.SSHServer):
        """Checks the login of one connection."""

        def connection_made(self, conn: Any) -> None:
            connections.append(conn)

        def begin_auth(self, _username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            right = (username, password) == (device.user, device.password)
            return right and device.behaviour is not Behaviour.WRONG_PASSWORD

        def public_key_auth_supported(self) -> bool:
            return device.public_key is not None

        def validate_public_key(self, username: str, key: Any) -> bool:
            return username == device.user and _public(key) == " ".join((device.public_key or "").split()[:2])

    acceptor = await asyncssh.create_server(
        Server,
        ADDRESS,
        device.port,
        server_host_keys=[key],
        process_factory=lambda process: Session(device, city.open_session(device.name), process).run(),
        encoding=None,
        line_editor=False,
        kex_algs=kex or (),
        login_timeout=600,
    )
    known = keys.older() if device.behaviour is Behaviour.CHANGED_KEY else key
    city.add(device.name, acceptor.get_port(), _public(known))

    def close() -> None:
        acceptor.close()
        for connection in connections:
            connection.abort()

    return close


@contextmanager
def emulated_city(devices: Sequence[EmulatedDevice]) -> Iterator[City]:
    """Run the devices; on leaving, all sessions end. Raises UsageError when the SSH library is not installed."""
    try:
        import asyncssh  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise UsageError("demo.extra_missing") from error
    logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of every word said to a client that has gone
    # Emulated devices offer the key exchange of real old ones; that it is old is no news to whoever runs the demo.
    warnings.filterwarnings("ignore", message="Diffie-Hellman over finite fields")
    city = City()
    thread = _Thread(devices, city)
    thread.start()
    try:
        thread.wait_until_ready()
        yield city
    finally:
        thread.end()
