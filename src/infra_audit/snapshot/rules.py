"""The redaction rules: general ones from secrets.yaml, and those of a platform."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from infra_audit import literals, yamlfile
from infra_audit.literals import Pattern
from infra_audit.model.platform import Platform

BY_SHAPE = "by_shape"


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement: where the secret stands in it, or, without group `secret`, that there is none in it."""

    pattern: Pattern
    kind: str
    hides: bool
    """False: the text it matches is harmless."""
    until: re.Pattern[str] | None = None
    within: tuple[re.Pattern[str], re.Pattern[str]] | None = None
    hinted: bool = True
    """False: tried on every line that holds a text which a match must hold, because its example holds no hint."""


@dataclass(frozen=True, slots=True)
class General:
    """What holds on every platform."""

    hints: tuple[str, ...]
    """Lower case; a line with none of them holds no secret that a general rule could find."""
    shapes: tuple[Rule, ...]
    statements: tuple[Rule, ...]
    harmless: tuple[Pattern, ...]
    keyword: re.Pattern[str]
    """A keyword (group `word`) and the blank, quote or sign after it."""
    modifiers: re.Pattern[str]
    """What may stand between keyword and secret; group `last` is the last of it."""


def document() -> Any:
    """Return secrets.yaml as it stands."""
    return yamlfile.load(files(__package__) / "secrets.yaml", cached=True)


@cache
def general() -> General:
    """Return the rules of secrets.yaml, compiled."""
    data = document()
    hints = tuple(data["hints"])
    words = "|".join(k["word"] for k in data["keywords"])
    return General(
        hints=hints,
        shapes=_rules(data["shapes"], hints),
        statements=_rules(data["statements"], hints),
        harmless=tuple(literals.patterns(h["pattern"] for h in data["harmless"])),
        keyword=re.compile(rf"(?i)(?P<word>{words})(?:\\?[\"']?\s*[:=]\s*|[\"']?\s+|>)"),
        modifiers=re.compile(rf"(?i)(?:(?P<last>{data['modifiers']})\s+(?=\S))*"),
    )


def of_platform(platform: Platform | None) -> tuple[Rule, ...]:
    """Return the rules of a platform, in their order."""
    if platform is None:
        return ()
    key = tuple(
        (r["pattern"], r["kind"], r.get("until"), tuple(r["within"].values()) if "within" in r else None, r["example"])
        for r in platform.data.get("secrets", ())
    )
    return _compiled(key)


@cache
def _compiled(key: tuple[tuple[Any, ...], ...]) -> tuple[Rule, ...]:
    names = ("pattern", "kind", "until", "within", "example")
    return _rules([dict(zip(names, values, strict=True)) for values in key], general().hints)


def _rules(entries: Sequence[Any], hints: tuple[str, ...]) -> tuple[Rule, ...]:
    found = literals.patterns(entry["pattern"] for entry in entries)
    return tuple(_rule(entry, pattern, hints) for entry, pattern in zip(entries, found, strict=True))


def _rule(data: Any, pattern: Pattern, hints: tuple[str, ...]) -> Rule:
    within = data.get("within")
    example = data["example"].split("\n")[-1 if within else 0].lower()
    return Rule(
        pattern=pattern,
        kind=data["kind"],
        hides="(?P<secret>" in pattern.source,
        until=re.compile(data["until"]) if data.get("until") else None,
        within=(re.compile(within[0]), re.compile(within[1])) if within else None,
        hinted=any(hint in example for hint in hints),
    )
