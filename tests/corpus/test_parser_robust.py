"""Damaged and foreign input: never an exception, never a lost line, and the same facts for the same text."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_audit import catalogue
from tests.conftest import CORPUS, FULL
from tests.corpus.law_tools import NAME, parse

PLATFORMS = sorted(catalogue.platforms())
SAMPLE = 0 if FULL else 60
FOREIGN = 250 if FULL else 60
"""Files of all vendors read as each platform."""

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}"),
    pytest.mark.parametrize("name", PLATFORMS),
]


def files(seed: str) -> list[Path]:
    found = sorted(
        p for p in CORPUS.rglob("*") if p.is_file() and p.suffix in (".cfg", ".txt") and p.stat().st_size < 100_000
    )
    assert found, f"nothing to read in {CORPUS}"
    random.Random(seed).shuffle(found)
    return found[:FOREIGN]


def lines_of(path: Path) -> list[str]:
    return path.read_bytes().decode("utf-8", "replace").replace("\r", "").split("\n")


def damaged(lines: list[str], seed: str) -> Iterator[list[str]]:
    dice = random.Random(seed)
    cut = dice.randrange(len(lines) + 1)
    yield lines[:cut]
    yield lines[cut:]
    yield dice.sample(lines, len(lines))
    yield [line[dice.randrange(len(line) + 1) :] if dice.random() < 0.1 else line for line in lines]
    yield [
        line + dice.choice(['"', "'", "\\", "{{", " ^C", "\x01", "@7"]) if dice.random() < 0.1 else line
        for line in lines
    ]


def check(name: str, lines: list[str]) -> None:
    documents = parse(catalogue.platforms()[name], lines)
    counts = [count for document in documents for count in document.line_counts.values()]
    assert sum(count.total for count in counts) == len(lines)
    assert sum(count.unparsed for count in counts) == sum(len(document.unparsed) for document in documents)
    for document in documents:
        failed = [
            p.reason for p in document.problems if p.reason.code in ("parse.template_failed", "parse.derive_failed")
        ]
        assert not failed
        for provenance in document.provenance.values():
            assert provenance.artifact in (None, NAME)
            assert all(1 <= first <= last <= max(1, len(lines)) for first, last in provenance.lines)


def test_files_of_every_vendor(name: str) -> None:
    for path in files(f"foreign {name}"):
        check(name, lines_of(path))


def test_own_files(name: str) -> None:
    own = sorted(p for p in (CORPUS / name).rglob("*") if p.is_file())
    random.Random(f"own {name}").shuffle(own)
    for path in own[: SAMPLE or None]:
        check(name, lines_of(path))


def test_damaged_files(name: str) -> None:
    own = sorted(p for p in (CORPUS / name).glob("*") if p.is_file() and p.stat().st_size < 60_000)
    random.Random(f"damaged {name}").shuffle(own)
    for path in own[: (SAMPLE or 400) // 5]:
        for lines in damaged(lines_of(path), path.name):
            check(name, lines)
