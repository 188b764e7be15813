"""Documents beside the findings they must give: every file in cases/ is a list of such pairs, judged by both engines."""

from pathlib import Path
from typing import Any

import pytest

from infra_audit import yamlfile
from infra_audit.baselines.engine import Engine
from infra_audit.model.finding import Finding
from tests.unit.baselines.documents import HERE, baseline, document

RULES = baseline()
ENGINES = {kind: Engine(RULES, kind) for kind in ("fast", "reference")}


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['title']}")
        for path in sorted((HERE / "cases").glob("*.yaml"))
        for case in yamlfile.load(path)
    ]


def test_there_are_cases() -> None:
    assert len(list(Path(HERE / "cases").glob("*.yaml"))) > 0
    assert len(RULES.rules) == 8
    assert not RULES.broken


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", _cases())
def test_finding(case: dict[str, Any], engine: str) -> None:
    findings = {f.rule: f for f in ENGINES[engine].judge(document(case))}
    for rule, expected in case["expect"].items():
        assert {name: _said(findings[rule], name) for name in expected} == expected


def _said(finding: Finding, name: str) -> Any:
    """Return one aspect of a finding in the words of the case files."""
    leaves = finding.evidence or tuple(e for item in finding.items for e in item.evidence)
    reason = finding.reason
    words = {
        "failing_at": [i.pointer for i in finding.items if i.status == "failing"],
        "unknown_at": [i.pointer for i in finding.items if i.status == "unknown"],
        "keys": [i.key for i in finding.items],
        "expected": [i.expected for i in finding.items],
        "seen": [i.seen for i in finding.items],
        "item_reasons": [i.reason.code if i.reason else None for i in finding.items],
        "reason": reason.code if reason else None,
        "reason_fields": dict(reason.fields) if reason else None,
        "evidence": [{"key": e.key, "kind": e.kind, **({"by": list(e.by)} if e.by else {})} for e in leaves],
        "text": [line for e in leaves for line in e.text],
        "verdict": str(finding.verdict),
        "severity": str(finding.severity),
    }
    return words[name] if name in words else getattr(finding, name)
