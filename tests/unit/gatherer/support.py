"""Running the gatherer in the shells that servers have, and on a host whose /etc is a folder of this test."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra_audit import catalogue, resources
from infra_audit.collectors import ansible_output
from infra_audit.model.platform import Platform

SHELLS = {"dash": ["dash"], "bash": ["bash", "--posix"], "busybox": ["busybox", "ash"]}
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
VOLATILE = frozenset({"listeners", "processes", "mounts", "systemd-units", "apt-lists", "chrony-tracking"})
"""Sources that may differ between two runs on one host."""


def script() -> str:
    """Return the gatherer."""
    return (resources.root("playbooks") / "gather_linux.sh").read_text("utf-8")


def platform() -> Platform:
    """Return the platform whose sources it reads."""
    return catalogue.platforms()["linux"]


def installed(command: Sequence[str]) -> bool:
    """Return whether a command is there."""
    return shutil.which(command[0]) is not None


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    text: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the gatherer as ssh does: as one argument of a shell."""
    return subprocess.run(
        [*command, "-c", script() if text is None else text],
        capture_output=True, text=True, check=False, timeout=120, env=environment, cwd=folder,
    )  # fmt: skip


def blocks(output: str) -> dict[str, ansible_output.Block]:
    """Return the blocks of an answer that came whole."""
    gathered = ansible_output.read(output)
    assert gathered.began
    assert gathered.ended
    assert [block.source for block in gathered.blocks if not block.whole] == []
    return {block.source: block for block in gathered.blocks}


def in_namespace(setup: str, *, kinds: str) -> subprocess.CompletedProcess[str]:
    """Run shell lines and then the gatherer in namespaces of their own: what is mounted or filtered there is nowhere else."""
    return run(["unshare", f"-{kinds}", "--", "sh"], text=f"{setup}\n{script()}")


def namespaces_allowed(kinds: str) -> bool:
    """Return whether this account may make namespaces."""
    command = ["unshare", f"-{kinds}", "--", "true"]
    return installed(command) and subprocess.run(command, capture_output=True, check=False).returncode == 0
