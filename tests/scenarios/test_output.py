"""Where a result goes: a full disk, a folder that is not there, a reader who went away."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.laws.samples import samples
from tests.scenarios.cli import run

GOOD = samples()[0]


@pytest.mark.parametrize("format_name", ["json", "csv", "xlsx"])
def test_a_place_that_cannot_be_written(format_name: str, tmp_path: Path) -> None:
    result = run("check", GOOD, "--format", format_name, "-o", tmp_path / "nowhere" / "x", cwd=tmp_path)
    assert result.status == 4
    assert "nowhere" in result.err
    assert len(result.err.strip().splitlines()) <= 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [["--format", "json"], ["--format", "csv", "-o", "/dev/full"]])
def test_a_full_disk(arguments: list[str], tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "infra_audit", "check", str(GOOD), *arguments],
            stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, check=False,
        )  # fmt: skip
    assert done.returncode == 4
    assert "ディスク" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_reader_who_goes_away_is_not_told_that_all_is_well(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "infra_audit", "check", str(GOOD), "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 3
    assert b"Traceback" not in said


def test_a_closed_stdout_leaves_the_status(tmp_path: Path) -> None:
    open_one = run("check", GOOD, cwd=tmp_path)
    closed = run("check", GOOD, cwd=tmp_path, before=("sh", "-c", 'exec "$@" >&-', "sh"))
    assert (closed.status, closed.out) == (open_one.status, "")


@pytest.mark.parametrize("format_name", ["table", "csv", "markdown", "json"])
def test_no_control_character_of_an_input_reaches_a_terminal(format_name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "\x1b[31mred.cfg").write_bytes(GOOD.read_bytes())
    result = run("check", "in", "--all", "--format", format_name, cwd=tmp_path)
    assert "\x1b" not in result.out + result.err


def test_a_scan_to_a_file_keeps_its_findings(tmp_path: Path) -> None:
    shown = run("scan", GOOD, "--out", "out", "--id", "one", cwd=tmp_path)
    written = run("scan", GOOD, "--out", "out", "--id", "two", "-o", "findings.txt", cwd=tmp_path)
    assert written.out == ""
    findings = (tmp_path / "findings.txt").read_text("utf-8")
    assert findings.strip()
    assert shown.out.startswith(findings), "the tables of subjects and clauses come after the findings"
    assert "\n\n条項" in shown.out


def test_what_is_stored_already_is_not_said_to_be_lost(tmp_path: Path) -> None:
    run("collect", GOOD, "--out", "out", "--id", "one", cwd=tmp_path)
    assert "証跡として保存するには" not in run("check", "out/snapshots/one", cwd=tmp_path).err
    assert "証跡として保存するには" in run("check", GOOD, cwd=tmp_path).err
