"""Why a session failed, told by the innermost exception: the libraries wrap a changed host key in a timeout."""

import errno
import socket
from collections.abc import Iterator

from infra_audit.model.reason import Reason

DROPPED = "collect.dropped"

_BY_ERRNO = {
    errno.EHOSTUNREACH: "collect.unreachable",
    errno.ENETUNREACH: "collect.unreachable",
    errno.EHOSTDOWN: "collect.unreachable",
}
_BY_WORDS = (
    ("timed out", "collect.timeout"),
    ("timeout", "collect.timeout"),
    ("eof", DROPPED),
    ("dropped", DROPPED),
    ("not active", DROPPED),
    ("protocol banner", DROPPED),
)
"""Words of an SSH library's message, for errors that it raises without a type of their own."""


class CollectError(Exception):
    """A failure whose reason is known where it happens."""

    def __init__(self, code: str, /, **fields: object) -> None:
        super().__init__(code)
        self.reason = Reason(code, fields)


class Interrupted(Exception):  # noqa: N818 - not an error: somebody asked to stop
    """The run was cancelled."""


def reason_of(error: BaseException) -> Reason:
    """Return the reason of a failed session. It names types only: messages of libraries may hold what was typed."""
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, CollectError):
            return link.reason
        if isinstance(link, Interrupted):
            return Reason("collect.cancelled")
    for link in reversed(chain):
        code = _code(link)
        if code is not None:
            return Reason(code)
    return Reason("collect.failed", {"error": type(chain[-1]).__name__})


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception and what caused it, outermost first."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _code(error: BaseException) -> str | None:
    return _by_type(error) or _by_system(error) or _by_words(error)


def _by_type(error: BaseException) -> str | None:
    import paramiko
    from paramiko.ssh_exception import IncompatiblePeer

    if isinstance(error, paramiko.BadHostKeyException):
        return "collect.host_key_changed"
    if isinstance(error, IncompatiblePeer):
        return "collect.no_common_algorithm"
    if isinstance(error, paramiko.PasswordRequiredException):
        return "collect.key_locked"
    if isinstance(error, paramiko.AuthenticationException):
        return _by_words(error) or "collect.login_refused"
    return None


def _by_system(error: BaseException) -> str | None:
    if isinstance(error, socket.gaierror):
        return "collect.name_unknown"
    if isinstance(error, TimeoutError):
        return "collect.timeout"
    if isinstance(error, ConnectionRefusedError):
        return "collect.connection_refused"
    if isinstance(error, (ConnectionError, EOFError)):
        return DROPPED
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0)
    return None


def _by_words(error: BaseException) -> str | None:
    import paramiko
    from netmiko.exceptions import ReadTimeout

    if isinstance(error, ReadTimeout):
        return "collect.prompt_not_found"
    if not isinstance(error, paramiko.SSHException):
        return None
    message = str(error).lower()
    return next((code for words, code in _BY_WORDS if words in message), None)
