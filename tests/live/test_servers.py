"""Servers through real Ansible: this machine, and a real sshd on loopback whose keys behave well or badly."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra_audit import resources
from infra_audit.collectors import servers
from infra_audit.collectors.interface import Job, Options
from infra_audit.model.device import Device
from infra_audit.model.evidence import Collection, Completeness
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason
from infra_audit.private_folder import PRIVATE, remove_leftovers
from tests.live.sshd import SSHD, WHY_NOT, Sshd, account, running

pytestmark = pytest.mark.live
needs_sshd = pytest.mark.skipif(SSHD is None, reason=WHY_NOT)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: makes an account or becomes another one")

PLATFORM = Platform(
    "linux",
    Path("linux"),
    {
        "playbook": "collect_linux.yml",
        "sources": {"os-release": {"path": "/etc/os-release", "main": True}, "id": {"command": "id"}, "tty": {"command": "tty"}},
    },
)  # fmt: skip
GATHERER = """# it's quoted: {{ braces }} 'single' "double" $HOME `true`
one() { printf '#begin %s\\n' "$1"; printf %s "$2" | base64; printf '#end %s state=present exit=0 size=%s gzip=no\\n' "$1" "${#2}"; }
echo '#infra-audit gather 1'
one os-release "$(cat /etc/os-release)"
one id "$(id -un)"
if [ -t 0 ] || [ -t 1 ] || [ -t 2 ]; then one tty yes; else one tty no; fi
echo '#done 3'
"""


class Record:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: dict[str, Reason | None] = {}

    def started(self, device: str) -> None:
        self.begun.append(device)

    def finished(self, device: str, reason: Reason | None) -> None:
        assert device not in self.ended
        self.ended[device] = reason


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short path, as sockets lie in it, that must be empty at the end."""
    folder = Path(tempfile.mkdtemp(prefix="ia-"))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    left = list(folder.iterdir())
    shutil.rmtree(folder)
    assert not left


@pytest.fixture
def gatherer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Put a script in the place of the shipped one."""
    shipped = Path(str(resources.root("playbooks")))
    folder = tmp_path / "playbooks"
    shutil.copytree(shipped, folder)
    root = resources.root
    monkeypatch.setattr(resources, "root", lambda kind: folder if kind == "playbooks" else root(kind))
    path = folder / "gather_linux.sh"
    path.write_text(GATHERER)

    def write(script: str) -> None:
        path.write_text(script)

    return write


@pytest.fixture(scope="module")
def sshd() -> Iterator[Sshd]:
    with running() as server:
        yield server


def _inventory(tmp_path: Path, hosts: dict[str, dict[str, Any]]) -> Path:
    path = tmp_path / "hosts.json"
    path.write_text(json.dumps({"all": {"hosts": hosts}}))
    return path


def _collect(
    tmp_path: Path,
    hosts: dict[str, dict[str, Any]],
    observer: Record | None = None,
    cancel: threading.Event | None = None,
    **options: Any,
) -> dict[str, Collection]:
    jobs = [Job(device=Device(id=name), platform=PLATFORM) for name in hosts]
    chosen = Options(inventory=_inventory(tmp_path, hosts), connect_timeout_seconds=5, **options)
    found = list(servers.collect(jobs, chosen, observer or Record(), cancel or threading.Event()))
    assert sorted(c.device.id for c in found) == sorted(hosts), "one collection a host"
    return {c.device.id: c for c in found}


def _whole(found: Collection) -> dict[str, bytes]:
    assert not found.missing, found.missing
    assert all(a.complete is Completeness.YES and a.collected_at for a in found.artifacts)
    return {a.source or "": a.data for a in found.artifacts}


def _reason(found: Collection) -> str:
    assert not found.artifacts
    (missing,) = found.missing
    assert missing.source is None
    return missing.reason.code


def test_this_machine(tmp_path: Path, gatherer: Callable[[str], None]) -> None:
    observer = Record()
    found = _collect(tmp_path, {"here": {"ansible_connection": "local"}}, observer)
    data = _whole(found["here"])
    assert data["os-release"] == Path("/etc/os-release").read_bytes().rstrip(b"\n")
    assert (observer.begun, observer.ended) == (["here"], {"here": None})


def test_a_host_that_cannot_be_reached_stops_no_other(tmp_path: Path, gatherer: Callable[[str], None]) -> None:
    hosts: dict[str, dict[str, Any]] = {
        "here": {"ansible_connection": "local"},
        "off": {"ansible_host": "127.0.0.1", "ansible_port": 1},
        "nowhere": {"ansible_host": "no-such-host.invalid"},
        "wrong": {"ansible_connection": "local", "ansible_become": True, "ansible_become_method": "no_such_method"},
        "template": {"ansible_connection": "local", "ansible_become": "{{ nowhere }}"},
    }
    found = _collect(tmp_path, hosts)
    assert _whole(found["here"])
    assert _reason(found["off"]) == "collect.connection_refused"
    assert _reason(found["nowhere"]) == "collect.name_unknown"
    assert _reason(found["wrong"]) == "collect.failed"
    assert _reason(found["template"]) == "collect.variable_undefined"


@needs_sshd
def test_over_ssh_without_a_terminal(tmp_path: Path, gatherer: Callable[[str], None], sshd: Sshd) -> None:
    found = _collect(tmp_path, {"web1": sshd.host(sshd.key("plain"))}, known_hosts=sshd.known_hosts)
    assert _whole(found["web1"])["tty"] == b"no"


@needs_sshd
def test_bad_hosts_stop_no_other(tmp_path: Path, gatherer: Callable[[str], None], sshd: Sshd) -> None:
    behaviours = {
        "good1": None, "good2": None,
        "noisy": "printf '\\202\\240 \\377 noise\\n'; eval \"$SSH_ORIGINAL_COMMAND\"; printf '\\377'",
        "cut": 'sh -c "$SSH_ORIGINAL_COMMAND" | head -c 200',
        "drops": "echo '#infra-audit gather 1'; kill -9 $PPID; sleep 5",
        "hangs": "sleep 600",
        "garbage": "head -c 3000000 /dev/urandom",
        "endless": "while :; do echo 0123456789abcdef0123456789abcdef; done",
        "silent": "exit 1",
        "refuses": "echo This account is currently not available.; exit 1",
    }  # fmt: skip
    hosts = {name: sshd.host(sshd.key(name, command)) for name, command in behaviours.items()}
    hosts["stranger"] = sshd.host(sshd.key("stranger", authorised=False))
    begun = time.monotonic()
    observer = Record()
    found = _collect(tmp_path, hosts, observer, known_hosts=sshd.known_hosts, command_timeout_seconds=6)
    assert sorted(observer.begun) == sorted(observer.ended) == sorted(hosts)
    assert sorted(name for name, reason in observer.ended.items() if reason is None) == ["good1", "good2", "noisy"]
    assert time.monotonic() - begun < 6 + 20
    for name in ("good1", "good2", "noisy"):
        assert _whole(found[name])
    assert {m.reason.code for m in found["cut"].missing} == {"collect.cut"}
    assert [a.complete for a in found["cut"].artifacts] == [Completeness.NO]
    assert {name: _reason(found[name]) for name in hosts if name not in ("good1", "good2", "noisy", "cut")} == {
        "drops": "collect.dropped", "hangs": "collect.timeout", "garbage": "collect.no_answer",
        "endless": "collect.timeout", "silent": "collect.no_answer", "refuses": "collect.no_answer",
        "stranger": "collect.login_refused",
    }  # fmt: skip


@needs_sshd
def test_host_keys(tmp_path: Path, gatherer: Callable[[str], None]) -> None:
    careless: dict[str, Any] = {
        "ansible_ssh_common_args": "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null",
        "ansible_ssh_args": "-o StrictHostKeyChecking=no",
        "ansible_host_key_checking": False,
    }
    with running() as server:
        key = server.key("plain")
        hosts = {"web1": server.host(key), "web2": server.host(key, **careless)}
        seen = tmp_path / "seen here"
        for _ in range(2):
            found = _collect(tmp_path, hosts, known_hosts=seen)
            assert {_reason(c) for c in found.values()} == {"collect.host_key_unknown"}
        found = _collect(tmp_path, hosts, known_hosts=seen, record_first_use=True)
        assert all(_whole(c) for c in found.values())
        assert f"[127.0.0.1]:{server.port} " in seen.read_text()
        server.change_host_key()
        before = seen.read_bytes()
        found = _collect(tmp_path, hosts, known_hosts=seen, record_first_use=True)
        assert {_reason(c) for c in found.values()} == {"collect.host_key_changed"}
        assert seen.read_bytes() == before
        password = {"web3": server.host(key, ansible_password="Plant3d")}
        assert _reason(_collect(tmp_path, password, known_hosts=seen)["web3"]) == "collect.host_key_refused"


@needs_sshd
@needs_root
def test_an_ordinary_account_and_nothing_written(tmp_path: Path, gatherer: Callable[[str], None], sshd: Sshd) -> None:
    name = f"ia{os.getpid()}"
    gatherer(
        GATHERER.replace('one id "$(id -un)"', "printf '#begin id\\n#end id state=unreadable exit=1 size=0 gzip=no\\n'")
    )
    with account(name) as entry:
        found = _collect(
            tmp_path, {"web1": sshd.host(sshd.key("user"), ansible_user=name)}, known_hosts=sshd.known_hosts
        )
        owned = [
            path for top in (entry.pw_dir, "/tmp", "/var/tmp", "/dev/shm", "/run")
            for path in subprocess.run(["find", top, "-xdev", "-uid", str(entry.pw_uid)], capture_output=True, text=True, check=False).stdout.split()
        ]  # fmt: skip
    assert set(owned) == {entry.pw_dir}
    assert [a.source for a in found["web1"].artifacts] == ["os-release", "tty"]
    assert [(m.source, m.reason.code) for m in found["web1"].missing] == [("id", "collect.unreadable")]


@needs_sshd
@needs_root
def test_becoming_another_account(tmp_path: Path, gatherer: Callable[[str], None], sshd: Sshd) -> None:
    name = f"ia{os.getpid()}"
    become: dict[str, Any] = {"ansible_become": True, "ansible_become_method": "su", "ansible_become_user": name}
    with account(name):
        hosts: dict[str, dict[str, Any]] = {
            "far": sshd.host(sshd.key("become"), **become),
            "here": {"ansible_connection": "local", **become},
        }
        found = _collect(tmp_path, hosts, known_hosts=sshd.known_hosts)
    assert {_whole(c)["id"] for c in found.values()} == {name.encode()}


@needs_sshd
@pytest.mark.skipif(shutil.which("busybox") is None, reason="no busybox on this machine")
def test_a_host_without_python(tmp_path: Path, gatherer: Callable[[str], None], sshd: Sshd) -> None:
    tools = sshd.folder / "tools"
    tools.mkdir()
    busybox = shutil.which("busybox") or ""
    for tool in ("sh", "cat", "id", "base64", "printf"):
        (tools / tool).symlink_to(busybox)
    script = f'exec env -i PATH={tools} {tools}/sh -c "$SSH_ORIGINAL_COMMAND"'
    found = _collect(tmp_path, {"router": sshd.host(sshd.key("busybox", script))}, known_hosts=sshd.known_hosts)
    assert _whole(found["router"])


@needs_sshd
@pytest.mark.parametrize("way", ["cancel", "close"])
def test_stopping(way: str, tmp_path: Path, gatherer: Callable[[str], None], sshd: Sshd) -> None:
    """Within two seconds, with what had ended before, and no process of the run is left."""
    mark = f"{7_000_000 + os.getpid()}"
    hosts = {"good": sshd.host(sshd.key(f"good-{way}")), "slow": sshd.host(sshd.key(f"slow-{way}", f"sleep {mark}"))}
    cancel = threading.Event()
    jobs = [Job(device=Device(id=name), platform=PLATFORM) for name in hosts]
    options = Options(inventory=_inventory(tmp_path, hosts), known_hosts=sshd.known_hosts)
    run = servers.collect(jobs, options, Record(), cancel)
    first = next(iter(run))
    assert first.device.id == "good"
    assert _whole(first)
    begun = time.monotonic()
    if way == "cancel":
        cancel.set()
        (rest,) = list(run)
        assert _reason(rest) == "collect.cancelled"
    else:
        run.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < 2
    assert not _processes(str(options.known_hosts))


@needs_sshd
def test_ctrl_c(tmp_path: Path, gatherer: Callable[[str], None], sshd: Sshd, own_temporary_folder: Path) -> None:
    """What had ended is handed over, the rest is named, and Ctrl-C goes on to the caller."""
    hosts = {"good": sshd.host(sshd.key("good-int")), "slow": sshd.host(sshd.key("slow-int", "sleep 600"))}
    script = tmp_path / "run.py"
    script.write_text(
        "import threading\nfrom pathlib import Path\nfrom infra_audit import resources\n"
        "from infra_audit.collectors import servers\nfrom infra_audit.collectors.interface import Job, Options\n"
        "from infra_audit.model.device import Device\nfrom infra_audit.model.platform import Platform\n"
        "class Quiet:\n    def started(self, device): pass\n    def finished(self, device, reason): pass\n"
        f"resources.root = lambda kind: Path({str(resources.root('playbooks'))!r})\n"
        "sources = {'os-release': {'path': 'p'}, 'id': {'command': 'id'}, 'tty': {'command': 'tty'}}\n"
        "linux = Platform('linux', Path(), {'playbook': 'collect_linux.yml', 'sources': sources})\n"
        f"options = Options(inventory=Path({str(_inventory(tmp_path, hosts))!r}), known_hosts=Path({str(sshd.known_hosts)!r}))\n"
        "jobs = [Job(device=Device(id=name), platform=linux) for name in ('good', 'slow')]\n"
        "for found in servers.collect(jobs, options, Quiet(), threading.Event()):\n"
        "    print(found.device.id, len(found.artifacts), *[m.reason.code for m in found.missing], flush=True)\n"
    )
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "good 3\n"
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert time.monotonic() - begun < 2
    assert rest == "slow 0 collect.cancelled\n"
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert not _processes(str(sshd.known_hosts))


def _processes(word: str) -> list[bytes]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes()
        except OSError:
            continue
        if word.encode() in line and b"ssh" in line:
            found.append(line)
    return found


def test_what_a_killed_run_left_is_removed_by_the_next(
    tmp_path: Path, gatherer: Callable[[str], None], own_temporary_folder: Path
) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "import sys\nfrom infra_audit.private_folder import private_folder\n"
        "with private_folder() as folder:\n"
        "    (folder / 'artifacts').write_text('decrypted')\n    print(folder, flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert folder.stat().st_mode & 0o777 == 0o700
        assert remove_leftovers() == [], "a living run keeps its folder"
        process.send_signal(signal.SIGKILL)
        process.wait()
    orphan = subprocess.Popen(["sleep", "600"], env={**os.environ, PRIVATE: str(folder)})
    assert (folder / "artifacts").exists()
    _collect(tmp_path, {"here": {"ansible_connection": "local"}})
    assert not folder.exists()
    assert orphan.wait(5) == -signal.SIGKILL


def test_without_an_inventory(tmp_path: Path) -> None:
    from infra_audit.errors import UsageError

    with pytest.raises(UsageError) as caught:
        list(servers.collect([Job(device=Device(id="x"), platform=PLATFORM)], Options(), Record(), threading.Event()))
    assert caught.value.code == "collect.no_inventory"
