"""Run the command as a user does: a process of its own, its output as bytes."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache"
"""Kept between runs, so that not every one of some hundred commands compiles all platforms."""


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    status: int
    out: str
    err: str


def run(
    *arguments: str | Path,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    timeout: float = 300,
    before: tuple[str, ...] = (),
) -> Result:
    """Run `python -m infra_audit` with a home of its own, in Japanese unless the arguments say otherwise."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(cwd or Path.cwd()),
        "PYTHONWARNINGS": "error::ResourceWarning",
        "LANG": "C.UTF-8",
        "INFRA_AUDIT_CACHE": str(CACHE),
        **(env or {}),
    }
    done = subprocess.run(
        [*before, sys.executable, "-m", "infra_audit", *map(str, arguments)],
        capture_output=True, cwd=cwd, env=environment, timeout=timeout, check=False,
    )  # fmt: skip
    return Result(
        done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "surrogateescape")
    )
