"""Ctrl-C in the middle of a collection: the command ends, what was collected stays, and the same command resumes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

HANG_GUARD = 60
"""Seconds after which a test gives up; the speed itself is measured elsewhere."""


def _start(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "infra_audit", "demo", "--out", "out", "--id", "cut", "--max-sessions", "2"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "INFRA_AUDIT_LANG": "en", "HOME": str(folder)}
    return subprocess.Popen(command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _collected(folder: Path) -> int:
    return len(list((folder / "out/snapshots/cut.partial/artefacts").glob("*")))


def test_interrupted_and_resumed(tmp_path: Path) -> None:
    process = _start(tmp_path)
    end = time.monotonic() + HANG_GUARD
    while _collected(tmp_path) < 2:
        assert time.monotonic() < end
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=HANG_GUARD)
    assert process.returncode == 130, err
    assert "--id cut" in err
    assert "Traceback" not in err
    before = _collected(tmp_path)
    assert before >= 2
    resumed = _start(tmp_path)
    _, err = resumed.communicate(timeout=4 * HANG_GUARD)
    assert resumed.returncode == 1, err
    assert "Resuming snapshot cut" in err
    assert (tmp_path / "out/snapshots/cut/snapshot.json").is_file()
