"""The lint: clean platforms are clean, and each fault is found."""

from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.parsers.lint import lint
from infra_audit.parsers.lint_ignore import security_words
from tests.unit.parsers.support import FOLDER, changed, platform

DOC = '<doc>\nsections: ["xyz "]\nareas: [ssh]\n</doc>\n'


def codes(found: list[Any]) -> list[str]:
    return sorted({problem.reason.code.removeprefix("parse.lint.") for problem in found})


@pytest.mark.parametrize("name", ["demo", "blocks", "plain"])
def test_the_test_platforms_are_clean(name: str) -> None:
    assert lint(platform(name)) == []


@pytest.mark.parametrize("name", sorted(catalogue.platforms()))
def test_the_built_in_platforms_are_clean(name: str) -> None:
    assert lint(catalogue.platforms()[name]) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<group name="ssh**">\nip {{ nosuchfield }}\n</group>\n', "unknown_field"),
        ('<group name="telnet**">\nip {{ port }}\n</group>\n', "undeclared_area"),
        ('<group name="ssh**">\nip {{ port | word("nosuch") }}\n</group>\n', "unknown_table"),
        ('<group name="ssh**">\nip {{ port | secret(kinds="nosuch") }}\n</group>\n', "unknown_table"),
        ('<group name="ssh**">\nip {{ _x | read("nosuch") | spread }}\n</group>\n', "unknown_grammar"),
        ('<group name="ssh**">\nip {{ port | re("[0-9]+") }}\n</group>\n', "unknown_expression"),
        (
            '<group name="ssh**">\nip {{ port | re("bad") }}\n</group>\n<vars>\nbad = "(a+)+"\n</vars>\n',
            "nested_quantifier",
        ),
        ('<group name="ssh**">\nip {{ port | set("x") }}\n</group>\n<vars>\nx = "y"\n</vars>\n', "set"),
        ('<group name="ssh**">\nip {{ port | frob }}\n</group>\n', "refused"),
        ('<group name="ssh**">\n' + "ip {{ port }}\n" * 61 + "</group>\n", "too_long"),
    ],
)
def test_faults_of_templates(tmp_path: Path, body: str, code: str) -> None:
    for file in (FOLDER / "demo").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "x.ttp").write_text(DOC + body, "utf-8")
    found = lint(changed("demo", tmp_path))
    assert code in codes(found)
    assert {problem.artifact for problem in found} == {"x.ttp"}


def test_two_templates_for_one_line(tmp_path: Path) -> None:
    for file in (FOLDER / "demo").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = (tmp_path / "lines.ttp").read_text("utf-8")
    (tmp_path / "lines2.ttp").write_text(text, "utf-8")
    assert codes(lint(changed("demo", tmp_path))) == ["duplicate"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"defaults": [{"at": "lines[]/nosuch", "value": 1, "document": "d", "counter": "c"}]}, "unknown_field"),
        ({"defaults": [{"at": "lines[]/login", "value": "local", "document": "d"}]}, "no_counter"),
        ({"defaults": [{"at": "lines[]/login", "value": "local", "counter": "c"}]}, "no_document"),
        ({"absent": [{"at": "lines", "value": []}]}, "no_counter"),
        ({"statements": [{"at": "interfaces[]/mtu", "state": "lacks_control", "document": "d"}]}, "no_value"),
        ({"derive": [{"step": "nosuch"}]}, "unknown_step"),
        ({"derive": [{"step": "clock_offset", "frob": 1}]}, "unknown_parameter"),
        ({"derive": [{"step": "map", "from": "a/b", "into": "logging/nosuch"}]}, "unknown_field"),
        ({"grammars": {"x": "[ a"}}, "refused"),
        ({"ignore": {"irrelevant": [{"pattern": "x$", "example": "x"}]}}, "ignore_lacks"),
        ({"ignore": {"not_parsed_yet": [{"pattern": "x$", "example": "x", "reason": "r"}]}}, "ignore_lacks"),
        ({"ignore": {"irrelevant": [{"pattern": "x", "example": "x", "reason": "r"}]}}, "not_anchored"),
        ({"ignore": {"irrelevant": [{"pattern": "^.*x$", "example": "x", "reason": "r"}]}}, "not_anchored"),
        ({"ignore": {"irrelevant": [{"pattern": "x$", "example": "y", "reason": "r"}]}}, "example_unmatched"),
        ({"ignore": {"irrelevant": [{"pattern": "[a-z]+ ?.*$", "example": "y", "reason": "r"}]}}, "security_word"),
        ({"ignore": {"irrelevant": [{"pattern": "x .*$", "example": "x permit", "reason": "r"}]}}, "security_word"),
        ({"ignore": {"irrelevant": [{"section": "filter", "example": "filter x", "reason": "r"}]}}, "security_word"),
    ],
)
def test_faults_of_platform_yaml(data: dict[str, Any], code: str) -> None:
    assert code in codes(lint(changed("demo", **data)))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("permit ip any any", {"permit"}),
        ("set local-user-database user kanri", {"user"}),
        ("key-chain K", {"key"}),
        ("switchport trunk native vlan 10", set()),
        ("keepalive 10", set()),
        ('description "ssh to the core"', set()),
        ("snmp-server enable traps authentication", {"snmp", "auth"}),
    ],
)
def test_words_of_security(line: str, words: set[str]) -> None:
    assert security_words(line) == words


def test_a_word_that_is_listed_is_accepted() -> None:
    entry = {"pattern": "x .*$", "example": "x permit", "reason": "r", "accepts": ["permit"]}
    assert "security_word" not in codes(lint(changed("demo", ignore={"irrelevant": [entry]})))
