"""Forms as persons fill them in: what is kept, and what is refused by cell or line."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from infra_audit import texts, yamlfile
from infra_audit.attestations import form, reading, store, take
from infra_audit.errors import InputError
from infra_audit.model.attestation import About
from tests.unit.attestations.questions import HERE, QUESTIONS, ROOMS, TODAY

CASES = yamlfile.load(HERE / "cases" / "take.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder for a form, with evidence beside it."""
    (tmp_path / "secret.txt").write_bytes(b"not for the audit\n")
    folder = tmp_path / "forms"
    (folder / "plan").mkdir(parents=True)
    (folder / "photo.jpg").write_bytes(b"photo of the server room\n")
    (folder / "plan" / "map.txt").write_bytes(b"plan of the third floor\n")
    return folder


def filled(case: dict[str, Any], folder: Path) -> Path:
    if "yaml" in case:
        path = folder / "form.yaml"
        path.write_text(case["yaml"], encoding="utf-8")
        return path
    path = folder / "form.xlsx"
    asked = [question for question in QUESTIONS.values() if question.about is About.ROOM]
    form.write(form.of_places(About.ROOM, ROOMS, asked), path, "ja")
    book = openpyxl.load_workbook(path)
    for cell, value in case["cells"].items():
        sheet, _, name = cell.rpartition("!")
        book[sheet or "server-3f"][name] = dt.date.fromisoformat(value["day"]) if isinstance(value, dict) else value
    book.save(path)
    return path


def _short(entry: dict[str, Any]) -> dict[str, Any]:
    evidence = [{**e, "sha256": e["sha256"][:16]} for e in entry.get("evidence", ())]
    return {**entry, **({"evidence": evidence} if evidence else {})}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["title"])
def test_what_becomes_of_a_form(case: dict[str, Any], folder: Path, tmp_path: Path) -> None:
    path = filled(case, folder)
    if "unreadable" in case:
        with pytest.raises(InputError, match=case["unreadable"]):
            take.read(path)
        return
    read = take.read(path)
    found = list(take.problems(read, QUESTIONS, TODAY))
    assert [[p.code, str(p.fields["file"]).removeprefix(str(path))] for p in found] == case.get("errors", [])
    for problem in found:
        for lang in texts.LANGUAGES:
            assert "{" not in texts.text("errors", problem.code, lang, **problem.fields)
    if not found:
        kept, count = take.take(read, tmp_path / "kept")
        assert kept is not None
        entries = yamlfile.load(kept)["answers"]
        assert [_short(entry) for entry in entries] == case["kept"]
        assert count == len(case["kept"])
        assert store.verify(tmp_path / "kept") == []


def test_every_kind_of_mistake_has_a_case() -> None:
    shown = {code for case in CASES for code, _ in case.get("errors", ())} | {c.get("unreadable") for c in CASES}
    elsewhere = {"no_folder", "not_taken", "changed", "nobody", "exists", "value"}
    codes = {code for code in texts.catalogue("errors") if code.startswith("attestation.")}
    assert codes - shown == {f"attestation.{code}" for code in elsewhere}


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "form.xlsx").write_bytes(b"PK not really")
    with pytest.raises(InputError, match=r"xlsx\.invalid"):
        reading.read(tmp_path / "form.xlsx")
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match=r"attestation\.no_form"):
        reading.read(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match=r"file\.unreadable"):
        reading.read(tmp_path / "none.xlsx")


YES = {"D7": "できている", "G7": "2026-04-01", "H7": "担当"}


def test_a_form_is_taken_in_once_and_nothing_is_overwritten(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first = take.read(filled({"cells": YES}, folder))
    assert take.take(first, kept) == (kept / "0001-form.yaml", 1)
    assert take.take(first, kept) == (None, 1)
    before = (kept / "0001-form.yaml").read_bytes()
    first.path.unlink()
    second = take.read(filled({"cells": {**YES, "D7": "できていない", "E7": "故障", "F7": "修理"}}, folder))
    assert take.take(second, kept) == (kept / "0002-form.yaml", 1)
    assert (kept / "0001-form.yaml").read_bytes() == before
    assert [str(a.answer) for a in store.load(kept, QUESTIONS)] == ["yes", "no"]


def test_nothing_answered_is_not_kept(folder: Path, tmp_path: Path) -> None:
    assert take.take(take.read(filled({"cells": {}}, folder)), tmp_path / "kept") == (None, 0)
    assert not (tmp_path / "kept").exists()


def test_what_is_kept_is_what_was_handed_in(folder: Path, tmp_path: Path) -> None:
    path = filled({"cells": {"D6": "できている", "G6": "2026-04-01", "H6": "担当", "J6": "photo.jpg"}}, folder)
    take.take(take.read(path), tmp_path / "kept")
    answer = store.load(tmp_path / "kept", QUESTIONS)[0]
    assert answer.form is not None
    for cited, source in ((answer.form, path), (answer.evidence[0], folder / "photo.jpg")):
        assert (tmp_path / "kept" / cited.file).read_bytes() == source.read_bytes()
        assert cited.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
