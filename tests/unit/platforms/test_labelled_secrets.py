"""Labelled secrets over all platforms: what a case or the example of a rule marks as secret is nowhere in the redacted text.

A label is a word that holds `himitsu` in the texts of the cases, and what an example of a rule has and its expected result
has not. Each is redacted where it stands, and again alone on its line: nothing may rest on the lines around it.
"""

import re
from collections import Counter

from infra_audit import catalogue
from infra_audit.snapshot.redact import Redactor
from tests.unit.platforms import case as cases

LEAST = 300
LABEL = re.compile(r"(?i)[\w.+/=$-]*himitsu[\w.+/=$-]*")
WORD = re.compile(r"[^\s\"';,<>]+")


def test_no_labelled_secret_of_a_case_is_left() -> None:
    counts: Counter[str] = Counter()
    for case in cases.cases():
        redactor = Redactor(cases.platform_of(case))
        for lines in cases.texts(case).values():
            whole = redactor.redact(lines).lines
            for line, redacted in zip(lines, whole, strict=True):
                for label in LABEL.findall(line):
                    counts[case.parent.name] += 1
                    assert label not in redacted, f"{case}: {redacted}"
    print(f"\nlabelled secrets of cases: {dict(sorted(counts.items()))}, together {counts.total()}")
    assert counts.total() + _examples() >= LEAST


def _examples() -> int:
    """How many examples of rules hide something; each is held by a test of its own."""
    rules = [rule for platform in catalogue.platforms().values() for rule in platform.data.get("secrets", ())]
    return sum(1 for rule in rules if "SECRET:" in rule["expected"])


def test_no_secret_of_an_example_is_left_by_the_general_rules_and_keywords() -> None:
    """A text whose platform nobody knows is redacted by the general rules alone, and fails closed."""
    left, tried = [], 0
    for platform in catalogue.platforms().values():
        for rule in platform.data.get("secrets", ()):
            if "SECRET:" not in rule["expected"] or "within" in rule:
                continue
            tried += 1
            hidden = set(WORD.findall(rule["example"])) - set(WORD.findall(rule["expected"]))
            shown = "\n".join(Redactor().redact(rule["example"].split("\n")).lines)
            if hidden and any(word in WORD.findall(shown) for word in hidden):
                left.append(f"{platform.name}: {shown}")
    print(f"\nexamples that the general rules alone leave open: {len(left)} of {tried}")
    assert len(left) <= 0.1 * tried, "\n".join(left)
