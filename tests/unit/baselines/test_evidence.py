"""Evidence: down to the leaves, each once, bounded, and in the form of its schema."""

import json
from typing import Any

import jsonschema_rs
import pytest

from infra_audit import resources, yamlfile
from infra_audit.baselines.engine import Engine
from infra_audit.baselines.evidence import MAX_LEAVES, EvidenceFinder
from infra_audit.model.facts import FactsDocument, Provenance, ProvenanceKind
from tests.unit.baselines.documents import HERE, artifact, baseline, document

RULES = baseline()


def lines(first: int, last: int) -> Provenance:
    return Provenance(kind=ProvenanceKind.LINES, artifact="sw1.cfg", lines=((first, last),), template="lines.ttp")


def derived(by: str, *sources: str) -> Provenance:
    return Provenance(kind=ProvenanceKind.DERIVED, by=by, sources=sources)


def finder(provenance: dict[str, Provenance], facts: dict[str, Any] | None = None) -> EvidenceFinder:
    return EvidenceFinder(FactsDocument(facts=facts or {"subject": {}}, provenance=provenance, artifacts=(artifact(),)))


def test_derived_facts_are_followed_to_the_leaves_with_the_way() -> None:
    found = finder(
        {"/a": derived("outer", "/b", "/c"), "/b": derived("inner", "/d"), "/c": lines(1, 1), "/d": lines(2, 3)}
    )
    assert [(e.pointer, e.by, e.text) for e in found.of("/a")] == [
        ("/d", ("outer", "inner"), ("line vty 0 4", " transport input telnet")),
        ("/c", ("outer",), ("version 15.2",)),
    ]
    assert {e.sha256 for e in found.of("/a")} == {"a" * 64}


def test_a_circle_of_derived_facts_ends() -> None:
    assert finder({"/a": derived("f", "/b"), "/b": derived("g", "/a")}).of("/a") == ()


def test_an_absence_names_what_was_searched_without_its_text() -> None:
    absent = Provenance(kind=ProvenanceKind.ABSENT, artifact="sw1.cfg", lines=((1, 4),))
    (leaf,) = finder({"/a": absent}).of("/a")
    assert (leaf.kind, leaf.lines, leaf.text) == ("absent", ((1, 4),), ())


def test_the_same_lines_are_cited_once() -> None:
    evidence, omitted = finder({"/a": lines(1, 1), "/b": lines(1, 1), "/c": lines(2, 2)}).of_all(["/a", "/b", "/c"])
    assert [e.pointer for e in evidence] == ["/a", "/c"]
    assert omitted == 0


def test_what_is_left_out_is_counted() -> None:
    many = {f"/a/{n}": lines(n + 1, n + 1) for n in range(MAX_LEAVES + 7)}
    evidence, omitted = finder(many).of_all(list(many))
    assert (len(evidence), omitted) == (MAX_LEAVES, 7)


def test_a_pass_cites_the_items_it_counted_first() -> None:
    facts = {
        "subject": {"kind": "switch"},
        "lines": [{"kind": "con", "exec_timeout_seconds": 60}, {"kind": "vty", "access_list": "A"}],
    }
    provenance = {f"/lines/{n}": {"kind": "lines", "lines": [[n + 1, n + 1]]} for n in range(2)}
    findings = {f.rule: f for f in Engine(RULES).judge(document({"facts": facts, "provenance": provenance}))}
    assert [e.pointer for e in findings["vty-without-access-list"].evidence] == ["/lines/1"]
    assert [e.pointer for e in findings["console-idle-timeout-long"].evidence] == ["/lines/0"]


@pytest.mark.parametrize("path", sorted((HERE / "cases").glob("*.yaml")), ids=lambda p: p.stem)
def test_findings_have_the_form_of_their_schema(path: Any) -> None:
    schema = json.loads((resources.root("schemas") / "finding.schema.json").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    for case in yamlfile.load(path):
        for finding in Engine(RULES).judge(document(case)):
            data = json.loads(json.dumps(finding.to_json()))
            validator.validate(data)


def test_unknown_items_are_bounded_and_counted() -> None:
    facts = {
        "subject": {"kind": "switch"},
        "lines": [{"kind": "con"}] * 45 + [{"kind": "con", "exec_timeout_seconds": 900}],
    }
    finding = next(Engine(RULES).judge(document({"facts": facts}), rules=["console-idle-timeout-long"]))
    assert (finding.checked, finding.failing, finding.unknown) == (46, 1, 45)
    assert (len(finding.items), finding.items_omitted) == (21, 25)
    assert finding.items[-1].status == "failing"
