"""Help, language, exit statuses: what a user meets before anything is judged."""

from collections.abc import Iterator

import click
import pytest

from infra_audit import texts
from infra_audit.cli import language, main
from infra_audit.cli.exits import Exit, Tally
from infra_audit.cli.group import Group
from infra_audit.cli.run import COMMANDS, app
from infra_audit.model.finding import Finding, Severity, Verdict
from infra_audit.texts import LANGUAGES, Language
from infra_audit.texts.layout import width


def _commands(group: click.Group, lang: Language, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path}{name}", command
        if isinstance(command, Group):
            yield from _commands(command, lang, f"{path}{name} ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_command_and_option_has_help(lang: Language) -> None:
    for path, command in _commands(app(lang), lang):
        assert command.help, path
        assert not command.help.endswith(".help"), f"{path} has no help text"
        for param in command.params:
            if isinstance(param, click.Option):
                assert param.help, f"{path} {param.name}"
                assert not param.help.startswith("option."), f"{path} {param.name} has no help text"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_one_language(name: str, lang: Language, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", lang, name, "--help"]) == 0
    out = capsys.readouterr().out
    assert ("使い方:" in out) is (lang == "ja")
    assert ("Usage:" in out) is (lang == "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_of_every_command_fits_and_takes_the_language(
    lang: Language, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for path, _ in _commands(app(lang), lang):
        assert main([*path.split(), "--help", "--lang", lang]) == 0
        out = capsys.readouterr().out
        assert ("使い方:" in out) is (lang == "ja"), path
        assert [line for line in out.splitlines() if width(line) > 80] == [], path
        assert all(line.strip() for line in out.splitlines() if line.startswith("  ")), path


@pytest.mark.parametrize(
    ("argv", "environment", "lang"),
    [
        (["check"], {}, "ja"),
        (["check"], {"LANG": "C.UTF-8"}, "ja"),
        (["check"], {"LANG": "ja_JP.UTF-8"}, "ja"),
        (["check"], {"LANG": "en_US.UTF-8"}, "en"),
        (["check"], {"LANG": "ja_JP.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        (["check"], {"LANG": "en_US.UTF-8", "INFRA_AUDIT_LANG": "ja"}, "ja"),
        (["check", "--lang", "en"], {"INFRA_AUDIT_LANG": "ja"}, "en"),
        (["--lang=en", "check"], {}, "en"),
        (["check", "--lang"], {}, "ja"),
    ],
)
def test_language(argv: list[str], environment: dict[str, str], lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "INFRA_AUDIT_LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language.of(argv) == lang


def _finding(verdict: Verdict, severity: Severity = Severity.LOW) -> Finding:
    return Finding(
        rule="r", title={}, verdict=verdict, severity=severity, clauses=(), conditions=(), subject={"id": "sw1"}
    )


@pytest.mark.parametrize(
    ("findings", "fail_on", "status"),
    [
        ([], Severity.LOW, Exit.INCOMPLETE),
        ([_finding(Verdict.PASS)], Severity.LOW, Exit.OK),
        ([_finding(Verdict.NOT_APPLICABLE)], Severity.LOW, Exit.OK),
        ([_finding(Verdict.PASS), _finding(Verdict.NO_EVIDENCE)], Severity.LOW, Exit.INCOMPLETE),
        ([_finding(Verdict.FAIL), _finding(Verdict.NO_EVIDENCE)], Severity.LOW, Exit.FINDINGS),
        ([_finding(Verdict.FAIL, Severity.MEDIUM)], Severity.HIGH, Exit.OK),
        ([_finding(Verdict.FAIL, Severity.CRITICAL)], Severity.HIGH, Exit.FINDINGS),
    ],
)
def test_status_of_findings(findings: list[Finding], fail_on: Severity, status: Exit) -> None:
    tally = Tally(fail_on)
    for finding in findings:
        tally.add(finding)
    assert tally.status() is status


def test_every_status_a_scan_can_end_with_is_explained() -> None:
    for status in (Exit.OK, Exit.FINDINGS, Exit.INCOMPLETE):
        assert f"exit.{int(status)}" in texts.catalogue("cli")


def test_readme_names_every_command_and_status() -> None:
    from pathlib import Path

    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"| `{name}` |" not in readme] == []
    assert [int(status) for status in Exit if f"| {int(status)} |" not in readme] == []
