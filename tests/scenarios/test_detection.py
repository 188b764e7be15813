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


SWITCH = """!
version 15.2
service password-encryption
hostname sw1
aaa new-model
no ip http server
spanning-tree mode rapid-pvst
interface GigabitEthernet1/0/1
 switchport mode access
line vty 0 4
 transport input ssh
frobnicate the widget
end
"""


def test_a_text_that_looks_like_another_platform_than_was_said_passes_nothing(tmp_path: Path) -> None:
    """The end marker of the stated platform would otherwise prove the whole of a text that it does not describe."""
    (tmp_path / "sw1.cfg").write_text(SWITCH, "utf-8")
    done = run("check", "sw1.cfg", "--platform", "allied_telesis_awplus", "--format", "json", cwd=tmp_path)
    findings = [json.loads(line) for line in done.out.splitlines()]
    assert findings
    assert not [f["rule"] for f in findings if f["verdict"] == "pass"]
    assert "sw1 (cisco_ios)" in done.err
    right = run("check", "sw1.cfg", "--platform", "cisco_ios", "--format", "json", cwd=tmp_path)
    assert "pass" in right.out
    assert "異なる設定に見える" not in right.err


def test_the_operator_who_says_both_is_only_warned(tmp_path: Path) -> None:
    (tmp_path / "sw1.cfg").write_text(SWITCH, "utf-8")
    done = run("parse", "sw1.cfg", "--platform", "arista_eos", "--complete", "--format", "json", cwd=tmp_path)
    (artifact,) = json.loads(done.out)["artifacts"]
    assert artifact["complete_reason"]["code"] in ("complete.operator", "parse.mostly_unread")
    assert "sw1 (cisco_ios)" in done.err


def test_the_table_shows_the_lines_that_were_not_understood(tmp_path: Path) -> None:
    more = "".join(f"unheard-of thing {n}\n" for n in range(30))
    (tmp_path / "sw1.cfg").write_text(SWITCH.replace("end\n", f"{more}end\n"), "utf-8")
    done = run("parse", "sw1.cfg", cwd=tmp_path)
    assert "12  frobnicate the widget" in done.out
    assert "unheard-of thing 18" in done.out
    assert "unheard-of thing 19" not in done.out
    assert "11 行" in done.err
    everything = run("parse", "sw1.cfg", "--all", cwd=tmp_path)
    assert "unheard-of thing 29" in everything.out
    assert "--all" not in everything.err


def test_the_table_says_why_a_file_gave_nothing(tmp_path: Path) -> None:
    for name, text in (("empty", ""), ("memo", "shopping list\n"), ("cut", SWITCH.removesuffix("end\n"))):
        (tmp_path / f"{name}.cfg").write_text(text, "utf-8")
    told = run("parse", "empty.cfg", "memo.cfg", "cut.cfg", "--format", "csv", cwd=tmp_path).out.splitlines()
    assert ["空" in told[1], "判別できない" in told[2], "終端行" in told[3]] == [True, True, True]
    assert told[3].split(",")[2:6] == ["11", "9", "1", "1"], "the numbers of lines add up"
