"""Whether two sources say the same: the saved configuration and the running one.

The one step that looks at texts and not at facts, so it is not among the pure steps of `derive/`. Its provenance is the
lines that differ, or the whole of the first text when none do.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra_audit.model.facts import Provenance, ProvenanceKind
from infra_audit.parsers.defaults import is_complete
from infra_audit.parsers.derive import Derived
from infra_audit.parsers.reading import Reading

SAME_TEXT = "same_text"


def compare(readings: Mapping[str, Reading], entry: Mapping[str, Any]) -> Iterator[Derived]:
    """Give whether the two sources of `of` hold the same lines, those that `except` matches, comments and blanks aside.

    Nothing is given unless both are known to be complete.
    """
    first, second = (readings.get(name) for name in entry["of"])
    if first is None or second is None or not is_complete(first) or not is_complete(second):
        return
    volatile = [re.compile(pattern) for pattern in entry.get("except", ())]
    ours, theirs = _lines(first, volatile), _lines(second, volatile)
    here = [text for _, text in ours]
    there = [text for _, text in theirs]
    into = tuple(entry["into"].split("/"))
    reading, lines = first, [(1, max(1, len(first.artifact.lines)))]
    if here != there:
        reading, lines = _difference(first, second, ours, theirs)
    provenance = Provenance(
        kind=ProvenanceKind.LINES, artifact=reading.artifact.name, lines=tuple(lines), template=SAME_TEXT
    )
    yield Derived(into, here == there, (), provenance)


def _lines(reading: Reading, volatile: list[re.Pattern[str]]) -> list[tuple[int, str]]:
    blank = set(reading.split.blank)
    return [
        (number, line.rstrip())
        for number, line in enumerate(reading.artifact.lines, 1)
        if number not in blank and not any(pattern.search(line) for pattern in volatile)
    ]


def _difference(
    first: Reading, second: Reading, ours: list[tuple[int, str]], theirs: list[tuple[int, str]]
) -> tuple[Reading, list[tuple[int, int]]]:
    """Return the first line that differs, in the text that has it."""
    for (number, text), (_, other) in zip(ours, theirs, strict=False):
        if text != other:
            return first, [(number, number)]
    longer, rest = (first, ours[len(theirs) :]) if len(ours) > len(theirs) else (second, theirs[len(ours) :])
    return longer, [(rest[0][0], rest[0][0])]
