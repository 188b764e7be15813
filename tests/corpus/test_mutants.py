"""Seeded mutants of real configurations, as bytes: never an exception, no lost line, nothing damaged judged as if whole.

Ten thousand under INFRA_AUDIT_FULL=1, a sample of them otherwise.
"""

import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from infra_audit import catalogue
from infra_audit.model.device import Device
from infra_audit.model.evidence import Completeness, NotCollected, RawArtifact
from infra_audit.model.facts import CoverageState, FactsDocument, ProvenanceKind
from infra_audit.parsers import engine
from infra_audit.snapshot.prepare import prepare
from tests.conftest import CORPUS, FULL

MUTANTS = 10_000 if FULL else 300
"""Of all platforms together."""
LARGEST = 30_000
"""Bytes of an original."""
PLATFORMS = sorted(
    name for name, p in catalogue.platforms().items() if (CORPUS / name).is_dir() and "playbook" not in p.data
)

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")]

Mutation = Callable[[bytes, random.Random], bytes]


def _lines(data: bytes, change: Callable[[list[bytes]], object]) -> bytes:
    lines = data.split(b"\n")
    change(lines)
    return b"\n".join(lines)


def cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(1, len(data))]


def headless(data: bytes, dice: random.Random) -> bytes:
    return data[dice.randrange(1, len(data)) :]


def middle_lost(data: bytes, dice: random.Random) -> bytes:
    first, last = sorted((dice.randrange(len(data)), dice.randrange(len(data))))
    return data[:first] + data[last:]


def duplicated(data: bytes, dice: random.Random) -> bytes:
    def change(lines: list[bytes]) -> None:
        first = dice.randrange(len(lines))
        lines[first:first] = lines[first : first + dice.randrange(1, 20)]

    return _lines(data, change)


def swapped(data: bytes, dice: random.Random) -> bytes:
    def change(lines: list[bytes]) -> None:
        for _ in range(3):
            one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]

    return _lines(data, change)


def damaged_bytes(data: bytes, dice: random.Random) -> bytes:
    result = bytearray(data)
    for _ in range(dice.randrange(1, 30)):
        result[dice.randrange(len(result))] = dice.randrange(256)
    return bytes(result)


def pager(data: bytes, dice: random.Random) -> bytes:
    def change(lines: list[bytes]) -> None:
        for _ in range(3):
            at = dice.randrange(len(lines))
            lines[at] = (
                dice.choice(
                    [b" --More-- ", b"--More--\x08\x08\x08\x08\x08\x08\x08\x08        ", b"\x1b[7m---more---\x1b[0m\r"]
                )
                + lines[at]
            )

    return _lines(data, change)


def line_ends(data: bytes, dice: random.Random) -> bytes:
    ends = [b"\r\n", b"\r", b"\n\r", b"\n"]
    return b"".join(line + dice.choice(ends[: dice.randrange(1, 5)]) for line in data.split(b"\n"))


def encoded(data: bytes, dice: random.Random) -> bytes:
    text = data.decode("utf-8", "replace").replace("description ", "description 庁舎２階 ").replace("\ufffd", "?")
    return text.encode(dice.choice(["cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-8-sig", "utf-16-be"]), "replace")


def prompts(data: bytes, dice: random.Random) -> bytes:
    def change(lines: list[bytes]) -> None:
        lines.insert(dice.randrange(len(lines)), b"sw1#show running-config")
        lines.append(b"sw1#")

    return _lines(data, change)


MUTATIONS: tuple[Mutation, ...] = (
    cut, headless, middle_lost, duplicated, swapped, damaged_bytes, pager, line_ends, encoded, prompts,
)  # fmt: skip
LOSSY = (cut, headless, middle_lost)


@cache
def originals(name: str) -> tuple[Path, ...]:
    return tuple(sorted(p for p in (CORPUS / name).iterdir() if p.is_file() and 50 < p.stat().st_size < LARGEST))


@pytest.mark.parametrize("name", PLATFORMS)
def test_mutants(name: str) -> None:
    platform = catalogue.platforms()[name]
    counts: Counter[str] = Counter()
    dice = random.Random(f"mutants {name}")
    for number in range(MUTANTS // max(1, len(PLATFORMS)) + 1):
        path = dice.choice(originals(name))
        mutation = MUTATIONS[number % len(MUTATIONS)]
        data = mutation(path.read_bytes(), dice)
        if dice.random() < 0.2:
            data = dice.choice(MUTATIONS)(data, dice) if len(data) > 2 else data
        raw = RawArtifact(device="d", source=None, name=path.name, data=data, collector="files")
        outcome = prepare(raw, catalogue.platforms(), platform)
        counts[mutation.__name__] += 1
        if isinstance(outcome, NotCollected):
            counts["refused"] += 1
            continue
        documents = list(engine.parse(Device(id="d"), [outcome.artifact], [], platform))
        where = f"{path.name}, {mutation.__name__}, mutant {number}"
        _accounted(documents, len(outcome.artifact.lines), where)
        if outcome.artifact.complete is not Completeness.YES:
            counts["not known whole"] += 1
            for document in documents:
                assert CoverageState.PARSED not in _fed_states(document), where
        _damage_is_told(documents, {line for line, _ in outcome.artifact.damaged}, where)
    print(f"\nmutants {name}: " + ", ".join(f"{what} {n}" for what, n in sorted(counts.items())))
    assert sum(counts[m.__name__] for m in LOSSY)


def _accounted(documents: list[FactsDocument], lines: int, where: str) -> None:
    counts = [count for document in documents for count in document.line_counts.values()]
    assert sum(count.total for count in counts) == lines, where
    assert all(c.total == c.used + c.ignored + c.unparsed + c.blank for c in counts), where
    failed = [
        problem.reason
        for document in documents
        for problem in document.problems
        if problem.reason.code in ("parse.template_failed", "parse.derive_failed")
    ]
    assert not failed, f"{where}: {failed}"


def _fed_states(document: FactsDocument) -> set[CoverageState]:
    """The states of the areas that have a fact read from lines."""
    read = {
        pointer.split("/")[1]
        for pointer, provenance in document.provenance.items()
        if provenance.kind is ProvenanceKind.LINES and not pointer.startswith("/subject/")
    }
    return {document.coverage[area].state for area in read if area in document.coverage}


def _damage_is_told(documents: list[FactsDocument], damaged: set[int], where: str) -> None:
    """No area is seen as whole that has a fact from a line which had to be cleaned."""
    if not damaged:
        return
    for document in documents:
        for pointer, provenance in document.provenance.items():
            if provenance.kind is not ProvenanceKind.LINES or pointer.startswith("/subject/"):
                continue
            if any(not damaged.isdisjoint(range(first, last + 1)) for first, last in provenance.lines):
                area = pointer.split("/")[1]
                states = {str(c.state) for key, c in document.coverage.items() if key.split("/")[0] == area}
                assert states != {"parsed"}, f"{where}: {pointer} rests on damaged line {provenance.lines}"
