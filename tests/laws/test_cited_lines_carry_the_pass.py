"""What a pass cites is what it rests on: without those lines it is no pass, or rests on something else."""

import os
import random

import pytest

from infra_audit.model.finding import Finding, Verdict
from tests.laws import passing

FULL = os.environ.get("INFRA_AUDIT_FULL") == "1"
SAMPLE = 3
"""Passes tried of each text when not all are."""

Cited = frozenset[tuple[str, str | None, tuple[str, ...]]]


def cited(finding: Finding) -> Cited:
    """Return fact, artefact and text of the lines that a pass cites."""
    return frozenset((e.key, e.artifact, e.text) for e in finding.evidence if e.kind == "lines")


def resting_on_lines(platform: str) -> list[tuple[str, str, Finding]]:
    """Return rule, text and finding of the passes of a platform that cite lines."""
    found = []
    for rule in passing.rules().values():
        for name, passed in passing.passes(platform, rule):
            if cited(passed) and not passed.evidence_omitted:
                found.append((rule.id, name, passed))
    return found


@pytest.mark.parametrize("platform", passing.platforms())
def test_a_pass_does_not_survive_the_lines_it_cites(platform: str) -> None:
    tried = 0
    by_text: dict[str, list[tuple[str, str, Finding]]] = {}
    for row in resting_on_lines(platform):
        by_text.setdefault(row[1], []).append(row)
    for name, rows in by_text.items():
        chosen = rows if FULL else random.Random(f"{platform}/{name}").sample(rows, min(SAMPLE, len(rows)))
        for rule_id, _, passed in chosen:
            tried += 1
            sources = passing.without(passing.texts(platform)[name], passed)
            for document in passing.parse(platform, sources, passed.subject["kind"]):
                after = next(passing.judge().judge(document, rules=[rule_id]))
                again = cited(after) & cited(passed) if after.verdict is Verdict.PASS else frozenset()
                assert not again, f"{rule_id} in {name} passes on {sorted(again)} that is not there any more"
    assert tried
