"""Whether what stands in a form can be an answer: form, question, day. Each problem names the line or cell."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from infra_audit import resources
from infra_audit.attestations.questions import Question
from infra_audit.attestations.reading import Filled, Place
from infra_audit.errors import InputError


def problems(filled: Filled, questions: Mapping[str, Question], today: dt.date | None) -> Iterator[InputError]:
    """Yield what is wrong in a form; what its shape hides is told once the shape is right.

    `today`: an answer must not be of a later day; None = whatever the day, as of answers taken in before.
    """
    errors = sorted(_validator().iter_errors(filled.data), key=lambda e: [str(p).zfill(9) for p in e.instance_path[:2]])
    shape = [_shape(filled, error) for error in errors]
    yield from shape
    if shape:
        return
    seen: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(filled.data["answers"]):
        place: list[str | int] = ["answers", number]
        yield from _question(filled, place, entry, questions)
        if "answer" in entry:
            yield from _day(filled, [*place, "answered_on"], entry, today)
            yield from _twice(filled, number, entry, seen)


def answers(filled: Filled) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the entries that hold an answer, with their number."""
    yield from ((number, entry) for number, entry in enumerate(filled.data["answers"]) if "answer" in entry)


def _shape(filled: Filled, error: Any) -> InputError:
    place = list(error.instance_path)
    missing = getattr(error.kind, "property", None)
    unexpected = getattr(error.kind, "unexpected", None)
    if missing is not None:
        return wrong(filled, [*place, missing], "missing", field=missing)
    if unexpected:
        return wrong(filled, [*place, unexpected[0]], "unknown", field=unexpected[0])
    name = str(place[-1]) if place else ""
    code = {"answer": "answer", "answered_on": "day"}.get(name, "value")
    return wrong(filled, place, code, field=name)


def _question(
    filled: Filled, place: Place, entry: Mapping[str, Any], known: Mapping[str, Question]
) -> Iterator[InputError]:
    question = known.get(entry["question"])
    if question is None:
        yield wrong(filled, [*place, "question"], "question", field=entry["question"])
    elif question.about != entry["about"]:
        yield wrong(filled, [*place, "about"], "about", field=entry["question"], about=str(question.about))


def _day(filled: Filled, place: Place, entry: Mapping[str, Any], today: dt.date | None) -> Iterator[InputError]:
    try:
        day = dt.date.fromisoformat(entry["answered_on"])
    except ValueError:
        yield wrong(filled, place, "day", field="answered_on")
        return
    if today is not None and day > today:
        yield wrong(filled, place, "future", field=entry["answered_on"], today=today.isoformat())


def _twice(
    filled: Filled, number: int, entry: Mapping[str, Any], seen: dict[tuple[str, str], int]
) -> Iterator[InputError]:
    for subject in entry["subjects"]:
        first = seen.setdefault((entry["question"], subject), number)
        if first != number:
            where = filled.where(["answers", first]).lstrip(": ")
            yield wrong(filled, ["answers", number], "twice", field=entry["question"], first=where)


def wrong(filled: Filled, place: Place, code: str, **fields: str) -> InputError:
    """Return the error of one place of a form."""
    return InputError(f"attestation.{code}", file=f"{filled.path}{filled.where(place)}", **fields)


@cache
def _validator() -> Any:
    schema = json.loads((resources.root("schemas") / "attestation.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)
