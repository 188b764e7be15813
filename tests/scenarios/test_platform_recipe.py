"""docs/platform-recipe.md stays true: its files are made and its commands run, in order, and what they print is compared."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from infra_audit import catalogue
from infra_audit.parsers.lint import lint
from tests.conftest import ROOT
from tests.scenarios.cli import run

PAGE = (ROOT / "docs" / "platform-recipe.md").read_text("utf-8")
_BLOCK = re.compile(r"^```(?P<kind>\w+) ?(?P<about>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_ELIDED = "..."


def _commands(body: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines that it prints."""
    for piece in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, *expected = piece.rstrip("\n").split("\n")
        yield command, expected


def _matches(expected: list[str], printed: list[str]) -> bool:
    """Compare lines; `...` stands for any number of them."""
    if not expected:
        return not printed
    if expected[0] == _ELIDED:
        return any(_matches(expected[1:], printed[n:]) for n in range(len(printed) + 1))
    return bool(printed) and expected[0] == printed[0] and _matches(expected[1:], printed[1:])


def test_the_page_can_be_followed(tmp_path: Path) -> None:
    ran = 0
    for block in _BLOCK.finditer(PAGE):
        about = block["about"].split()
        if block["kind"] != "console":
            file = tmp_path / about[0]
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.read_text("utf-8") + "\n" if about[1:] == ["+"] else ""
            file.write_text(before + block["body"], encoding="utf-8")
            continue
        for command, expected in _commands(block["body"]):
            program, *arguments = shlex.split(command)
            assert program == "infra-audit"
            result = run(*arguments, cwd=tmp_path)
            printed = (result.out + result.err).rstrip("\n").split("\n")
            assert _matches(expected, printed), f"{command} printed:\n" + "\n".join(printed)
            assert result.status == (1 if about == ["status=1"] else 0), command
            ran += 1
    assert ran > 7
    platform = catalogue.platforms([tmp_path / "my-platforms"])["minato_os"]
    assert lint(platform) == []


def test_no_secret_of_the_example_is_shown_by_the_tool() -> None:
    shown = [block["body"] for block in _BLOCK.finditer(PAGE) if block["kind"] == "console"]
    assert not [body for body in shown if "himitsu" in body]
