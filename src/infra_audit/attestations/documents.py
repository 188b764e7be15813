"""From answers to facts: what each answer says of its subject on the day of the audit.

An answer counts up to and including its last day in Asia/Tokyo; after that it is shown and withheld, so that the rule finds
no evidence. The answers about a device join its own document; rooms and sites (`facility`) and the organisation have
documents of their own.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from infra_audit.attestations.questions import Question
from infra_audit.model.attestation import About, Answer, Attestation, Attested, EvidenceFile
from infra_audit.model.evidence import Artifact, Completeness
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.reason import Reason

AREA = "attestations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room or a site that answers may speak of."""

    id: str
    about: About
    """ROOM or SITE."""
    title: str | None = None
    site: str | None = None
    zones: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one question stands for one subject on a day."""

    question: Question
    subject: str
    attestation: Attestation | None
    """The last answer given up to that day."""
    due_on: dt.date | None
    """Last day it counts, included."""
    state: str
    """valid, due_soon, overdue or unanswered."""


@dataclass(frozen=True)
class Answers:
    """All answers of an organisation, as they stand on one day."""

    questions: Mapping[str, Question]
    attestations: Sequence[Attestation]
    as_of: dt.date
    soon: int = 30
    """Days before the last one from which an answer is due soon."""
    _latest: dict[tuple[str, str], Attestation] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Find the last answer to each question about each subject; of one day the one that was taken in last."""
        for attestation in sorted(self.attestations, key=lambda a: a.answered_on):
            if attestation.answered_on <= self.as_of:
                for subject in attestation.subjects:
                    self._latest[attestation.question, subject] = attestation

    def standing(self, question: Question, *subjects: str) -> Standing:
        """Return how a question stands for the first of some subjects that has an answer, else for the first."""
        named = next((s for s in subjects if (question.id, s) in self._latest), subjects[0])
        attestation = self._latest.get((question.id, named))
        if attestation is None:
            return Standing(question=question, subject=subjects[0], attestation=None, due_on=None, state="unanswered")
        due = attestation.answered_on + dt.timedelta(days=question.days)
        left = (due - self.as_of).days
        state = "overdue" if left < 0 else "due_soon" if left <= self.soon else "valid"
        return Standing(question=question, subject=subjects[0], attestation=attestation, due_on=due, state=state)

    def asked_of(self, about: About) -> list[Question]:
        """Return the questions in force of one unit."""
        return [question for question in self.questions.values() if question.about is about and question.in_force]

    def subjects(self, about: About) -> list[str]:
        """Return the ids that answers of one unit name, sorted."""
        return sorted({subject for a in self.attestations if a.about is about for subject in a.subjects})

    def join(self, document: FactsDocument) -> FactsDocument:
        """Return the document of a device with the answers about it, or about the device that it is a part of."""
        subject = document.subject
        names = [name for name in (subject.get("id"), subject.get("device")) if name]
        asked = [q for q in self.asked_of(About.DEVICE) if q.concerns(subject.get("kind"))]
        return self._with(document, [self.standing(question, *names) for question in asked])

    def facilities(self, places: Iterable[Place]) -> Iterator[FactsDocument]:
        """Yield the documents of the rooms and sites that are known, or that answers name, by id."""
        known = {(place.about, place.id): place for place in places}
        for about in (About.ROOM, About.SITE):
            for name in self.subjects(about):
                known.setdefault((about, name), Place(id=name, about=about))
        for (about, name), place in sorted(known.items(), key=lambda entry: (entry[0][1], entry[0][0])):
            subject = {"id": name, "kind": "facility", "facility": str(about)}
            subject |= {"location": place.title} if place.title else {}
            subject |= {"site": place.site} if place.site else {}
            whole = {**subject, "zones": list(place.zones)} if place.zones is not None else subject
            yield self._with(
                FactsDocument(facts={"subject": whole}), [self.standing(q, name) for q in self.asked_of(about)]
            )

    def organisation(self, name: str) -> FactsDocument:
        """Return the document of the organisation, with what it and its roles answered."""
        names = (name, *self.subjects(About.ORGANISATION))  # there is only one, whatever a form calls it
        own = [self.standing(question, *names) for question in self.asked_of(About.ORGANISATION)]
        roles = [self.standing(question, question.role) for question in self.asked_of(About.ROLE)]
        return self._with(FactsDocument(facts={"subject": {"id": name, "kind": "organisation"}}), [*own, *roles])

    def _with(self, document: FactsDocument, standings: Sequence[Standing]) -> FactsDocument:
        facts: dict[str, Any] = {}
        coverage: dict[str, Coverage] = {AREA: Coverage(state=CoverageState.PARSED)}
        provenance: dict[str, Provenance] = {}
        for standing in sorted(standings, key=lambda s: s.question.id):
            name = standing.question.id
            gap = _gap(standing)
            if gap is not None:
                coverage[f"{AREA}/{name}"] = gap
            if standing.attestation is not None:
                facts[name] = _fact(standing.attestation, standing, self.as_of)
                provenance[f"/{AREA}/{name}"] = _provenance(standing.attestation, standing)
        given = [s.attestation for s in standings if s.attestation is not None]
        forms = {a.form.file: _form(str(document.subject.get("id", "")), a.form) for a in given if a.form is not None}
        return replace(
            document,
            artifacts=(*document.artifacts, *(forms[name] for name in sorted(forms))),
            facts={**document.facts, AREA: facts},
            coverage={**document.coverage, **coverage},
            provenance={**document.provenance, **provenance},
        )


def _gap(standing: Standing) -> Coverage | None:
    """Return why an answer does not count, or why there is nothing to judge."""
    given = standing.attestation
    if given is None:
        return Coverage(state=CoverageState.NOT_COLLECTED, reason=Reason("attestation.unanswered"))
    said = {"by": given.by, "answered_on": given.answered_on.isoformat()}
    if standing.state == "overdue" and standing.due_on is not None:
        fields = {**said, "due_on": standing.due_on.isoformat()}
        return Coverage(state=CoverageState.NOT_COLLECTED, reason=Reason("attestation.overdue", fields))
    if given.answer is Answer.NOT_APPLICABLE:
        fields = {**said, "why": given.reason or ""}
        return Coverage(state=CoverageState.NO_SUCH_EXPOSURE, reason=Reason("attestation.not_applicable", fields))
    return None


def _fact(given: Attestation, standing: Standing, as_of: dt.date) -> dict[str, Any]:
    """Return one answer as facts; what is overdue is not known any more."""
    counts: dict[str, Any] = {}
    if standing.state != "overdue":
        counts = {"answer": str(given.answer), "age_days": (as_of - given.answered_on).days}
    said = {
        "by": given.by,
        "confirmed_by": given.confirmed_by,
        "reason": given.reason,
        "improvement": given.improvement,
        "due_on": standing.due_on.isoformat() if standing.due_on else None,
        "evidence": [{"file": e.file, "sha256": e.sha256} for e in given.evidence] or None,
    }
    known = {name: value for name, value in said.items() if value is not None}
    return {**counts, "answered_on": given.answered_on.isoformat(), **known}


def _provenance(given: Attestation, standing: Standing) -> Provenance:
    attested = Attested(
        answer=given.answer,
        by=given.by,
        answered_on=given.answered_on.isoformat(),
        due_on=standing.due_on.isoformat() if standing.due_on else None,
        confirmed_by=given.confirmed_by,
        reason=given.reason,
        improvement=given.improvement,
        files={e.file: e.sha256 for e in given.evidence},
    )
    return Provenance(
        kind=ProvenanceKind.GIVEN,
        artifact=given.form.file if given.form else None,
        source="attestation",
        place=given.place,
        attested=attested,
    )


def _form(subject: str, form: EvidenceFile) -> Artifact:
    """Return the form of an answer as an artefact: it is kept and hashed, and its text is not ours to read again."""
    return Artifact(
        device=subject,
        source=AREA,
        name=form.file,
        lines=(),
        sha256=form.sha256,
        source_sha256=form.sha256,
        encoding="binary",
        collector=AREA,
        complete=Completeness.YES,
        complete_reason=Reason("attestation.kept"),
    )
