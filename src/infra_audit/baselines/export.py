"""The baseline in force as one plain JSON Schema 2020-12 document that any validator can use.

Each rule is an entry of `$defs` with its helpers put in and the organisation's values in their places; `allOf` joins those in
force. A facts document is valid where every rule in force gives pass or not_applicable. Rules that are not in force or
switched off stay in `$defs`, not joined, and say so in `x-in-force`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from infra_audit.model.rule import Baseline, Force, Rule

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
URN = "urn:infra-audit:baseline-in-force"
_KEPT = ("title", "description", "examples", "x-counterexamples", "x-unknown")


def document(baseline: Baseline) -> dict[str, Any]:
    """Return the whole baseline as one document."""
    record = baseline.to_json()
    return _document(f"{URN}:{baseline.digest}", record, baseline.rules)


def documents(baseline: Baseline) -> dict[str, dict[str, Any]]:
    """Return one document a baseline file, by a name for a file of its own."""
    found: dict[str, list[Rule]] = {}
    for rule in baseline.rules:
        found.setdefault(rule.document.rpartition(":")[2], []).append(rule)
    record = baseline.to_json()
    return {
        f"{name}.schema.json": _document(f"{URN}:{baseline.digest}:{name}", record, rules)
        for name, rules in sorted(found.items())
    }


def text(value: Mapping[str, Any]) -> str:
    """Return the text of a document: the same bytes for the same baseline."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _document(name: str, record: Mapping[str, Any], rules: Iterable[Rule]) -> dict[str, Any]:
    rules = list(rules)
    return {
        "$schema": SCHEMA,
        "$id": name,
        "title": "情報セキュリティ対策基準の判定規則 / Rules of the security standards in force",
        "x-baseline": dict(record),
        "allOf": [{"$ref": f"#/$defs/{rule.id}"} for rule in rules if rule.force is Force.IN_FORCE],
        "$defs": {rule.id: _entry(rule) for rule in rules},
    }


def _entry(rule: Rule) -> dict[str, Any]:
    definition = rule.definition
    reason = rule.idle
    return {
        **{name: definition[name] for name in _KEPT if name in definition},
        **rule.schema,
        "x-infra-audit": {**definition["x-infra-audit"], "clauses": list(rule.clauses)},
        "x-in-force": {"state": str(rule.force), "reason": reason.to_json() if reason else None},
        "x-parameters": dict(rule.parameters),
    }
