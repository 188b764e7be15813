"""What judges old evidence needs neither netmiko nor Ansible: on Windows they do not exist."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.laws.samples import samples
from tests.scenarios.cli import run

BLOCK = """
import sys
BLOCKED = ("netmiko", "paramiko", "ansible_runner", "ansible", "asyncssh")
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ImportError(f"{name} is not here")
sys.meta_path.insert(0, Refuse())
from infra_audit.cli import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    result = run("scan", samples()[0], "--out", folder, "--id", "old", "--complete", cwd=folder)
    assert result.status in (1, 3), result.err
    return folder / "snapshots" / "old"


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "SNAPSHOT"],
        ["parse", "SNAPSHOT", "--format", "json"],
        ["diff", "SNAPSHOT", "SNAPSHOT"],
        ["rules", "list"],
        ["platform", "list"],
        ["collect", "--print-commands"],
        ["collect", "--kit", "teraterm", "--platform", "cisco_ios", "--host", "192.0.2.1", "--out", "kit"],
        ["doctor"],
        ["--help"],
    ],
    ids=lambda a: " ".join(a[:2]),
)
def test_offline_commands_run_without_them(arguments: list[str], snapshot: Path) -> None:
    words = [str(snapshot) if word == "SNAPSHOT" else word for word in arguments]
    done = subprocess.run(
        [sys.executable, "-c", BLOCK, *words], capture_output=True, text=True, cwd=snapshot.parent, check=False
    )
    assert done.returncode in (0, 1, 3), done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_snapshot_gives_the_same_bytes_again(snapshot: Path) -> None:
    first = run("check", snapshot, "--format", "json", cwd=snapshot.parent)
    assert first.out == run("check", snapshot, "--format", "json", cwd=snapshot.parent).out
    assert first.out


def test_a_changed_artefact_is_refused(snapshot: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "changed"
    shutil.copytree(snapshot, copy)
    artefact = next((copy / "artefacts").rglob("*.txt"))
    artefact.chmod(0o600)
    artefact.write_text(artefact.read_text("utf-8").replace("hostname", "hostnamf", 1), encoding="utf-8")
    result = run("check", copy, cwd=tmp_path)
    assert result.status == 5
    assert artefact.name in result.err
