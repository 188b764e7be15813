"""The questions and subjects that the tests ask about."""

import datetime as dt
from pathlib import Path
from typing import Any

from infra_audit.attestations.documents import Answers, Place
from infra_audit.attestations.questions import Question, questions
from infra_audit.baselines import loader, source
from infra_audit.model.attestation import About, Answer, Attestation, EvidenceFile
from infra_audit.model.rule import Baseline

HERE = Path(__file__).parent
BASELINE: Baseline = loader.from_files([source.read(HERE / "rules" / "questions.schema.yaml", "questions.schema.yaml")])
QUESTIONS: dict[str, Question] = questions(BASELINE.rules)
ROOMS = (
    Place(id="server-3f", about=About.ROOM, title="サーバ室", site="honchosha"),
    Place(id="comm-2f", about=About.ROOM),
)
TODAY = dt.date(2026, 4, 10)


def attestation(data: dict[str, Any]) -> Attestation:
    """Return an answer written as data; what is not said is usual."""
    values = {"by": "情報システム管理者", "answered_on": "2026-04-01", "place": "form.yaml:1", **data}
    return Attestation(
        **{
            **values,
            "about": About(values["about"]),
            "answer": Answer(values["answer"]),
            "answered_on": dt.date.fromisoformat(values["answered_on"]),
            "subjects": tuple(values["subjects"]),
            "evidence": tuple(EvidenceFile(**e) for e in values.get("evidence", ())),
        }
    )


def answers(data: list[dict[str, Any]], as_of: dt.date = TODAY) -> Answers:
    return Answers(QUESTIONS, [attestation(entry) for entry in data], as_of)
