"""What a rule asks, in the reader's words."""

import pytest

from infra_audit.reports.asked import asked, seen_value


@pytest.mark.parametrize(
    ("expected", "ja", "en"),
    [
        ("const: false", "false", "false"),
        ('type: "integer", minimum: 1, maximum: 600', "1 以上, 600 以下", "at least 1, at most 600"),
        ("minItems: 1", "1 件以上", "at least 1 entries"),
        ('enum: ["ssh", "none"]', "ssh, none のいずれか", "one of ssh, none"),
        ('not: {"const": null}', "未設定 以外", "not unset"),
        ("contains: enabled const: true", "次を満たすものを含む: enabled true", "contains one with enabled true"),
        ("const: null | minimum: 2", "未設定 又は 2 以上", "unset or at least 2"),
        ('type: "string"', "値があること", "a value"),
        ('type: "string", pattern: "[^ ]"', "空でないこと", "not empty"),
        ('pattern: "^a"', "形式 ^a", "of the form ^a"),
        ("maxItems: 0", "なし（0 件）", "none"),
        ("something: else", "something: else", "something: else"),
    ],
)
def test_words(expected: str, ja: str, en: str) -> None:
    assert asked(expected, "ja") == ja
    assert asked(expected, "en") == en


def test_an_item_is_told_by_its_fields_and_not_as_json() -> None:
    seen = {
        "secret": {"kind": "plain", "reversible": True},
        "access": "read_only",
        "view": None,
        "occurrence": 1,
        "allowed_sources": ["192.0.2.50/32"],
    }
    assert (
        seen_value(seen, "ja")
        == 'secret/kind: plain, secret/reversible: true, access: read_only, allowed_sources: ["192.0.2.50/32"]'
    )
    assert seen_value({}, "ja") == "{}"
    assert seen_value({"view": None}, "ja") == '{"view": null}'
    assert seen_value(None, "en") == "unset"
    assert seen_value(["a"], "en") == '["a"]'
