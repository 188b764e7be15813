"""A baseline in force as plain JSON and back, so that it is made once and then taken from the cache."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from infra_audit.baselines import parameters
from infra_audit.model.finding import Severity
from infra_audit.model.rule import (
    Baseline,
    BrokenRule,
    InForce,
    Layer,
    Override,
    OverrideKind,
    Rule,
    RuleProblem,
    SwitchedOff,
)

_PARTS = ("if", "then")


def rule(rule_id: str, *, definition: Mapping[str, Any], schema: Mapping[str, Any], **known: Any) -> Rule:
    """Return a rule; what its definition says is read from there, the rest is `known`."""
    meta = definition["x-infra-audit"]
    return Rule(
        id=rule_id,
        title={"ja": meta["title"]["ja"], "en": definition["title"]},
        schema=schema,
        definition=definition,
        conditions=tuple(meta["conditions"]),
        severity=Severity(meta["severity"]["default"]),
        zone_severity={zone: Severity(s) for zone, s in meta["severity"].get("zones", {}).items()},
        mode=meta.get("mode", "automatic"),
        question=meta.get("question", {}),
        asked=meta.get("asked"),
        role=meta.get("role"),
        in_force=in_force(meta.get("in_force", {})),
        each=meta.get("each"),
        needs=tuple(area for area in definition["then"]["required"] if area != "subject"),
        kinds=_kinds(schema["if"]),
        parameters=parameters.in_force(definition),
        rationale=meta["rationale"],
        remediation=meta.get("remediation", {}),
        counterlines={p: (t,) if isinstance(t, str) else tuple(t) for p, t in meta.get("counterlines", {}).items()},
        **known,
    )


def in_force(data: Mapping[str, Any]) -> InForce:
    """Return what `InForce.to_json` wrote, or a rule file says."""
    return InForce(**{name: tuple(value) for name, value in data.items()})


def _kinds(condition: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the kinds that an applicability names, None when it names none."""
    kind = condition.get("properties", {}).get("subject", {}).get("properties", {}).get("kind", {})
    if "const" in kind:
        return (kind["const"],)
    if "enum" in kind:
        return tuple(kind["enum"])
    parts = [found for part in condition.get("allOf", ()) if (found := _kinds(part)) is not None]
    return tuple(k for k in parts[0] if all(k in part for part in parts)) if parts else None


def pack(baseline: Baseline) -> dict[str, Any]:
    """Return a baseline as plain JSON."""
    return {
        "rules": [_packed(r) for r in baseline.rules],
        "broken": [asdict(broken) for broken in baseline.broken],
        "overrides": [asdict(override) for override in baseline.overrides],
        "layers": [layer.to_json() for layer in baseline.layers],
        **{name: getattr(baseline, name) for name in _PLAIN},
    }


_PLAIN = ("digest", "files", "parameter_file", "edition", "model")


def _packed(one: Rule) -> dict[str, Any]:
    written = {part: one.definition[part] for part in _PARTS}
    return {
        "id": one.id,
        "file": one.file,
        "document": one.document,
        "definition": one.definition,
        "schema": None if one.schema == written else one.schema,
        "clauses": one.clauses,
        "lacks": one.lacks.to_json(),
        "model": one.model,
        "off": asdict(one.off) if one.off else None,
    }


def unpack(data: Mapping[str, Any]) -> Baseline:
    """Return the baseline that `pack` wrote."""
    return Baseline(
        rules=tuple(_unpacked(dict(entry)) for entry in data["rules"]),
        broken=tuple(_broken(entry) for entry in data["broken"]),
        overrides=tuple(Override(**{**entry, "kind": OverrideKind(entry["kind"])}) for entry in data["overrides"]),
        layers=tuple(Layer(**entry) for entry in data["layers"]),
        **{name: data[name] for name in _PLAIN if name != "files"},
        files=tuple(data["files"]),
    )


def _unpacked(entry: dict[str, Any]) -> Rule:
    definition, off = entry.pop("definition"), entry.pop("off")
    return rule(
        entry.pop("id"),
        definition=definition,
        schema=entry.pop("schema") or {part: definition[part] for part in _PARTS},
        clauses=tuple(entry.pop("clauses")),
        lacks=in_force(entry.pop("lacks")),
        off=SwitchedOff(**off) if off else None,
        **entry,
    )


def _broken(entry: Mapping[str, Any]) -> BrokenRule:
    problems = tuple(RuleProblem(**problem) for problem in entry["problems"])
    lists = {name: tuple(entry[name]) for name in ("clauses", "conditions")}
    return BrokenRule(**{**entry, **lists, "problems": problems})
