"""Host keys: what is known, what is new, and what has changed."""

import os
import threading
from pathlib import Path
from typing import Any

from infra_audit.collectors.network_errors import CollectError
from infra_audit.errors import InputError

_SSH_PORT = 22


class KnownHosts:
    """The operator's known_hosts file, shared by all sessions of a run.

    A key that was never seen is refused, or written to the file when the operator asked for that. A key that differs
    from the one in the file is refused by the SSH library and is never written.
    """

    def __init__(self, path: Path | None, *, record: bool) -> None:
        """Read the file; `None` means the user's own. Lines that cannot be read are left alone. Raises InputError."""
        import paramiko

        self._path = path or Path("~/.ssh/known_hosts").expanduser()
        self._record = record
        self._lock = threading.Lock()
        self._keys: Any = paramiko.HostKeys()
        for line in self._lines():
            self._add(line)

    def prepare(self, client: Any, host: str, port: int) -> None:
        """Give an SSH client what is known of one host, and the policy for a key that is not."""
        name = self.name_of(host, port)
        with self._lock:
            known = self._keys.lookup(name) or {}
            for kind in list(known):
                client.get_host_keys().add(name, kind, known[kind])
        client.set_missing_host_key_policy(self._policy())

    @staticmethod
    def name_of(host: str, port: int) -> str:
        """Return how a known_hosts file names a host: the port is told when it is not 22."""
        return host if port == _SSH_PORT else f"[{host}]:{port}"

    def _policy(self) -> Any:
        import paramiko

        hosts = self

        class FirstUse(paramiko.MissingHostKeyPolicy):  # type: ignore[misc,unused-ignore]
            """Takes a key that was never seen to the file, or refuses it."""

            def missing_host_key(self, _client: Any, hostname: str, key: Any) -> None:
                hosts.first_use(hostname, key)

        return FirstUse()

    def first_use(self, name: str, key: Any) -> None:
        """Record the key of a host that has none in the file. Raises CollectError when it must not or cannot."""
        from paramiko.hostkeys import HostKeyEntry

        if not self._record:
            raise CollectError("collect.host_key_unknown", host=name, key=key.get_name())
        line = HostKeyEntry([name], key).to_line()
        with self._lock:
            try:
                self._append(line)
            except OSError as error:
                raise CollectError("collect.host_key_not_recorded", file=str(self._path)) from error
            self._keys.add(name, key.get_name(), key)

    def _append(self, line: str) -> None:
        """Write one line at the end of the file, in one call, so that a broken run leaves no half line."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            open_end = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            file.write((("\n" if open_end else "") + line).encode("utf-8"))

    def _lines(self) -> list[str]:
        try:
            return self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise InputError("file.unreadable", file=str(self._path), what=type(error).__name__) from error

    def _add(self, line: str) -> None:
        from paramiko.hostkeys import HostKeyEntry, InvalidHostKey
        from paramiko.ssh_exception import SSHException

        if not line.strip() or line.startswith(("#", "@")):
            return
        try:
            entry = HostKeyEntry.from_line(line)
        except (InvalidHostKey, SSHException, ValueError):
            return
        if entry is not None:
            for name in entry.hostnames:
                self._keys.add(name, entry.key.get_name(), entry.key)
