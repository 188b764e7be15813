"""Planted secrets appear in no output byte, log, traceback or temporary folder."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from tests.laws.samples import samples
from tests.scenarios.cli import Result, run

CANARY = "Zx7Kanarienvogel"


def _planted(platform: str) -> list[str]:
    """Return the example line of every redaction rule of a platform, with a canary in the place of the secret."""
    rules: list[dict[str, Any]] = catalogue.platforms()[platform].data.get("secrets", [])
    return list(_lines(rules))


def _lines(rules: list[dict[str, Any]]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        lines = rule["example"].split("\n")
        for place, line in enumerate(lines):
            found = re.search(rule["pattern"], line)
            if found and "secret" in found.groupdict() and found["secret"]:
                first, last = found.span("secret")
                canary = f"{CANARY}{number:03d}q"
                # A shape such as $1$salt$hash must stay one for its rule to match.
                secret = found["secret"]
                shaped = re.sub(r"[^$]+$", canary, secret) if secret.startswith("$") else canary
                # The lines around it stay: a rule may hold only within its section.
                yield "\n".join([*lines[:place], line[:first] + shaped + line[last:], *lines[place + 1 :]])


def _search(place: Path) -> list[str]:
    return [str(p) for p in place.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]


@pytest.mark.parametrize("platform", sorted(n for n, p in catalogue.platforms().items() if "netmiko" in p.data))
def test_no_planted_secret_comes_out(platform: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "tmp").mkdir()
    text = next(p for p in samples() if _is(p, platform)).read_text("utf-8")
    planted = _planted(platform)
    assert len(planted) >= 5
    (tmp_path / "in" / "device.cfg").write_text("\n".join([text, *planted]), encoding="utf-8")
    env = {"TMPDIR": str(tmp_path / "tmp"), "XDG_STATE_HOME": str(tmp_path / "state")}
    results = [
        run("scan", "in", "--out", "out", "--id", "one", "--all", "--platform", platform, cwd=tmp_path, env=env),
        run("check", "in", "--format", "json", "--all", "--platform", platform, cwd=tmp_path, env=env),
        run("parse", "in", "--format", "json", "--platform", platform, "--complete", cwd=tmp_path, env=env),
    ]
    assert [_quiet(result) for result in results] == [True] * len(results)
    (tmp_path / "in" / "device.cfg").unlink()
    assert _search(tmp_path) == []


def _quiet(result: Result) -> bool:
    assert result.status in (0, 1, 3), result.err
    return CANARY not in result.out and CANARY not in result.err


def _is(path: Path, platform: str) -> bool:
    from infra_audit.snapshot.detect import detect

    found = detect(tuple(path.read_text("utf-8").split("\n")), catalogue.platforms()).platform
    return found is not None and found.name == platform


def test_an_internal_error_tells_no_configuration(tmp_path: Path) -> None:
    code = (
        "import sys, infra_audit.pipeline as p\n"
        f"def broken(*a, **k): raise ValueError('secret {CANARY}')\n"
        "p.Audit.read = broken\n"
        "from infra_audit.cli import main\n"
        "sys.exit(main(['check', 'x']))\n"
    )
    import subprocess
    import sys

    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 70
    assert CANARY not in done.stdout + done.stderr
    log = tmp_path / "infra-audit" / "error.log"
    assert "ValueError" in log.read_text("utf-8")
    assert CANARY not in log.read_text("utf-8")
