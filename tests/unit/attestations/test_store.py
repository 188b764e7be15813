"""The folder of answers: what was changed afterwards is seen, and what a person wrote into it by hand is refused."""

from pathlib import Path

import pytest

from infra_audit.attestations import store, take
from infra_audit.errors import InputError, IntegrityError
from tests.unit.attestations.questions import QUESTIONS

FORM = """\
attestation: 1
answers:
  - question: room-open
    about: room
    subjects: [server-3f]
    answer: yes
    answered_on: 2026-04-01
    by: 担当
    evidence: [{file: photo.jpg}]
"""


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    (tmp_path / "photo.jpg").write_bytes(b"photo\n")
    (tmp_path / "room.yaml").write_text(FORM, encoding="utf-8")
    take.take(take.read(tmp_path / "room.yaml"), tmp_path / "kept")
    return tmp_path / "kept"


def _file(kept: Path, name: str) -> Path:
    return next(path for path in kept.rglob(name) if path.parent != kept)


@pytest.mark.parametrize("name", ["photo.jpg", "room.yaml"])
def test_a_change_is_seen(kept: Path, name: str) -> None:
    assert store.verify(kept) == []
    path = _file(kept, name)
    path.write_bytes(path.read_bytes() + b"\n")
    broken = store.verify(kept)
    assert [(b.file, b.state, b.answers) for b in broken] == [
        (path.relative_to(kept).as_posix(), "changed", "0001-room.yaml")
    ]
    with pytest.raises(IntegrityError, match=r"attestation\.changed"):
        store.load(kept, QUESTIONS)


def test_evidence_that_is_gone_is_told_and_the_answer_still_read(kept: Path) -> None:
    _file(kept, "photo.jpg").unlink()
    assert [b.state for b in store.verify(kept)] == ["missing"]
    assert len(store.load(kept, QUESTIONS)) == 1


def test_an_answer_written_by_hand_is_refused_where_its_evidence_has_no_digest(kept: Path) -> None:
    (kept / "0002-hand.yaml").write_text(FORM, encoding="utf-8")
    with pytest.raises(InputError, match=r"attestation\.not_taken") as error:
        store.load(kept, QUESTIONS)
    assert str(error.value.fields["file"]).endswith("0002-hand.yaml:9")


def test_a_question_that_no_rule_asks_any_more_is_told_by_line(kept: Path) -> None:
    with pytest.raises(InputError, match=r"attestation\.question") as error:
        store.load(kept, {})
    assert str(error.value.fields["file"]).endswith("0001-room.yaml:4")


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"attestation\.no_folder"):
        store.load(tmp_path / "none", QUESTIONS)
