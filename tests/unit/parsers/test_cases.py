"""Whole documents: raw input beside what is expected, by file name PLATFORM.CASE.cfg and .yaml.

To make the expected file of a new case, write the input and run with INFRA_AUDIT_ACCEPT=1; then read what was written.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from infra_audit.model.facts import FactsDocument
from tests.unit.parsers.support import HERE, documents, platform, states

CASES = sorted((HERE / "cases").glob("*.cfg"))


def told(found: FactsDocument) -> dict[str, Any]:
    data = found.to_json()
    return {
        "facts": data["facts"],
        "provenance": {
            entry["key"]: f"{entry['kind']} {entry.get('lines', entry.get('from', entry.get('source')))}"
            for entry in data["provenance"].values()
        },
        "coverage": states(found),
        "unparsed": [[u["line"], u["text"], u["areas"]] for u in data["unparsed"]],
        "problems": [[p["line"], p["reason"]["code"]] for p in data["problems"]],
        "line_counts": data["line_counts"],
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_document(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [told(document) for document in documents(platform(path.name.split(".")[0]), text)]
    expected = path.with_suffix(".json")
    if os.environ.get("INFRA_AUDIT_ACCEPT") == "1":
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_line_is_counted_once(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = documents(platform(path.name.split(".")[0]), text)
    counts = [count for document in found for count in document.line_counts.values()]
    assert sum(c.total for c in counts) == len(text.removesuffix("\n").split("\n"))
    for count in counts:
        assert count.total == count.used + count.ignored + count.unparsed + count.blank
    assert sum(c.unparsed for c in counts) == sum(len(document.unparsed) for document in found)
    assert sum(c.ignored for c in counts) == sum(len(document.ignored) for document in found)
