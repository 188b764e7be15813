"""REPO@REV: the files of a revision, judged and compared without a checkout."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.scenarios.cli import run

BEFORE = "version 15.2\nhostname sw1\nline vty 0 4\n transport input telnet\nend\n"
AFTER = BEFORE.replace("telnet", "ssh")


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.jp", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "configs"
    (folder / "lgwan").mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "lgwan/sw1.cfg").write_text(BEFORE, "utf-8")
    (folder / "readme.txt").write_text("hello\n", "utf-8")
    (folder / ".gitattributes").write_text("*.cfg export-ignore filter=evil\n", "utf-8")
    git(folder, "config", "filter.evil.smudge", f"touch {tmp_path}/ran")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "first")
    (folder / "lgwan/sw1.cfg").write_text(AFTER, "utf-8")
    (folder / "lgwan/link.cfg").symlink_to("/etc/passwd")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "second")
    return folder


def verdicts(repository: Path, argument: str) -> dict[str, str]:
    done = run(
        "check",
        argument,
        "--complete",
        "--rules",
        "telnet-enabled",
        "--kind",
        "switch",
        "--format",
        "json",
        cwd=repository.parent,
    )
    return {r["subject"]["id"]: r["verdict"] for r in map(json.loads, done.out.splitlines())}


def test_each_revision_has_its_own_verdict(repository: Path) -> None:
    assert verdicts(repository, "configs/lgwan@HEAD~1") == {"sw1": "fail"}
    assert verdicts(repository, "configs/lgwan@main") == {"sw1": "pass"}
    assert set(verdicts(repository, "configs@HEAD")) == {"lgwan/sw1", "readme"}
    assert not (repository.parent / "ran").exists(), "a filter of the repository was run"


def test_the_evidence_names_the_commit(repository: Path) -> None:
    done = run("parse", "configs/lgwan@HEAD~1", "--complete", "--format", "json", cwd=repository.parent)
    given = json.loads(done.out)["provenance"]["/subject/id"]
    assert given["place"] == f"configs/lgwan@{git(repository, 'rev-parse', 'HEAD~1')}"


def test_two_revisions_are_compared(repository: Path) -> None:
    done = run(
        "diff",
        "configs/lgwan@HEAD~1",
        "configs/lgwan@HEAD",
        "--complete",
        "--kind",
        "switch",
        "--format",
        "json",
        cwd=repository.parent,
    )
    changes = {(r["layer"], r["change"], r["key"]) for r in map(json.loads, done.out.splitlines())}
    assert any(layer == "findings" and change == "fixed" for layer, change, _ in changes), changes
    assert any(layer == "facts" for layer, _, _ in changes)


def test_an_unknown_revision_is_told_in_one_line(repository: Path) -> None:
    done = run("check", "configs@nowhere", "--lang", "en", cwd=repository.parent)
    assert done.status == 4
    assert "configs: there is no revision nowhere" in done.err


def test_a_path_with_an_at_sign_that_exists_is_a_path(repository: Path) -> None:
    (repository.parent / "sw@1.cfg").write_text(AFTER, "utf-8")
    assert list(verdicts(repository, "sw@1.cfg")) == ["sw@1"]
    done = run("check", "nothing@main", "--lang", "en", cwd=repository.parent)
    assert done.status == 4
    assert "nothing@main: no such file or folder" in done.err


def test_the_records_of_git_are_no_devices(repository: Path) -> None:
    bare = repository.parent / "bare.git"
    git(repository, "clone", "--quiet", "--bare", str(repository), str(bare))
    done = run("check", "bare.git", cwd=repository.parent)
    assert done.status == 4
    assert "bare.git@HEAD" in done.err
    assert verdicts(repository, "bare.git@HEAD") == verdicts(repository, "configs@HEAD")


def test_one_file_of_a_revision_is_compared_with_the_one_of_today(repository: Path) -> None:
    assert verdicts(repository, "configs/lgwan/sw1.cfg@HEAD~1") == {"sw1": "fail"}
    assert verdicts(repository, "configs/lgwan/sw1.cfg@HEAD") == {"sw1": "pass"}
    sides = ("configs/lgwan/sw1.cfg@HEAD~1", "configs/lgwan/sw1.cfg")
    done = run("diff", *sides, "--complete", "--format", "json", cwd=repository.parent)
    changes = {(r["subject"], r["key"]): r for r in map(json.loads, done.out.splitlines()) if r["layer"] == "facts"}
    assert changes["sw1", "telnet/enabled"]["after"] is False


def test_what_is_gone_today_is_still_in_its_revision(repository: Path) -> None:
    git(repository, "rm", "-r", "--quiet", "lgwan")
    git(repository, "commit", "--quiet", "-m", "third")
    assert not (repository / "lgwan").exists()
    assert verdicts(repository, "configs/lgwan@HEAD~2") == {"sw1": "fail"}
    assert verdicts(repository, "configs/lgwan/sw1.cfg@HEAD~1") == {"sw1": "pass"}


def test_a_path_that_a_revision_has_not(repository: Path) -> None:
    for path in ("configs/nowhere@HEAD", "configs/lgwan/none.cfg@HEAD", "configs/readme.txt/x@HEAD"):
        done = run("check", path, cwd=repository.parent)
        assert done.status == 4
        assert "HEAD に" in done.err
    for folder, path in ((repository.parent, "nowhere@HEAD"), (repository, "user@host.cfg")):
        done = run("check", path, "--lang", "en", cwd=folder)
        assert done.status == 4
        assert f"{path}: no such file or folder" in done.err
