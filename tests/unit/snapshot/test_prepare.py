import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.model.evidence import NotCollected
from infra_audit.snapshot.prepare import Prepared, prepare, stored
from tests.unit.snapshot.example import PLATFORM, artifact, raw

PLATFORMS = {"example": PLATFORM}
TEXT = "example-os version 4\nhostname 本庁舎\ndoor code 4711\nend\n"


def test_all_that_is_known_of_an_artefact() -> None:
    data = TEXT.encode("cp932")
    found = prepare(raw(data, collected_at="2026-11-23T10:00:00+09:00", exit=0), PLATFORMS, None)
    assert isinstance(found, Prepared)
    assert found.platform is PLATFORM
    a = found.artifact
    assert a.source == "running-config"
    assert a.lines == ("example-os version 4", "hostname 本庁舎", "door code SECRET:door:1-7:uncommon", "end")
    assert a.encoding == "cp932"
    assert a.source_sha256 == hashlib.sha256(data).hexdigest()
    assert a.sha256 == hashlib.sha256("".join(f"{line}\n" for line in a.lines).encode()).hexdigest()
    assert [(r.line, r.kind) for r in a.redactions] == [(3, "door")]
    assert (a.collected_at, a.exit) == ("2026-11-23T10:00:00+09:00", 0)


def test_the_same_text_in_two_encodings_is_stored_alike() -> None:
    one, two = artifact(TEXT.encode("cp932")), artifact(TEXT.replace("\n", "\r\n").encode("utf-16"))
    assert one.sha256 == two.sha256
    assert one.source_sha256 != two.source_sha256


def test_the_hash_of_the_whole_file_is_kept_for_a_part_of_it() -> None:
    assert artifact(TEXT, source_sha256="0" * 64).source_sha256 == "0" * 64


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "decode.empty"),
        (b"\n \n", "decode.empty"),
        (b"\x7fELF\x00\x00", "decode.binary"),
        (b"hello\n", "detect.unknown"),
    ],
)
def test_what_cannot_be_kept_says_why(data: bytes, code: str) -> None:
    found = prepare(raw(data), PLATFORMS, None)
    assert isinstance(found, NotCollected)
    assert found.reason.code == code


def test_an_empty_answer_of_a_known_source() -> None:
    found = prepare(raw(b"", source="version"), PLATFORMS, PLATFORM)
    assert isinstance(found, NotCollected)
    assert (found.source, found.reason.code) == ("version", "decode.empty")


@pytest.mark.parametrize(
    ("command", "source"),
    [
        ("show version", "version"),
        ("sh ver", "version"),
        ("show run", "running-config"),
        ("show interfaces", None),
        ("show", None),
    ],
)
def test_a_command_names_its_source(command: str, source: str | None) -> None:
    found = prepare(raw("some text\n", command=command), PLATFORMS, PLATFORM)
    assert (found.artifact.source if isinstance(found, Prepared) else None) == source


def test_stored_bytes() -> None:
    assert stored(()) == b""
    assert stored(("",)) == b"\n"
    assert stored(("a", "b")) == b"a\nb\n"


@given(st.binary(max_size=300))
def test_any_bytes_give_an_artefact_or_a_reason(data: bytes) -> None:
    found = prepare(raw(data), PLATFORMS, PLATFORM)
    if isinstance(found, Prepared):
        assert hashlib.sha256(stored(found.artifact.lines)).hexdigest() == found.artifact.sha256
