"""What is told of a device where its configuration is silent says whether a document was read that states it."""

import json
from typing import Any

import jsonschema
import pytest

from infra_audit import catalogue, resources

ENTRIES = [
    pytest.param(entry, id=f"{name}/{kind}/{index}")
    for name, platform in sorted(catalogue.platforms().items())
    for kind in ("defaults", "absent", "statements")
    for index, entry in enumerate(platform.data.get(kind, ()))
    if "confirmed" in entry
]
SCHEMA = json.loads((resources.root("schemas") / "platform.schema.json").read_text("utf-8"))
WORDS = ("General knowledge, not confirmed; expected in: ", "一般知識であり文書では未確認。照合先: ")


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_that_was_not_confirmed_says_so_in_one_wording(entry: dict[str, Any]) -> None:
    assert entry["document"].startswith(WORDS) is (not entry["confirmed"])


@pytest.mark.parametrize(
    ("said", "valid"),
    [
        ({"document": "Guide, ssh: on"}, True),
        ({"document": "Guide, ssh: on", "confirmed": True}, True),
        ({"document": "Guide, ssh: on", "confirmed": False}, False),
        *[({"document": f"{words}Guide, ssh: on", "confirmed": True}, False) for words in WORDS],
        *[({"document": f"{words}Guide, ssh: on", "confirmed": False}, True) for words in WORDS],
    ],
)
@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("defaults", {"at": "ssh/enabled", "value": True, "counter": "no ssh"}),
        ("absent", {"at": "ssh/enabled", "value": False, "counter": "ssh"}),
        ("statements", {"at": "ssh/version", "state": "no_such_exposure", "reason": {"ja": "理由", "en": "reason"}}),
    ],
)
def test_the_schema_holds_the_wording(kind: str, entry: dict[str, Any], said: dict[str, Any], *, valid: bool) -> None:
    schema = {"$defs": SCHEMA["$defs"], **SCHEMA["properties"][kind]}
    assert jsonschema.Draft202012Validator(schema).is_valid([{**entry, **said}]) is valid


def test_confirmed_alone_is_not_enough_for_an_absence() -> None:
    schema = {"$defs": SCHEMA["$defs"], **SCHEMA["properties"]["absent"]}
    entry = {"at": "ssh/enabled", "value": False, "counter": "ssh", "confirmed": True}
    assert not jsonschema.Draft202012Validator(schema).is_valid([entry])
