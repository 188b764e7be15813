"""Secrets in vaults: after reading, resolving and collecting they are nowhere but in memory."""

import base64
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_audit import ansible_call, resources
from infra_audit.collectors import servers
from infra_audit.collectors.interface import Job, Options
from infra_audit.errors import InventoryError
from infra_audit.inventory.ansible import read, resolve
from infra_audit.model.device import Device
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason
from infra_audit.private_folder import PREFIX

pytestmark = pytest.mark.live

SECRET = "Pl4nted-in-the-vault"
PASSWORD = "opens-the-vault"
PLATFORMS = {
    "linux": Platform("linux", Path("linux"), {"playbook": "collect_linux.yml", "sources": {"id": {"command": "id"}}})
}
FOREIGN_CONFIG = """[defaults]
log_path = {folder}/ansible.log
callbacks_enabled = ansible.builtin.tree, ansible.posix.log_plays
callback_plugins = {folder}/callbacks
fact_caching = jsonfile
fact_caching_connection = {folder}/facts
[inventory]
cache = true
cache_plugin = jsonfile
cache_connection = {folder}/inventory-cache
"""


class _Silent:
    def started(self, device: str) -> None: ...

    def finished(self, device: str, reason: Reason | None) -> None: ...


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which everything of a run lies: temporary files, home, and an ansible.cfg that would keep all."""
    folder = Path(tempfile.mkdtemp(prefix="ia-"))
    for name in ("tmp", "home", "work"):
        (folder / name).mkdir()
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(folder / "work")
    (folder / "work" / "ansible.cfg").write_text(FOREIGN_CONFIG.format(folder=folder / "home"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """An inventory with the secret inline, in a whole file, and in what is made of both."""
    folder = tmp_path / "inventory"
    (folder / "group_vars").mkdir(parents=True)
    password = tmp_path / "password.txt"
    password.write_text(PASSWORD + "\n")
    whole = folder / "group_vars" / "all.yml"
    whole.write_text(f"whole_file_secret: {SECRET}\n")
    _vault(password, "encrypt", str(whole))
    inline = _vault(password, "encrypt_string", "--name", "ansible_become_password", SECRET)
    (folder / "hosts.yml").write_text(
        "all:\n  vars:\n    infra_audit_zones: [lgwan]\n    infra_audit_platform: linux\n    ansible_connection: local\n"
        + "".join(f"    {line}\n" for line in inline.rstrip().split("\n"))
        + "  hosts:\n    one: {ansible_password: 'pre-{{ whole_file_secret }}'}\n"
    )
    return folder


def _vault(password: Path, *arguments: str) -> str:
    program = Path(sys.executable).parent / "ansible-vault"
    environment = {**os.environ, "ANSIBLE_HOME": str(password.parent / "home"), "LC_ALL": "C.UTF-8"}
    command = [str(program), arguments[0], "--vault-password-file", str(password), *arguments[1:]]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def _left(*folders: Path) -> list[Path]:
    needles = [SECRET.encode(), PASSWORD.encode(), base64.b64encode(SECRET.encode())[:-4]]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(needle in path.read_bytes() for needle in needles)]


def test_nothing_of_a_vault_stays(
    inventory: Path,
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    password = tmp_path / "password.txt"
    _gatherer(tmp_path, monkeypatch)
    devices = read(inventory, platforms=PLATFORMS, vault_password_file=password)
    credentials = resolve(inventory, devices, vault_password_file=password)
    assert credentials["one"].password == f"pre-{SECRET}"
    assert credentials["one"].become_password == SECRET
    options = Options(inventory=inventory, vault_password_file=password)
    jobs = [Job(device=device, platform=PLATFORMS["linux"]) for device in devices]
    (found,) = servers.collect(jobs, options, _Silent(), threading.Event())
    assert [a.data for a in found.artifacts] == [b"seen"]
    assert not list((place / "tmp").iterdir())
    assert not _left(place)
    shown = "".join(capfd.readouterr()) + caplog.text + repr(devices) + repr(credentials) + repr(found)
    shown += json.dumps([device.to_json() for device in devices])
    assert SECRET not in shown
    assert PASSWORD not in shown


def test_by_vault_id(inventory: Path, place: Path, tmp_path: Path) -> None:
    ids = (f"demo@{os.path.relpath(tmp_path / 'password.txt')}",)
    devices = read(inventory, platforms=PLATFORMS, vault_ids=ids)
    assert resolve(inventory, devices, vault_ids=ids)["one"].become_password == SECRET


def test_an_error_tells_no_secret(inventory: Path, place: Path, tmp_path: Path) -> None:
    text = (inventory / "hosts.yml").read_text()
    (inventory / "hosts.yml").write_text(text.replace("whole_file_secret }}", "whole_file_secret | no_such_filter }}"))
    password = tmp_path / "password.txt"
    devices = read(inventory, platforms=PLATFORMS, vault_password_file=password)
    with pytest.raises(InventoryError) as caught:
        resolve(inventory, devices, vault_password_file=password)
    assert caught.value.code == "inventory.unresolved"
    assert SECRET not in repr(caught.value) + str(caught.value)
    assert not _left(place)


def test_a_password_of_a_stopped_login_stays_nowhere(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _gatherer(tmp_path, monkeypatch)
    memory = Path("/dev/shm")
    with socket.create_server(("127.0.0.1", 0)) as mute:  # accepts, and never says a word
        hosts = {
            "web1": {"ansible_host": "127.0.0.1", "ansible_port": mute.getsockname()[1], "ansible_password": SECRET}
        }
        path = tmp_path / "hosts.json"
        path.write_text(json.dumps({"all": {"hosts": hosts}}))
        cancel = threading.Event()
        seen: list[bool] = []

        def look() -> None:
            connection, _ = mute.accept()
            with connection:
                seen.append(bool(_left(memory)))
                cancel.set()
                stopped.wait(10)

        stopped = threading.Event()
        looker = threading.Thread(target=look, daemon=True)
        looker.start()
        jobs = [Job(device=Device(id="web1"), platform=PLATFORMS["linux"])]
        (found,) = servers.collect(jobs, Options(inventory=path, connect_timeout_seconds=30), _Silent(), cancel)
        stopped.set()
        looker.join()
    assert found.missing[0].reason.code == "collect.cancelled"
    assert seen == [True], "while ssh waits, Ansible holds the password in shared memory"
    assert not _left(memory, place / "tmp")


def test_during_a_call_only_the_owner_can_look(inventory: Path, place: Path, tmp_path: Path) -> None:
    modes = set()

    def on_event(event: ansible_call.Event) -> None:
        (folder,) = (place / "tmp").glob(f"{PREFIX}*")
        modes.add(folder.stat().st_mode & 0o777)

    vault = ansible_call.Vault(password_file=tmp_path / "password.txt")
    ansible_call.play("resolve.yml", [inventory], ["one"], vault, on_event=on_event)
    assert modes == {0o700}


def _gatherer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "playbooks"
    shutil.copytree(str(resources.root("playbooks")), folder)
    (folder / "gather_linux.sh").write_text(
        "echo '#infra-audit gather 1'\necho '#begin id'\nprintf seen | base64\n"
        "echo '#end id state=present exit=0 size=4 gzip=no'\necho '#done 1'\n"
    )
    root = resources.root
    monkeypatch.setattr(resources, "root", lambda kind: folder if kind == "playbooks" else root(kind))
