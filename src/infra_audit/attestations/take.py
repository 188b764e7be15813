"""Take filled-in forms into the folder of answers, with their evidence."""

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra_audit.attestations import checking, reading, store
from infra_audit.attestations.questions import Question
from infra_audit.attestations.reading import Filled
from infra_audit.errors import InputError


def problems(filled: Filled, questions: Mapping[str, Question], today: dt.date) -> Iterator[InputError]:
    """Yield everything that keeps a form from being taken in."""
    found = list(checking.problems(filled, questions, today))
    yield from found
    if not found:
        for number, entry in checking.answers(filled):
            for place, evidence in enumerate(entry.get("evidence", ())):
                yield from _evidence(filled, number, place, evidence)


def _evidence(filled: Filled, number: int, place: int, evidence: Mapping[str, Any]) -> Iterator[InputError]:
    where: list[str | int] = ["answers", number, "evidence", place]
    folder = filled.path.parent.resolve()
    path = (folder / evidence["file"]).resolve()
    if not path.is_relative_to(folder):
        yield checking.wrong(filled, where, "outside", field=evidence["file"])
    elif not path.is_file():
        yield checking.wrong(filled, where, "no_evidence_file", field=evidence["file"])
    elif evidence.get("sha256", store.digest(path)) != store.digest(path):
        yield checking.wrong(filled, where, "evidence_changed", field=evidence["file"])


def take(filled: Filled, folder: Path) -> tuple[Path | None, int]:
    """Keep a form without problems; return the new file and the number of answers in it.

    No file when this very form was taken in before, or when nothing is answered. Raises InputError when it cannot be
    written.
    """
    answers = [_kept(filled, number, entry) for number, entry in checking.answers(filled)]
    form = _reference(filled.path, "forms")
    if not answers or _is_known(folder, form["sha256"]):
        return None, len(answers)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copy(filled.path, folder / form["file"])
        for _, entry in checking.answers(filled):
            for evidence in entry.get("evidence", ()):
                path = filled.path.parent / evidence["file"]
                _copy(path, folder / _reference(path, "evidence")["file"])
        target = folder / f"{_next(folder):04}-{filled.path.stem}.yaml"
        target.write_text(store.written({"form": form, "answers": answers}), encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError("output.unwritable", file=str(folder), what=type(error).__name__) from error
    return target, len(answers)


def read(path: Path) -> Filled:
    """Read a filled-in form. Raises InputError."""
    return reading.read(path)


def _kept(filled: Filled, number: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as it is kept: evidence with digests, and the place of the answer in the form."""
    evidence = [_reference(filled.path.parent / e["file"], "evidence") for e in entry.get("evidence", ())]
    place = f"{filled.path.name}{filled.where(['answers', number, 'answer'])}"
    kept = {name: value for name, value in entry.items() if name not in ("evidence", "place")}
    return {**kept, **({"evidence": evidence} if evidence else {}), "place": place}


def _reference(path: Path, kind: str) -> dict[str, str]:
    sha256 = store.digest(path)
    return {"file": f"{kind}/{sha256[: store.SHORT]}/{path.name}", "sha256": sha256}


def _copy(path: Path, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _is_known(folder: Path, sha256: str) -> bool:
    known = (reading.read(path).data for path in (store.names(folder) if folder.is_dir() else ()))
    return any(data.get("form", {}).get("sha256") == sha256 for data in known)


def _next(folder: Path) -> int:
    numbers = [int(path.name[:4]) for path in store.names(folder) if path.name[:4].isdecimal()]
    return max(numbers, default=0) + 1
