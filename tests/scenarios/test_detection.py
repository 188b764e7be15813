"""A platform that nobody named: the facts cite the lines it rests on, and a guess says so."""

import json
from pathlib import Path

from tests.scenarios.cli import run

SHORT = "version 15.2\nhostname sw1\nend\n"


def test_the_platform_cites_its_lines_and_a_guess_is_told(tmp_path: Path) -> None:
    (tmp_path / "sw1.cfg").write_text(SHORT, "utf-8")
    document = json.loads(run("parse", "sw1.cfg", "--format", "json", cwd=tmp_path).out)
    assert document["provenance"]["/subject/platform"]["lines"] == [[1, 1]]
    assert "detect.unsure" in {problem["reason"]["code"] for problem in document["problems"]}
    told = run("check", "sw1.cfg", "--lang", "en", cwd=tmp_path).err
    assert "The platform of these is a guess: sw1 (cisco_ios)" in told


def test_a_named_platform_is_no_guess(tmp_path: Path) -> None:
    (tmp_path / "sw1.cfg").write_text(SHORT, "utf-8")
    done = run("parse", "sw1.cfg", "--platform", "cisco_ios", "--format", "json", cwd=tmp_path)
    document = json.loads(done.out)
    assert document["provenance"]["/subject/platform"]["kind"] == "given"
    assert "detect.unsure" not in {problem["reason"]["code"] for problem in document["problems"]}


def test_a_snapshot_keeps_what_it_rests_on(tmp_path: Path) -> None:
    (tmp_path / "sw1.cfg").write_text(SHORT, "utf-8")
    run("collect", "sw1.cfg", "--out", "out", "--id", "a", cwd=tmp_path)
    document = json.loads(run("parse", "out/snapshots/a", "--format", "json", cwd=tmp_path).out)
    assert document["provenance"]["/subject/platform"]["lines"] == [[1, 1]]
