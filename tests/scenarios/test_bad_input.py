"""Bad input gets one clear line, and nothing of the rest is lost."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.laws.samples import samples
from tests.scenarios.cli import Result, run

GOOD = samples()[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good configuration; each test adds a bad file."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.cfg").write_bytes(GOOD.read_bytes())
    return tmp_path / "in"


def _verdicts(result: Result) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in result.out.splitlines():
        record = json.loads(line)
        found.setdefault(record["subject"]["id"], set()).add(record["verdict"])
    return found


def _reasons(result: Result, subject: str) -> set[str]:
    records = [json.loads(line) for line in result.out.splitlines()]
    return {r["reason"]["code"] for r in records if r["subject"]["id"] == subject and r["reason"]}


def _check(folder: Path, *arguments: str) -> Result:
    result = run("check", folder, "--format", "json", *arguments, cwd=folder.parent)
    assert "Traceback" not in result.err
    assert result.status in (1, 3), result.err
    assert "pass" in _verdicts(result)["good"], "the good file is judged whatever lies beside it"
    return result


BAD = {
    "empty": b"",
    "blank": b"\n\n  \n",
    "binary": bytes(range(256)) * 64,
    "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 500,
    "utf16_junk": b"\xff\xfe" + b"\xd8" * 301,
    "prose": "これは設定ではありません。\n".encode(),
    "one_long_line": b"x" * 3_000_000,
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_file_is_reported_and_never_passes(name: str, folder: Path) -> None:
    (folder / "bad.cfg").write_bytes(BAD[name])
    verdicts = _verdicts(_check(folder, "--complete"))["bad"]
    assert "pass" not in verdicts
    assert "fail" not in verdicts
    assert "no_evidence" in verdicts


def test_a_file_of_50_mb(folder: Path) -> None:
    (folder / "bad.cfg").write_bytes(b"interface GigabitEthernet1/0/1\n description x\n!\n" * 1_250_000)
    assert "pass" not in _verdicts(_check(folder))["bad"]


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "utf-8", "utf-16"])
def test_japanese_in_any_encoding_gives_the_same_verdicts(encoding: str, folder: Path) -> None:
    text = GOOD.read_text("utf-8").encode("cp932", "ignore").decode("cp932")
    (folder / "plain.cfg").write_text(text, encoding="utf-8")
    (folder / "coded.cfg").write_bytes(text.encode(encoding, "replace"))
    verdicts = [json.loads(line) for line in _check(folder).out.splitlines()]
    by = {
        name: {r["rule"]: r["verdict"] for r in verdicts if r["subject"]["id"] == name} for name in ("plain", "coded")
    }
    assert by["plain"] == by["coded"]


def _unreadable(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """A file that nobody may read, and what goes before a command: root reads everything unless it gives up the right to."""
    bad = folder / "bad.cfg"
    bad.write_bytes(GOOD.read_bytes())
    bad.chmod(0o000)
    rights = "-dac_override,-dac_read_search"
    return bad, ("setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}") if os.geteuid() == 0 else ()


def test_an_unreadable_file(folder: Path) -> None:
    _, before = _unreadable(folder)
    result = run("check", folder, "--format", "json", cwd=folder.parent, before=before)
    assert "pass" in _verdicts(result)["good"]
    assert _verdicts(result)["bad"] <= {"no_evidence", "not_applicable"}
    assert "no_evidence" in _verdicts(result)["bad"]


def test_an_unreadable_file_that_was_named_is_bad_input(folder: Path) -> None:
    bad, before = _unreadable(folder)
    for command in ("check", "parse"):
        result = run(command, bad, cwd=folder.parent, before=before)
        assert result.status == 4
        assert "読み取れません" in result.err
        assert "not readable" not in result.err


def test_two_files_of_one_id_are_refused(folder: Path) -> None:
    (folder / "a.cfg").write_bytes(GOOD.read_bytes())
    result = run("check", folder / "a.cfg", folder / "a.cfg", cwd=folder.parent)
    assert result.status == 4
    assert "a" in result.err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["check", "nowhere.cfg"], 4, "nowhere.cfg"),
        (["check"], 2, "PATH "),
        (["check", "--no-such-flag", "x"], 2, "--no-such-flag"),
        (["check", "good.cfg", "--kind", "toaster"], 2, "--kind"),
        (["check", "good.cfg", "--format", "xlsx"], 2, "--output"),
        (["check", "good.cfg", "--platform", "no_such"], 2, "no_such"),
        (["check", "good.cfg", "--platform", "cisco-ios"], 2, "cisco_ios"),
        (["check", ""], 2, "パスが空です"),
        (["check", "a" * 5000], 4, "ファイルもフォルダーもありません"),
        (["check", "a" * 300 + "@HEAD"], 4, "ファイルもフォルダーもありません"),
        (["diff", "good.cfg", ""], 2, "パスが空です"),
        (["platform", "show", "no_such"], 2, "no_such"),
        (["rules", "show", "no-such-rule"], 2, "no-such-rule"),
        (["chekc"], 2, "というコマンドはありません"),
        (["rules", "lst"], 2, "というコマンドはありません"),
        (["rules", "lint", "much"], 2, "引数が多すぎます: much"),
        (["check", "good.cfg", "--kind"], 2, "値が指定されていません"),
        (["check", "good.cfg", "--fail-on", "x"], 2, "使えるもの: critical"),
        (["check", "good.cfg", "--as-of", "2026-02-30"], 2, "実在する日"),
        (["check", "good.cfg", "--config", "nowhere"], 2, "そのファイルがない"),
        (["scan", "good.cfg", "--max-sessions", "0"], 2, "1 から 200 まで"),
        (["scan", "good.cfg", "--connect-timeout", "soon"], 2, "秒数"),
        (["collect"], 2, "-i"),
        (["scan", "-i", "nowhere"], 4, "nowhere"),
        (["check", "good.cfg", "--baselines", "nowhere"], 2, "--baselines"),
        (["check", "good.cfg", "--baselines", "."], 4, "規則のファイルがありません"),
        (["check", "good.cfg", "--platforms", "."], 4, "機種定義がありません"),
    ],
)
def test_wrong_use_says_what_and_what_to_do(arguments: list[str], status: int, words: str, folder: Path) -> None:
    result = run(*arguments, cwd=folder)
    assert result.status == status, result.err
    assert words in result.err
    assert "Traceback" not in result.err
    assert len(result.err.strip().splitlines()) <= 3, "one clear line and what to do"


def test_a_broken_parameter_file_names_file_and_place(folder: Path) -> None:
    (folder / "parameters.yaml").write_text("a: 1\na: 2\n", encoding="utf-8")
    result = run("check", "good.cfg", "--parameters", "parameters.yaml", cwd=folder)
    assert result.status == 4
    assert "parameters.yaml" in result.err
    assert "2" in result.err


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a full disk")
def test_a_full_disk_leaves_a_clear_line(folder: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"this machine may not mount: {mounted.stderr.decode()[-100:]}")
    try:
        result = run("scan", folder, "--out", disk, "--id", "one", cwd=folder.parent)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert result.status == 70 or "Traceback" not in result.err
    assert str(disk) in result.err
    assert len(result.err.strip().splitlines()) < 10


def test_blocks_without_end_cost_neither_memory_nor_a_verdict(tmp_path: Path) -> None:
    head = "#config-version=FGT60F-7.0.1-FW-build0157-210714:opmode=0:vdom=0\nconfig system global\n    set hostname fw1\nend\n"
    (tmp_path / "fw1.conf").write_text(head + "config system x\n edit 1\n" * 20_000, "utf-8")
    limit = ("prlimit", f"--as={3_000_000_000}")
    result = run("parse", "fw1.conf", "--format", "json", cwd=tmp_path, before=limit)
    document = json.loads(result.out)
    assert document["facts"]["system"]["hostname"] == "fw1"
    assert document["coverage"]["system"]["state"] == "partial"
    assert sum(c["unparsed"] for c in document["line_counts"].values()) > 39_000, "each line is told as not understood"


def test_a_name_of_a_file_does_not_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "\x1b[31mred.cfg").write_bytes(GOOD.read_bytes())
    for arguments in (["collect", "configs", "--out", "out", "--id", "one"], ["check", "\x1b[31mgone.cfg"]):
        result = run(*arguments, cwd=tmp_path)
        assert "\x1b" not in result.out + result.err
        assert "\\x1b[31m" in result.err
