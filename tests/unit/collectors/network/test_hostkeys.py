"""The known_hosts file: what is read from it, and what is ever written to it."""

from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infra_audit.collectors.network_errors import CollectError
from infra_audit.collectors.network_hostkeys import KnownHosts
from infra_audit.errors import InputError


def new_key() -> tuple[str, paramiko.PKey]:
    """Return a public key as text and as the library's value."""
    public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    entry = paramiko.hostkeys.HostKeyEntry.from_line(f"x {public}")
    assert entry is not None
    return public, entry.key


def test_a_first_key_is_appended_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("# 記録\nbroken line\nhost ssh-ed25519 !!!", "utf-8")
    text, key = new_key()
    KnownHosts(file, record=True).first_use("[192.0.2.1]:2222", key)
    assert file.read_text("utf-8") == f"# 記録\nbroken line\nhost ssh-ed25519 !!!\n[192.0.2.1]:2222 {text}\n"


def test_a_new_file_is_only_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "deeper" / "known_hosts"
    KnownHosts(file, record=True).first_use("192.0.2.1", new_key()[1])
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_is_written_unless_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    with pytest.raises(CollectError) as caught:
        KnownHosts(file, record=False).first_use("192.0.2.1", new_key()[1])
    assert caught.value.reason.code == "collect.host_key_unknown"
    assert not file.exists()


def test_a_file_that_cannot_be_written_is_a_reason(tmp_path: Path) -> None:
    hosts = KnownHosts(tmp_path / "folder" / "known_hosts", record=True)
    (tmp_path / "folder").write_text("in the way", "utf-8")
    with pytest.raises(CollectError) as caught:
        hosts.first_use("192.0.2.1", new_key()[1])
    assert caught.value.reason.code == "collect.host_key_not_recorded"


def test_a_file_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        KnownHosts(tmp_path, record=True)
    assert caught.value.code == "file.unreadable"


@pytest.mark.parametrize(
    ("host", "port", "name"), [("sw1.example.jp", 22, "sw1.example.jp"), ("192.0.2.1", 2222, "[192.0.2.1]:2222")]
)
def test_a_client_is_given_what_is_known_of_its_host(tmp_path: Path, host: str, port: int, name: str) -> None:
    text, key = new_key()
    other, _ = new_key()
    file = tmp_path / "known_hosts"
    file.write_text(f"other {other}\n{name} {text}\n", "utf-8")
    client = paramiko.SSHClient()
    KnownHosts(file, record=False).prepare(client, host, port)
    known = client.get_host_keys()
    assert list(known.keys()) == [name]
    assert known.check(name, key)
    client.close()
