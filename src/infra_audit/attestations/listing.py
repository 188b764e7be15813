"""All questions with their last answers, as records of the table of `attest list`."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from infra_audit.attestations.documents import Answers, Place, Standing
from infra_audit.model.attestation import About
from infra_audit.model.device import Device


def rows(
    answers: Answers, places: Iterable[Place], devices: Sequence[Device], organisation: str
) -> Iterator[dict[str, Any]]:
    """Yield one record for each question and subject: those known, and those that answers name."""
    known = {(place.about, place.id) for place in places}
    for question in answers.questions.values():
        if not question.in_force:
            continue
        for subject in _subjects(answers, question.about, known, organisation, question.role):
            others = answers.subjects(About.ORGANISATION) if question.about is About.ORGANISATION else ()
            yield _row(answers.standing(question, subject, *others))
        if question.about is About.DEVICE:
            kinds = {device.id: device.kind for device in devices}
            for name in sorted({*kinds, *answers.subjects(About.DEVICE)}):
                if name not in kinds or question.concerns(kinds[name]):
                    standing = answers.standing(question, name)
                    if name in kinds or standing.attestation is not None:
                        yield _row(standing)


def _subjects(
    answers: Answers, about: About, known: set[tuple[About, str]], organisation: str, role: str
) -> Sequence[str]:
    match about:
        case About.DEVICE:
            return ()
        case About.ROLE:
            return (role,)
        case About.ORGANISATION:
            return (organisation,)
        case _:
            return sorted({name for unit, name in known if unit is about} | set(answers.subjects(about)))


def _row(standing: Standing) -> dict[str, Any]:
    question, given = standing.question, standing.attestation
    return {
        "number": question.number,
        "question": question.id,
        "text": dict(question.text),
        "about": str(question.about),
        "subject": standing.subject,
        "role": question.role,
        "answer": str(given.answer) if given else None,
        "by": given.by if given else None,
        "confirmed_by": given.confirmed_by if given else None,
        "answered_on": given.answered_on.isoformat() if given else None,
        "due_on": standing.due_on.isoformat() if standing.due_on else None,
        "state": standing.state,
        "evidence": [{"file": e.file, "sha256": e.sha256} for e in given.evidence] if given else [],
        "place": given.place if given else None,
    }
