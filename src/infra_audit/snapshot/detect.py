"""Which platform a plain text is of, by the `detect` patterns of each platform.

A pattern counts once when some line of the text matches; the highest sum wins. A sum below the threshold or a tie is not
guessed at: the reason names the candidates.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from infra_audit import literals
from infra_audit.literals import Pattern
from infra_audit.model.evidence import Detected
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason

THRESHOLD = 2
SURE, LEAD = 4, 2
"""Least score, and least distance to the next platform, of a guess that needs no second look."""
LINES = 5000
"""Lines looked at: what tells a platform stands near the beginning."""


@dataclass(frozen=True, slots=True)
class Detection:
    """The platform found, or the reason why none was."""

    platform: Platform | None
    reason: Reason | None
    scores: Mapping[str, int]
    """Platforms with a score above zero, highest first."""
    detected: Detected | None = None
    """What the platform rests on, when one was found."""


def detect(lines: Sequence[str], platforms: Mapping[str, Platform]) -> Detection:
    """Return the platform of a text. It makes no difference whether the text is redacted."""
    text = "\n".join(lines[:LINES])
    wanted = [(name, entry) for name, p in platforms.items() for entry in p.data.get("detect", ())]
    found = dict.fromkeys(platforms, 0)
    places: dict[str, set[int]] = {name: set() for name in platforms}
    for (name, entry), pattern in zip(wanted, _compiled(tuple(e["pattern"] for _, e in wanted)), strict=True):
        at = _match(pattern, text)
        if at is not None:
            found[name] += entry["weight"]
            if entry["weight"] > 0:
                places[name].add(at)
    scores = {name: score for name, score in sorted(found.items(), key=lambda item: (-item[1], item[0])) if score > 0}
    best = [name for name, score in scores.items() if score == max(scores.values())]
    if not best or scores[best[0]] < THRESHOLD:
        return Detection(None, Reason("detect.unknown", {"known": ", ".join(sorted(platforms))}), scores)
    if len(best) > 1:
        return Detection(None, Reason("detect.ambiguous", {"candidates": ", ".join(best)}), scores)
    score, *others = scores.values()
    sure = score >= SURE and score - (others[0] if others else 0) >= LEAD
    spans = tuple((line, line) for line in sorted(places[best[0]]))
    return Detection(platforms[best[0]], None, scores, Detected(sure=sure, score=score, lines=spans))


@lru_cache(maxsize=8)
def _compiled(sources: tuple[str, ...]) -> tuple[Pattern, ...]:
    return tuple(literals.patterns(sources, re.MULTILINE))


def _match(pattern: Pattern, text: str) -> int | None:
    """Return the first line that matches. One search over the whole text is a hundred times faster than one a line."""
    match = pattern.search(text)
    if match is None:
        return None
    if "\n" not in match[0]:
        return text.count("\n", 0, match.start()) + 1
    # A match over a line end is none; the lines have to be looked at one by one.
    return next((number for number, line in enumerate(text.split("\n"), 1) if pattern.search(line)), None)
