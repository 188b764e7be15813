"""From rule files to the baseline in force: lint, parameters, overlays, digest."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_audit import cache, catalogue
from infra_audit.baselines import compiled, lint, parameters, source
from infra_audit.baselines.derive import Choices, check_rules, lacks, renumbered, retuned, switched_off
from infra_audit.baselines.inline import inline
from infra_audit.baselines.overlay import Overlay
from infra_audit.baselines.parameters import ParameterFile
from infra_audit.baselines.source import RuleFile
from infra_audit.errors import BaselineError
from infra_audit.model.rule import (
    Baseline,
    BrokenRule,
    Layer,
    Override,
    OverrideKind,
    Rule,
    RuleProblem,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the baseline of an organisation comes from."""

    baselines: tuple[Path, ...] = ()
    """Folders or files of rules, those of the overlays included, in the order of their weight."""
    overlays: tuple[Overlay, ...] = ()
    parameters: Path | None = None
    model: str | None = None
    edition: str | None = None
    registers: frozenset[str] = frozenset()


def load(overlays: Sequence[Path] = (), given: Path | None = None) -> Baseline:
    """Return the shipped rules and those of some folders, with parameters put in and nothing else chosen."""
    return derive(Sources(baselines=tuple(overlays), parameters=given))


def derive(sources: Sources) -> Baseline:
    """Return the baseline in force: built-in rules, packs, folders, overlays (later wins), parameters, model, registers.

    A rule that does not lint or compile is in `broken` and stops only itself. Raises InputError or BaselineError when a
    folder, file or value named by the operator is wrong.
    """
    choices = Choices(
        overlays=sources.overlays, model=sources.model, edition=sources.edition, registers=sources.registers
    )
    given = [path for path in (*(layer.parameters for layer in choices.overlays), sources.parameters) if path]

    def make() -> dict[str, Any]:
        files = list(source.read_all(sources.baselines))
        values = parameters.read_all(given)
        return compiled.pack(from_files(files, values, linted_layer=source.SHIPPED, choices=choices))

    key = _key(sources, choices, given)
    return compiled.unpack(make() if key is None else cache.made("baseline-1", key, make))


def _key(sources: Sources, choices: Choices, given: Sequence[Path]) -> str | None:
    """Return all that a baseline is made of; None where a file cannot be read, which making it will tell."""
    try:
        files = [(name, layer, path.read_text("utf-8")) for path, name, layer in source.paths(sources.baselines)]
        written = [(str(path), path.read_text("utf-8")) for path in (*given, *(o.file for o in choices.overlays))]
    except (OSError, UnicodeDecodeError):
        return None
    # Rules that are not shipped are linted, against the facts and the form of rule files.
    judged_by = [catalogue.facts_schema(), source.file_schema()] if any(layer for _, layer, _ in files) else []
    return json.dumps([files, written, sources.model, sources.edition, sorted(sources.registers), judged_by])


def from_files(
    files: Sequence[RuleFile],
    given: ParameterFile | None = None,
    *,
    linted_layer: int | None = None,
    choices: Choices | None = None,
) -> Baseline:
    """Return the baseline made of some files, in the order of the search path.

    Files of `linted_layer` are not linted again: those that are shipped were linted when they were made, and linting them
    at every start would take as long as parsing a configuration.
    """
    given, choices = given or ParameterFile(), choices or Choices()
    chosen, overrides = _select(files)
    rules: list[Rule] = []
    broken: list[BrokenRule] = []
    canonical: dict[str, Any] = {}
    problems = {id(file): _problems(file) for file in files if file.layer != linted_layer}
    for rule_id, file in sorted(chosen.items()):
        definition: Mapping[str, Any] = file.rules[rule_id]
        found = problems.get(id(file), {}).get(rule_id, [])
        if found:
            broken.append(_broken(rule_id, file, found, choices))
        else:
            definition, changes = _derived(rule_id, definition, given, choices)
            overrides += changes
            rule = _rule(rule_id, file, definition, choices)
            overrides += _numbered(rule, choices)
            rules.append(rule)
        canonical[rule_id] = {"document": file.data["$id"], "rule": definition, "helpers": file.helpers}
    unusable = {b.id: chosen[b.id].rules[b.id] for b in broken}
    parameters.check_names(given, {rule.id: frozenset(rule.parameters) for rule in rules}, unusable)
    check_rules(choices, canonical)
    force = {
        r.id: {"clauses": r.clauses, "lacks": r.lacks.to_json(), "off": r.off.reason if r.off else None} for r in rules
    }
    return Baseline(
        rules=tuple(rules),
        broken=tuple(broken),
        overrides=tuple(overrides),
        digest=digest({"rules": canonical, "force": force, "choices": choices.to_json()}),
        files=tuple(file.name for file in files),
        parameter_file=given.name,
        edition=choices.edition,
        model=choices.model,
        layers=tuple(Layer(folder=str(o.folder), title=o.title, edition=o.edition) for o in choices.overlays),
    )


def _derived(
    rule_id: str, definition: Mapping[str, Any], given: ParameterFile, choices: Choices
) -> tuple[Mapping[str, Any], list[Override]]:
    """Return a rule with parameters and severities put in, and what that changed."""
    tuned = parameters.apply(rule_id, definition, given)
    before, after = parameters.in_force(definition), parameters.in_force(tuned)
    changes = [
        Override(
            rule=rule_id, file=str(given.source(rule_id, name)), kind=OverrideKind.PARAMETER, name=name,
            before=before[name], after=value,
        )
        for name, value in after.items() if value != before[name]
    ]  # fmt: skip
    weighed, severities = retuned(rule_id, tuned, choices)
    off = switched_off(rule_id, choices)
    if off is not None:
        severities.append(Override(rule=rule_id, file=off.file, kind=OverrideKind.OFF, reason=off.reason))
    return weighed, [*changes, *severities]


def _numbered(rule: Rule, choices: Choices) -> list[Override]:
    """Return that overlays gave a rule clause numbers of its own, if they did."""
    before = rule.definition["x-infra-audit"]["clauses"]
    files = ", ".join(str(o.file) for o in choices.overlays if o.numbers)
    if list(rule.clauses) == before:
        return []
    after = list(rule.clauses)
    return [Override(rule=rule.id, file=files, kind=OverrideKind.CLAUSES, before=before, after=after)]


def digest(value: Any) -> str:
    """Return the sha256 of the canonical JSON of a value: sorted keys, no blanks, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _select(files: Iterable[RuleFile]) -> tuple[dict[str, RuleFile], list[Override]]:
    """Return the file of each rule in force, and what took the place of what or was added to what is shipped."""
    chosen: dict[str, RuleFile] = {}
    overrides: list[Override] = []
    for file in files:
        for rule_id in file.rules:
            earlier = chosen.get(rule_id)
            if earlier is not None and earlier.layer == file.layer:
                raise BaselineError("baseline.duplicate_rule", rule=rule_id, file=file.name, first=earlier.name)
            if earlier is not None:
                overrides.append(Override(rule=rule_id, file=file.name, replaced=earlier.name))
            elif file.layer != source.SHIPPED:
                overrides.append(Override(rule=rule_id, file=file.name, kind=OverrideKind.ADDED))
            chosen[rule_id] = file
    return chosen, overrides


def _problems(file: RuleFile) -> dict[str, list[RuleProblem]]:
    """Return what is wrong with the rules of a file, by rule; what was linted once is known from the cache."""
    key = json.dumps([file.name, file.data, catalogue.facts_schema(), source.file_schema()], sort_keys=True)
    found = cache.made("lint-1", key, lambda: [problem.to_json() for problem in lint.lint([file])])
    problems: dict[str, list[RuleProblem]] = {}
    for entry in found:
        problems.setdefault(entry["rule"], []).append(RuleProblem(**entry))
    return problems


def _rule(rule_id: str, file: RuleFile, definition: Mapping[str, Any], choices: Choices) -> Rule:
    meta = definition["x-infra-audit"]
    return compiled.rule(
        rule_id,
        definition=definition,
        schema={key: inline(definition[key], file.helpers) for key in ("if", "then")},
        file=file.name,
        document=file.data["$id"],
        clauses=renumbered(tuple(meta["clauses"]), choices),
        lacks=lacks(compiled.in_force(meta.get("in_force", {})), definition, choices),
        model=choices.model,
        off=switched_off(rule_id, choices),
    )


def _broken(rule_id: str, file: RuleFile, problems: Sequence[RuleProblem], choices: Choices) -> BrokenRule:
    """Return what can still be said of a rule whose form may be anything."""
    definition = file.rules[rule_id]
    meta = definition["x-infra-audit"] if isinstance(definition["x-infra-audit"], dict) else {}
    japanese = meta.get("title", {}).get("ja") if isinstance(meta.get("title"), dict) else None
    english = definition.get("title")
    return BrokenRule(
        id=rule_id,
        title={"ja": str(japanese or rule_id), "en": english if isinstance(english, str) else rule_id},
        file=file.name,
        clauses=renumbered(_texts(meta.get("clauses")), choices),
        conditions=_texts(meta.get("conditions")),
        problems=tuple(problems),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
