"""What facts hold of a secret is the same whether the parser sees it or its mark."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit import secret
from infra_audit.secret import MARK, describe, kind_of, length_class, mark, well_known
from infra_audit.snapshot import rules

SHAPES = [
    r
    for r in rules.document()["shapes"]
    if r["kind"].endswith(("crypt", "cipher", "_9", "_hash", "pbkdf2")) and r["kind"] != "ldap_hash"
]


@pytest.mark.parametrize("rule", SHAPES, ids=lambda r: r["kind"])
def test_redactor_and_parser_see_the_same_kind(rule: dict[str, Any]) -> None:
    shape = next(s for s in rules.general().shapes if s.pattern.source == rule["pattern"])
    match = shape.pattern.search(rule["example"])
    assert match is not None
    assert kind_of(match["secret"]) == rule["kind"]


@given(st.text(min_size=0, max_size=200), st.sampled_from([None, "type7", "plain"]), st.sampled_from([None, b"key"]))
def test_a_mark_says_what_the_secret_says(value: str, kind: str | None, key: bytes | None) -> None:
    made = mark(value, kind, key)
    assert MARK.fullmatch(made)
    if not MARK.fullmatch(value):
        assert describe(made) == describe(value, kind, key)


@pytest.mark.parametrize(
    ("length", "found"),
    [
        (0, "0-0"),
        (1, "1-7"),
        (7, "1-7"),
        (8, "8-14"),
        (31, "15-31"),
        (63, "32-63"),
        (127, "64-127"),
        (128, "128-"),
        (9999, "128-"),
    ],
)
def test_length_classes(length: int, found: str) -> None:
    assert length_class("x" * length) == found


def test_a_mark_is_one_harmless_token() -> None:
    made = mark("a b\"c'd;e<f>", key=b"k")
    assert set(made) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:-_")


def test_well_known_secrets_are_compared_without_case() -> None:
    assert describe("PUBLIC")["well_known"]
    assert not describe("c1ty-view-77")["well_known"]
    assert all(word == word.lower().strip() for word in well_known())


def test_what_can_be_turned_back() -> None:
    assert describe("x", "type7")["reversible"]
    assert not describe("$6$salt$0123456789abcdef")["reversible"]
    assert {"plain", "type7", "fortios_enc"} <= secret.REVERSIBLE
