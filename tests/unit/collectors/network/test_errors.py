"""The reason of a failure is that of its innermost cause, and never holds what a library says."""

import errno
import socket

import paramiko
import pytest
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadTimeout
from paramiko.ssh_exception import IncompatiblePeer

from infra_audit.collectors.network_errors import CollectError, Interrupted, reason_of
from infra_audit.texts import catalogue


def wrapped(inner: Exception, outer: Exception) -> Exception:
    """Return `outer` as a library raises it while it handles `inner`."""
    try:
        try:
            raise inner
        except type(inner):
            raise outer  # noqa: B904 - the libraries do not name the cause either
    except type(outer) as error:
        return error


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (paramiko.BadHostKeyException("h", None, None), "collect.host_key_changed"),
        (IncompatiblePeer("Incompatible ssh peer (no acceptable kex algorithm)"), "collect.no_common_algorithm"),
        (paramiko.AuthenticationException("Authentication failed."), "collect.login_refused"),
        (paramiko.AuthenticationException("Authentication timeout."), "collect.timeout"),
        (paramiko.AuthenticationException("transport shut down or saw EOF"), "collect.dropped"),
        (paramiko.PasswordRequiredException("locked"), "collect.key_locked"),
        (ConnectionRefusedError(), "collect.connection_refused"),
        (ConnectionResetError(), "collect.dropped"),
        (BrokenPipeError(), "collect.dropped"),
        (EOFError(), "collect.dropped"),
        (TimeoutError(), "collect.timeout"),
        (socket.gaierror(-2, "Name or service not known"), "collect.name_unknown"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "collect.unreachable"),
        (ReadTimeout("Pattern not detected"), "collect.prompt_not_found"),
        (paramiko.SSHException("Error reading SSH protocol banner"), "collect.dropped"),
        (paramiko.SSHException("SSH session not active"), "collect.dropped"),
    ],
)
@pytest.mark.parametrize("outer", [NetmikoTimeoutException, NetmikoAuthenticationException, None])
def test_the_innermost_cause_decides(inner: Exception, code: str, outer: type[Exception] | None) -> None:
    error = wrapped(inner, outer("TCP connection to device failed.")) if outer else inner
    assert reason_of(error).code == code


def test_what_was_known_at_the_place_wins() -> None:
    error = wrapped(ReadTimeout("x"), CollectError("collect.enable_refused"))
    assert reason_of(error).code == "collect.enable_refused"
    assert reason_of(wrapped(EOFError(), Interrupted())).code == "collect.cancelled"


def test_an_unforeseen_error_tells_its_type_only() -> None:
    reason = reason_of(ValueError("the password is Himitsu"))
    assert (reason.code, reason.fields) == ("collect.failed", {"error": "ValueError"})


def test_every_code_has_its_texts() -> None:
    from infra_audit.collectors import network_device, network_errors, network_hostkeys, network_session

    known = catalogue("reasons")
    for module in (network_device, network_errors, network_hostkeys, network_session):
        assert module.__file__ is not None
        import re
        from pathlib import Path

        for code in re.findall(r'"(collect\.[a-z_]+)"', Path(module.__file__).read_text("utf-8")):
            assert code in known, code
