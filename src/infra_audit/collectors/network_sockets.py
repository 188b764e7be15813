"""Connections of a run: made so that a cancelled run need not wait for them, and closed from outside."""

import errno
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from infra_audit.collectors.network_errors import Interrupted

_POLL_MILLISECONDS = 100
_IN_PROGRESS = (errno.EINPROGRESS, errno.EWOULDBLOCK)


class Sockets:
    """The open connections; `close_all` ends every session of a run at once."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False

    def connect(self, host: str, port: int, seconds: float, cancelled: Callable[[], bool]) -> socket.socket:
        """Return a connection. Raises OSError of the last address tried, or Interrupted."""
        last: OSError = TimeoutError()
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            connection = socket.socket(family, kind, protocol)
            try:
                _connect(connection, address, seconds, cancelled)
                self._add(connection)
            except BaseException as error:
                connection.close()
                if not isinstance(error, OSError):
                    raise
                last = error
            else:
                return connection
        raise last

    def release(self, connection: socket.socket) -> None:
        """Close one connection."""
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def close_all(self) -> None:
        """Shut every connection down: whoever reads from one gets the end of the stream."""
        with self._lock:
            self._closed = True
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _add(self, connection: socket.socket) -> None:
        with self._lock:
            if self._closed:
                raise Interrupted
            self._open.add(connection)


def _connect(
    connection: socket.socket, address: tuple[object, ...], seconds: float, cancelled: Callable[[], bool]
) -> None:
    connection.settimeout(0)
    code = connection.connect_ex(address)
    end = time.monotonic() + seconds
    poller = select.poll()
    poller.register(connection, select.POLLOUT)
    while code in _IN_PROGRESS:
        if cancelled():
            raise Interrupted
        if time.monotonic() > end:
            raise TimeoutError
        if poller.poll(_POLL_MILLISECONDS):
            code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))
    connection.settimeout(seconds)
