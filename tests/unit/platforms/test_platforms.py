"""Platform folders against sample texts of a municipality: facts, coverage, redaction."""

from pathlib import Path
from typing import Any

import pytest

from infra_audit.model.facts import FactsDocument
from infra_audit.snapshot.redact import Redactor
from tests.unit.platforms import case as cases

CASES = pytest.mark.parametrize("case", cases.cases(), ids=cases.name_of)


def check(document: FactsDocument, wanted: dict[str, Any]) -> None:
    """Compare one document with what a case wants."""
    assert {key: cases.value(document, key) for key in wanted["facts"]} == wanted["facts"]
    states = {area: str(document.coverage[area].state) for area in wanted.get("coverage", {})}
    assert states == wanted.get("coverage", {})
    assert [line.text for line in document.unparsed][wanted["unparsed"] :] == []
    assert len(document.unparsed) == wanted["unparsed"]


@CASES
def test_facts(case: Path) -> None:
    wanted = cases.expected(case)
    documents = cases.parse(cases.platform_of(case), cases.texts(case))
    check(documents["device"], wanted)
    assert set(documents) == {"device", *wanted.get("parts", {})}
    for name, part in wanted.get("parts", {}).items():
        check(documents[name], part)


@CASES
def test_provenance_and_keys_are_mappings_that_agree_with_themselves(case: Path) -> None:
    for document in cases.parse(cases.platform_of(case), cases.texts(case)).values():
        for mapping in (document.provenance, document.keys):
            walked = list(mapping.items())
            assert len(mapping) == len(walked) == len({pointer for pointer, _ in walked})
            assert [(pointer, mapping[pointer]) for pointer in mapping] == walked
            for pointer, _ in walked:
                assert f"{pointer}/x" not in mapping
            assert "/frobs/0" not in mapping


@CASES
def test_every_line_is_accounted_for(case: Path) -> None:
    sources = cases.texts(case)
    documents = cases.parse(cases.platform_of(case), sources)
    for source, lines in sources.items():
        counts = [d.line_counts[f"{source}.txt"] for d in documents.values() if f"{source}.txt" in d.line_counts]
        assert sum(count.total for count in counts) == len(lines)


@CASES
def test_no_secret_survives_redaction(case: Path) -> None:
    redactor = Redactor(cases.platform_of(case))
    for lines in cases.texts(case).values():
        redacted = redactor.redact(lines).lines
        assert len(redacted) == len(lines)
        assert [line for line in redacted if "himitsu" in line.lower()] == []


@CASES
def test_redacted_text_gives_the_same_facts(case: Path) -> None:
    platform = cases.platform_of(case)
    sources = cases.texts(case)
    redactor = Redactor(platform)
    masked = {source: list(redactor.redact(lines).lines) for source, lines in sources.items()}
    plain, hidden = cases.parse(platform, sources), cases.parse(platform, masked)
    assert {name: d.facts for name, d in plain.items()} == {name: d.facts for name, d in hidden.items()}
