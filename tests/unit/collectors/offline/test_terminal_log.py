"""Logs of terminals: each beside the parts that must come out of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.collectors.terminal_log import Part, split

LOGS = Path(__file__).parent / "logs"
CASES = sorted(path.stem for path in LOGS.glob("*.log"))


def described(part: Part, text: str) -> dict[str, Any]:
    lines = [line.rstrip("\r") for line in part.data.decode("utf-8").split("\n")]
    assert len(lines) == len(text.split("\n")), "line n of a part is line n of the file"
    filled = [number for number, line in enumerate(lines, 1) if line]
    return {
        "platform": part.platform.name,
        "hostname": part.hostname,
        "source": part.source,
        "command": part.command,
        "whole": part.whole,
        "lines": [filled[0], filled[-1]],
        "first": lines[filled[0] - 1],
    }


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_parts_of_a_log(case: str, newline: str) -> None:
    text = (LOGS / f"{case}.log").read_text("utf-8")
    expected = json.loads((LOGS / f"{case}.expected.json").read_text("utf-8"))
    data = text.replace("\n", newline).encode("utf-8")
    parts = split(data, catalogue.platforms())
    found = [described(part, text) for part in parts]
    for got, wanted in zip(found, expected, strict=True):
        assert got | wanted == got


def test_a_log_saved_as_utf_16() -> None:
    text = (LOGS / "teraterm_ios.log").read_text("utf-8")
    data = b"\xff\xfe" + text.encode("utf-16-le")
    plain = split(text.encode("utf-8"), catalogue.platforms())
    wide = split(data, catalogue.platforms())
    assert [p.data.decode("utf-16").encode("utf-8") for p in wide] == [p.data for p in plain]


def test_bytes_of_another_character_set_come_through_unchanged() -> None:
    line = " description 窓口 能力 表".encode("cp932")
    data = b"sw1#show run\nhostname sw1\ninterface Vlan1\n" + line + b"\nend\nsw1#\n"
    (part,) = split(data, catalogue.platforms())
    assert part.data.split(b"\n")[3] == line


@pytest.mark.parametrize("erase", ["\b" * 10 + " " * 10 + "\b" * 10, "\r" + " " * 10 + "\r"])
def test_a_prompt_behind_a_pager_ends_the_answer_but_does_not_make_it_whole(erase: str) -> None:
    text = f"sw1#show run\nhostname sw1\n --More-- {erase}sw1#\n"
    (part,) = split(text.encode(), catalogue.platforms())
    assert not part.whole
    assert part.data.strip() == b"hostname sw1"
