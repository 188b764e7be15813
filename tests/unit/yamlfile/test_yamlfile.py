"""YAML that can only be JSON."""

from pathlib import Path
from typing import Any

import pytest

from infra_audit import yamlfile
from infra_audit.errors import InputError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: on", "on"),
        ("a: yes", "yes"),
        ("a: true", True),
        ("a: 2026-03-31", "2026-03-31"),
        ("a: 22:30", "22:30"),
        ("a: 010", "010"),
        ("a: 10", 10),
        ("a: -1.5", -1.5),
        ("a: null", None),
        ("a:", None),
        ("a: '1'", "1"),
        ("a: 1_000", "1_000"),
        ("a: ~", "~"),
        ("b: &x [1]\na: *x", [1]),
        ("a: {<<: {b: 1}}", {"<<": {"b": 1}}),
    ],
)
def test_only_json_scalars(text: str, value: Any) -> None:
    assert yamlfile.loads(text, "file")["a"] == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\na: 2", 2),
        ("a: 1\n1: 2", 2),
        ("? [a]\n: b", 1),
        ("a: !!python/object x", 1),
        ("a: !!timestamp 2026-03-31", 1),
        ("a: !!bool yes", 1),
        ("a: !!int x", 1),
        ("a: !!set {b}", 1),
        ("a: &x [*x]", 1),
        ("a: &x {b: *x}", 1),
        ("a: [1\nb: 2", 2),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        yamlfile.loads(text, "file")
    assert caught.value.code == "yaml.invalid"
    assert caught.value.fields["file"] == "file"
    assert caught.value.fields["line"] == line


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\x82\xa0")
    for name in ("x.yaml", "missing.yaml"):
        with pytest.raises(InputError) as caught:
            yamlfile.load(tmp_path / name)
        assert caught.value.code == "file.unreadable"
