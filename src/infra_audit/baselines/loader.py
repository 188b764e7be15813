"""From rule files to the baseline in force: lint, parameters, overlays, digest."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from infra_audit.baselines import lint, parameters, source
from infra_audit.baselines.inline import inline
from infra_audit.baselines.source import RuleFile
from infra_audit.errors import BaselineError
from infra_audit.model.finding import Severity
from infra_audit.model.rule import Baseline, BrokenRule, InForce, Override, Rule, RuleProblem


def load(overlays: Sequence[Path] = (), given: Path | None = None) -> Baseline:
    """Return the baseline in force: built-in rules, packs, overlays (later wins), parameters put in.

    A rule that does not lint or compile is in `broken` and stops only itself. Raises InputError or BaselineError when a
    folder, file or parameter value named by the operator is wrong.
    """
    return from_files(list(source.read_all(overlays)), parameters.read(given), linted_layer=source.SHIPPED)


def from_files(
    files: Sequence[RuleFile], given: parameters.ParameterFile | None = None, *, linted_layer: int | None = None
) -> Baseline:
    """Return the baseline made of some files, in the order of the search path.

    Files of `linted_layer` are not linted again: those that are shipped were linted when they were made, and linting them
    at every start would take as long as parsing a configuration.
    """
    given = given or parameters.ParameterFile()
    in_force, overrides = _select(files)
    rules: list[Rule] = []
    broken: list[BrokenRule] = []
    canonical: dict[str, Any] = {}
    frames = {id(file): lint.lint_file(file) for file in files if file.layer != linted_layer}
    for rule_id, file in sorted(in_force.items()):
        definition = file.rules[rule_id]
        problems: list[RuleProblem] = []
        if file.layer != linted_layer:
            problems = [*(p for p in frames[id(file)] if p.rule == rule_id), *lint.lint_rule(file, rule_id)]
        if not problems:
            definition = parameters.apply(rule_id, definition, given)
            rules.append(_rule(rule_id, file, definition))
        else:
            broken.append(_broken(rule_id, file, problems))
        canonical[rule_id] = {"document": file.data["$id"], "rule": definition, "helpers": file.helpers}
    known = {rule.id: frozenset(rule.parameters) for rule in rules}
    parameters.check_names(given, known, frozenset(b.id for b in broken))
    return Baseline(
        rules=tuple(rules),
        broken=tuple(broken),
        overrides=tuple(overrides),
        digest=digest(canonical),
        files=tuple(file.name for file in files),
        parameter_file=given.name,
    )


def digest(value: Any) -> str:
    """Return the sha256 of the canonical JSON of a value: sorted keys, no blanks, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _select(files: Iterable[RuleFile]) -> tuple[dict[str, RuleFile], list[Override]]:
    """Return the file of each rule in force, and what took the place of what."""
    chosen: dict[str, RuleFile] = {}
    overrides: list[Override] = []
    for file in files:
        for rule_id in file.rules:
            earlier = chosen.get(rule_id)
            if earlier is not None and earlier.layer == file.layer:
                raise BaselineError("baseline.duplicate_rule", rule=rule_id, file=file.name, first=earlier.name)
            if earlier is not None:
                overrides.append(Override(rule=rule_id, file=file.name, replaced=earlier.name))
            chosen[rule_id] = file
    return chosen, overrides


def _rule(rule_id: str, file: RuleFile, definition: Mapping[str, Any]) -> Rule:
    meta = definition["x-infra-audit"]
    schema = {key: inline(definition[key], file.helpers) for key in ("if", "then")}
    return Rule(
        id=rule_id,
        title={"ja": meta["title"]["ja"], "en": definition["title"]},
        file=file.name,
        document=file.data["$id"],
        schema=schema,
        definition=definition,
        clauses=tuple(meta["clauses"]),
        conditions=tuple(meta["conditions"]),
        severity=Severity(meta["severity"]["default"]),
        zone_severity={zone: Severity(s) for zone, s in meta["severity"].get("zones", {}).items()},
        mode=meta.get("mode", "automatic"),
        question=meta.get("question", {}),
        asked=meta.get("asked"),
        role=meta.get("role"),
        in_force=InForce(**{name: tuple(value) for name, value in meta.get("in_force", {}).items()}),
        each=meta.get("each"),
        needs=tuple(area for area in definition["then"]["required"] if area != "subject"),
        kinds=_kinds(schema["if"]),
        parameters=parameters.in_force(definition),
        rationale=meta["rationale"],
        remediation=meta.get("remediation", {}),
        counterlines={p: (t,) if isinstance(t, str) else tuple(t) for p, t in meta.get("counterlines", {}).items()},
    )


def _kinds(condition: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the kinds that an applicability names, None when it names none."""
    kind = condition.get("properties", {}).get("subject", {}).get("properties", {}).get("kind", {})
    if "const" in kind:
        return (kind["const"],)
    if "enum" in kind:
        return tuple(kind["enum"])
    parts = [found for part in condition.get("allOf", ()) if (found := _kinds(part)) is not None]
    return tuple(k for k in parts[0] if all(k in part for part in parts)) if parts else None


def _broken(rule_id: str, file: RuleFile, problems: Sequence[RuleProblem]) -> BrokenRule:
    """Return what can still be said of a rule whose form may be anything."""
    definition = file.rules[rule_id]
    meta = definition["x-infra-audit"] if isinstance(definition["x-infra-audit"], dict) else {}
    japanese = meta.get("title", {}).get("ja") if isinstance(meta.get("title"), dict) else None
    english = definition.get("title")
    return BrokenRule(
        id=rule_id,
        title={"ja": str(japanese or rule_id), "en": english if isinstance(english, str) else rule_id},
        file=file.name,
        clauses=_texts(meta.get("clauses")),
        conditions=_texts(meta.get("conditions")),
        problems=tuple(problems),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
