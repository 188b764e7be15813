"""The folder of answers: one YAML file for each form taken in, with the form itself and the evidence beside it.

    DIR/0001-room.yaml            answers, in the format of schemas/attestation.schema.json
    DIR/forms/DIGEST/room.xlsx    the form as it came
    DIR/evidence/DIGEST/photo.jpg evidence, named by its digest

Nothing is overwritten: of two answers to one question the later one counts, and the earlier one stays.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_audit.attestations import checking, reading
from infra_audit.attestations.questions import Question
from infra_audit.attestations.reading import Filled
from infra_audit.errors import InputError, IntegrityError
from infra_audit.model.attestation import About, Answer, Attestation, EvidenceFile

SHORT = 16
"""Digits of a digest that name a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A kept file that is not what was taken in."""

    file: str
    """Relative to the folder of answers."""
    state: str
    """missing or changed."""
    answers: str
    """The file of answers that cites it."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `attest check`."""
        return {"file": self.file, "state": self.state, "answers": self.answers}


def load(folder: Path, questions: Mapping[str, Question]) -> list[Attestation]:
    """Return all answers of a folder, in the order they were taken in.

    Raises InputError when the folder or a file of it is wrong, IntegrityError when a piece of evidence was changed.
    """
    found: list[Attestation] = []
    for filled in _files(folder):
        for problem in checking.problems(filled, questions, None):
            raise problem
        found += [_attestation(filled, number, entry) for number, entry in checking.answers(filled)]
    for broken in _broken(folder, _files(folder)):
        if broken.state == "changed":
            raise IntegrityError("attestation.changed", file=str(folder / broken.file), answers=broken.answers)
    return found


def verify(folder: Path) -> list[Broken]:
    """Return every kept form and piece of evidence that is gone or changed. Raises InputError."""
    return list(_broken(folder, _files(folder)))


def names(folder: Path) -> list[Path]:
    """Return the files of answers, in the order they were taken in. Raises InputError when there is no such folder."""
    if not folder.is_dir():
        raise InputError("attestation.no_folder", folder=str(folder))
    return sorted(path for path in folder.iterdir() if path.suffix == ".yaml")


def _files(folder: Path) -> Iterator[Filled]:
    for path in names(folder):
        yield reading.read(path)


def _broken(folder: Path, files: Iterator[Filled]) -> Iterator[Broken]:
    for filled in files:
        for name, expected in dict(_cited(filled.data)).items():
            path = folder / name
            state = "missing" if not path.is_file() else "" if digest(path) == expected else "changed"
            if state:
                yield Broken(file=name, state=state, answers=filled.path.name)


def _cited(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "form" in data:
        yield data["form"]["file"], data["form"]["sha256"]
    for entry in data.get("answers", ()):
        for evidence in entry.get("evidence", ()):
            yield evidence["file"], evidence.get("sha256", "")


def _attestation(filled: Filled, number: int, entry: Mapping[str, Any]) -> Attestation:
    for place, evidence in enumerate(entry.get("evidence", ())):
        if "sha256" not in evidence:
            raise checking.wrong(filled, ["answers", number, "evidence", place], "not_taken", field=evidence["file"])
    form = filled.data.get("form")
    return Attestation(
        question=entry["question"],
        about=About(entry["about"]),
        subjects=tuple(entry["subjects"]),
        answer=Answer(entry["answer"]),
        answered_on=dt.date.fromisoformat(entry["answered_on"]),
        by=entry["by"],
        confirmed_by=entry.get("confirmed_by"),
        reason=entry.get("reason"),
        improvement=entry.get("improvement"),
        evidence=tuple(EvidenceFile(file=e["file"], sha256=e["sha256"]) for e in entry.get("evidence", ())),
        form=EvidenceFile(file=form["file"], sha256=form["sha256"]) if form else None,
        place=entry.get("place") or f"{filled.path.name}{filled.where(['answers', number])}",
    )


def digest(path: Path) -> str:
    """Return the sha256 of a file. Raises InputError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError("file.unreadable", file=str(path), what=type(error).__name__) from error


def written(data: Mapping[str, Any], notes: Sequence[str] = ()) -> str:
    """Return answers as YAML, a field a line, so that an error names the line; `notes` stand above the entries."""
    lines = ["attestation: 1"]
    if "form" in data:
        lines.append(f"form: {_value(data['form'])}")
    lines.append("answers:" if data["answers"] else "answers: []")
    for number, entry in enumerate(data["answers"]):
        if number < len(notes):
            lines += [f"  # {line}".rstrip() for line in notes[number].split("\n")]
        for position, (name, value) in enumerate(entry.items()):
            lines.append(f"  {'- ' if position == 0 else '  '}{name}:{_after(value)}")
    return "\n".join(lines) + "\n"


def _after(value: Any) -> str:
    return "" if value is None else f" {_value(value)}"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
