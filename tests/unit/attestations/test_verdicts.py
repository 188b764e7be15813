"""From answers to verdicts, in both engines."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit import catalogue, texts, yamlfile
from infra_audit.attestations.documents import Answers
from infra_audit.baselines.engine import Engine
from infra_audit.baselines.waivers import tokyo_day
from infra_audit.model.attestation import About, EvidenceFile
from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.finding import Finding
from infra_audit.reports.columns import reason_text
from tests.unit.attestations.questions import BASELINE, HERE, QUESTIONS, ROOMS, TODAY, answers

CASES = yamlfile.load(HERE / "cases" / "verdicts.yaml")
DEVICES = ({"id": "sw1", "kind": "switch"}, {"id": "sw1/blue", "device": "sw1", "kind": "switch"})


def device(subject: dict[str, Any]) -> FactsDocument:
    """Return the document of a switch that was read."""
    return FactsDocument(
        facts={"subject": subject, "telnet": {"enabled": False}},
        coverage={"telnet": Coverage(state=CoverageState.PARSED)},
        provenance={"/telnet": Provenance(kind=ProvenanceKind.LINES, artifact="sw1.cfg", lines=((1, 1),))},
    )


def documents(known: Answers) -> list[FactsDocument]:
    return [
        *(known.join(device(subject)) for subject in DEVICES),
        *known.facilities(ROOMS),
        known.organisation("nagisawa"),
    ]


def findings(known: Answers, kind: str = "fast") -> dict[tuple[str, str], Finding]:
    engine = Engine(BASELINE, kind)
    return {(f.rule, f.subject["id"]): f for document in documents(known) for f in engine.judge(document)}


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["title"])
def test_verdict(case: dict[str, Any], engine: str) -> None:
    as_of = dt.date.fromisoformat(case["as_of"]) if "as_of" in case else TODAY
    found = findings(answers(case["answers"], as_of), engine)[case["rule"], case["subject"]]
    assert (found.verdict, found.mode) == (case["verdict"], "attested")
    assert (found.reason.code if found.reason else None) == case.get("reason")
    if found.verdict == "fail":
        assert [item.key for item in found.items] == case["items"]
        assert [item.seen for item in found.items] == case["seen"]
    for lang in texts.LANGUAGES:
        said = reason_text(found.reason.to_json(), lang) if found.reason else ""
        assert "{" not in said
        assert all(word in said for word in case.get("says", ()))


@pytest.mark.parametrize(("answer", "said"), [("yes", {}), ("partly", {"reason": "鍵", "improvement": "交換"})])
def test_the_evidence_says_who_when_and_with_what(answer: str, said: dict[str, str]) -> None:
    evidence = [{"file": "evidence/a/photo.jpg", "sha256": "0" * 64}]
    entry = {
        "question": "room-open",
        "about": "room",
        "subjects": ["server-3f"],
        "answer": answer,
        "evidence": evidence,
    }
    known = answers([{**entry, **said, "confirmed_by": "所属長", "place": "room.xlsx 3F!D7"}])
    found = findings(known)["room-open", "server-3f"].to_json()
    leaves = [*found["evidence"], *(e for i in found["items"] for e in i["evidence"])]
    assert len({json.dumps(leaf["attested"]) for leaf in leaves}) == 1
    assert (leaves[0]["kind"], leaves[0]["source"], leaves[0]["place"]) == ("given", "attestation", "room.xlsx 3F!D7")
    assert leaves[0]["attested"] == {
        "answer": answer, "by": "情報システム管理者", "answered_on": "2026-04-01", "due_on": "2027-04-01",
        "confirmed_by": "所属長", **said, "evidence": evidence,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2027-04-01T14:59:59+00:00", "due_soon"),  # 23:59:59 of the last day in Japan
        ("2027-04-01T15:00:00+00:00", "overdue"),  # midnight
        ("2027-04-01T23:59:59+09:00", "due_soon"),
        ("2027-04-02T00:00:00+09:00", "overdue"),
        ("2027-03-01T14:59:59+00:00", "valid"),  # 31 days are left
        ("2027-03-01T15:00:00+00:00", "due_soon"),  # 30 days are left
        ("2026-03-31T14:59:59+00:00", "unanswered"),
        ("2026-03-31T15:00:00+00:00", "valid"),
    ],
)
def test_days_end_at_midnight_in_japan(moment: str, state: str) -> None:
    entry = {"question": "room-open", "about": "room", "subjects": ["server-3f"], "answer": "yes"}
    known = answers([entry], tokyo_day(dt.datetime.fromisoformat(moment)))
    assert known.standing(QUESTIONS["room-open"], "server-3f").state == state


ENTRY = st.fixed_dictionaries(
    {
        "question": st.sampled_from(sorted(QUESTIONS)),
        "subjects": st.lists(st.sampled_from(["server-3f", "comm-2f", "sw1", "nagisawa"]), min_size=1, unique=True),
        "answer": st.sampled_from(["yes", "partly", "no", "not_applicable"]),
        "answered_on": st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)).map(dt.date.isoformat),
        "reason": st.just("理由"),
    }
).map(lambda entry: {**entry, "about": str(QUESTIONS[str(entry["question"])].about)})


@given(st.lists(ENTRY, max_size=6), st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)))
def test_laws(entries: list[dict[str, Any]], as_of: dt.date) -> None:
    known = answers(entries, as_of)
    made = documents(known)
    for document in made:  # facts that can be, and the same again
        assert not list(catalogue_errors(document.facts["attestations"]))
    assert [d.to_json() for d in made] == [d.to_json() for d in documents(answers(entries, as_of))]
    for document, subject in zip(made, DEVICES, strict=False):  # what machines show is not touched
        plain = device(subject)
        assert {k: v for k, v in document.facts.items() if k != "attestations"} == plain.facts
        assert all(document.provenance[pointer] == source for pointer, source in plain.provenance.items())
        assert {k: v for k, v in document.coverage.items() if k.split("/")[0] != "attestations"} == plain.coverage
    for (rule, _), found in findings(known).items():  # no pass without a timely yes, never a silent one
        if found.verdict == "pass":
            given_by = [leaf.attested for leaf in found.evidence if leaf.attested]
            assert given_by
            assert all(a.answer == "yes" and a.answered_on <= as_of.isoformat() <= str(a.due_on) for a in given_by), (
                rule
            )


def catalogue_errors(value: Any) -> Any:
    return jsonschema.Draft202012Validator(dict(catalogue.areas()["attestations"].schema)).iter_errors(value)


def test_the_form_is_an_artefact_with_its_digest() -> None:
    known = answers([{"question": "room-open", "about": "room", "subjects": ["server-3f"], "answer": "yes"}])
    form = EvidenceFile(file="forms/a/room.xlsx", sha256="1" * 64)
    known = Answers(QUESTIONS, [replace(a, form=form) for a in known.attestations], TODAY)
    leaf = findings(known)["room-open", "server-3f"].evidence[0]
    assert (leaf.artifact, leaf.sha256, leaf.source_sha256) == ("forms/a/room.xlsx", "1" * 64, "1" * 64)
    room = next(d for d in documents(known) if d.subject["id"] == "server-3f")
    assert [a.name for a in room.artifacts if isinstance(a, Artifact)] == ["forms/a/room.xlsx"]


def test_everything_that_is_asked_about_has_a_document() -> None:
    entry = {"question": "site-dark", "about": "site", "subjects": ["annex"], "answer": "yes"}
    made = documents(answers([entry]))
    assert [d.subject["id"] for d in made] == ["sw1", "sw1/blue", "annex", "comm-2f", "server-3f", "nagisawa"]
    assert [d.subject.get("facility") for d in made[2:5]] == [About.SITE, About.ROOM, About.ROOM]
