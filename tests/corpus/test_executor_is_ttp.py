"""The executor reads real configurations as TTP does, section by section, for every template of every platform."""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.parsers import engine
from infra_audit.parsers.executor import Group, Run
from infra_audit.parsers.template import Template
from tests.conftest import CORPUS, FULL
from tests.corpus.law_tools import read
from tests.unit.parsers.ttp_reference import by_ttp, executor_result, ttp_result

FILES = 100_000 if FULL else 10
LONGEST = 600
"""Lines of a file; TTP's own reading of every section takes a hundred times longer."""
PLATFORMS = sorted(name for name in catalogue.platforms() if (CORPUS / name).is_dir())

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")]


@pytest.mark.parametrize("name", PLATFORMS or ["none"])
def test_same_captures(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = catalogue.platforms()[name]
    compiled = engine.compile_platform(platform)
    parsers = {id(file.compiled): by_ttp(file.text, compiled) for file in compiled.templates}
    names = {id(file.compiled): file.name for file in compiled.templates}
    differences: list[str] = []
    compared: set[tuple[str, tuple[str, ...]]] = set()
    several: set[str] = set()
    original = Template.run

    def both(template: Template, texts: Sequence[str], closes: Sequence[bool]) -> Run:
        for part in parts(texts, closes):
            if (names[id(template)], tuple(part)) in compared:
                continue
            if any(ambiguous(group, text) for group in template.groups for text in part):
                several.add(names[id(template)])
                continue
            compared.add((names[id(template)], tuple(part)))
            ours = executor_result(original(template, part, [False] * len(part)))
            theirs = ttp_result(parsers[id(template)], part)
            if ours != theirs:
                differences.append(f"{names[id(template)]}: {part}\n  ours {ours}\n  TTP  {theirs}")
        return original(template, texts, closes)

    monkeypatch.setattr(Template, "run", both)
    paths = sorted(path for path in (CORPUS / name).iterdir() if path.is_file())
    random.Random(f"executor {name}").shuffle(paths)
    for path in paths[:FILES]:
        if path.stat().st_size < LONGEST * 40:
            read(platform, path)
    assert compared
    print(f"\n{name}: {len(compared)} texts compared; left out because two lines match, in {sorted(several)}")
    assert not differences, "\n".join(differences[:8])


def ambiguous(group: Group, text: str) -> bool:
    """Whether two lines of a group match a statement: we take the first that its functions take, TTP another."""
    return sum(1 for rule in group.rules if rule.find(f"\n{text}\n")) > 1


def parts(texts: Sequence[str], closes: Sequence[bool]) -> Iterator[list[Any]]:
    """Yield the texts section by section: what goes on over sections is no matter of TTP."""
    cuts = [0, *(at for at, ends in enumerate(closes) if ends and at), len(texts)]
    for first, last in pairwise(cuts):
        if first < last:
            yield list(texts[first:last])
