"""The judged view: what is left of the facts when everything not completely seen is taken away."""

import copy
from typing import Any

from infra_audit.baselines.coverage import COMPLETE
from infra_audit.baselines.patterns import coverage_path
from infra_audit.model.facts import FactsDocument


def judged(document: FactsDocument) -> dict[str, Any]:
    """Return the facts of a document that were completely seen."""
    facts: dict[str, Any] = copy.deepcopy(document.facts)
    for area in [a for a in facts if a != "subject" and a not in document.coverage]:
        del facts[area]
    for key, coverage in document.coverage.items():
        if coverage.state not in COMPLETE:
            _remove([facts], coverage_path(key))
    return facts


def _remove(level: list[Any], path: tuple[str, ...]) -> None:
    for part in path[:-1]:
        level = [below for value in level for below in _below(value, part)]
    for value in level:
        if isinstance(value, dict):
            value.pop(path[-1], None)


def _below(value: Any, part: str) -> list[Any]:
    if part == "*":
        return value if isinstance(value, list) else []
    return [value[part]] if isinstance(value, dict) and part in value else []
