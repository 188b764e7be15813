"""Rules in force: what a baseline asks, of whom, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from infra_audit.model.finding import Severity
from infra_audit.model.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What an organisation must have given before a rule asks anything."""

    parameters: tuple[str, ...] = ()
    """Names of parameters that need a value."""
    registers: tuple[str, ...] = ()
    """Names of registers."""
    models: tuple[str, ...] = ()
    """Resilience models it is meant for; () = all."""

    def to_json(self) -> dict[str, Any]:
        """Return only what is asked for."""
        return {name: list(value) for name in ("parameters", "registers", "models") if (value := getattr(self, name))}

    def __bool__(self) -> bool:
        """Say whether anything is asked for."""
        return bool(self.parameters or self.registers or self.models)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchedOff:
    """That an overlay does not want a rule to be asked."""

    reason: str
    """In the words of the overlay."""
    file: str


class Force(StrEnum):
    """Whether a rule judges."""

    IN_FORCE = "in_force"
    NOT_IN_FORCE = "not_in_force"
    """Something it asks for was not given."""
    OFF = "off"
    """An overlay switched it off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One `$defs` entry of a baseline file, with the parameters of the organisation put in."""

    id: str
    """Names the bad state; never changes, is never reused."""
    title: Mapping[str, str]
    """By language."""
    file: str
    """File it was read from."""
    document: str
    """`$id` of that file."""
    schema: Mapping[str, Any]
    """`if` and `then` alone, helpers inlined: a self-contained JSON Schema for the facts."""
    definition: Mapping[str, Any]
    """The whole entry as in the file, parameters put in."""
    clauses: tuple[str, ...]
    conditions: tuple[str, ...]
    severity: Severity
    zone_severity: Mapping[str, Severity] = field(default_factory=dict)
    """Zone id -> severity, where it differs from `severity`."""
    mode: str = "automatic"
    """automatic: judged by what was read; attested: by a person's answer."""
    question: Mapping[str, str] = field(default_factory=dict)
    """attested: what is asked, by language."""
    asked: str | None = None
    """attested: room, site, device, role or organisation."""
    role: str | None = None
    """attested: who answers."""
    in_force: InForce = field(default_factory=InForce)
    lacks: InForce = field(default_factory=InForce)
    """What it asks for and was not given; empty = nothing."""
    model: str | None = None
    """Resilience model of the organisation, where it is not one of those the rule is meant for."""
    off: SwitchedOff | None = None
    each: str | None = None
    """The population that is counted, such as /interfaces/*; None for a rule that looks at one thing."""
    needs: tuple[str, ...] = ()
    """Areas of the facts it cannot do without: `then.required` but for subject."""
    kinds: tuple[str, ...] | None = None
    """Kinds of subject it concerns; None = all."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Name -> value in force."""
    rationale: Mapping[str, str] = field(default_factory=dict)
    remediation: Mapping[str, Any] = field(default_factory=dict)
    """Platform -> suggested text, or texts by language; never applied."""
    counterlines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Platform -> texts, each of which turns a pass into a fail when it is inserted."""

    @property
    def highest(self) -> Severity:
        """Return the heaviest severity the rule can have."""
        return max((self.severity, *self.zone_severity.values()), key=lambda s: s.weight)

    @property
    def force(self) -> Force:
        """Return whether it judges."""
        if self.off is not None:
            return Force.OFF
        return Force.NOT_IN_FORCE if self.lacks else Force.IN_FORCE

    @property
    def idle(self) -> Reason | None:
        """Return why it does not judge; None for a rule in force."""
        if self.off is not None:
            return Reason("judge.switched_off", {"file": self.off.file, "why": self.off.reason})
        if not self.lacks:
            return None
        missing = [
            *(Reason("judge.lacks_parameter", {"name": name}) for name in self.lacks.parameters),
            *(Reason("judge.lacks_register", {"name": name}) for name in self.lacks.registers),
        ]
        if self.lacks.models:
            names = {"names": list(self.lacks.models)}
            if self.model is None:
                missing.append(Reason("judge.lacks_model", names))
            else:
                missing.append(Reason("judge.other_model", {**names, "model": self.model}))
        return Reason("judge.not_in_force", {"missing": [reason.to_json() for reason in missing]})

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `rules list`."""
        return {
            "id": self.id,
            "title": dict(self.title),
            "clauses": list(self.clauses),
            "conditions": list(self.conditions),
            "severity": {"default": str(self.severity), "zones": {z: str(s) for z, s in self.zone_severity.items()}},
            "kinds": list(self.kinds) if self.kinds is not None else None,
            "needs": list(self.needs),
            "mode": self.mode,
            "in_force": self.in_force.to_json(),
            "force": str(self.force),
            "reason": reason.to_json() if (reason := self.idle) else None,
            "each": self.each,
            "parameters": dict(self.parameters),
            "file": self.file,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleProblem:
    """Something wrong with a rule file; `code` is an entry of texts/lint.yaml."""

    file: str
    rule: str
    """Rule id; empty for the file itself."""
    pointer: str
    """JSON pointer into the rule, or into the file when `rule` is empty."""
    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `rules lint`; the texts are added by the caller."""
        return {
            "file": self.file,
            "rule": self.rule,
            "pointer": self.pointer,
            "code": self.code,
            "fields": dict(sorted(self.fields.items())),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """A rule that cannot be used: it is reported, every subject gets no_evidence for it, and the others go on."""

    id: str
    title: Mapping[str, str]
    file: str
    clauses: tuple[str, ...]
    conditions: tuple[str, ...]
    problems: tuple[RuleProblem, ...]

    @property
    def reason(self) -> Reason:
        """Return the reason shown in findings."""
        first = self.problems[0]
        return Reason(
            "judge.rule_broken", {"rule": self.id, "file": self.file, "problem": first.code, "place": first.pointer}
        )


class OverrideKind(StrEnum):
    """What was done to a rule after it was shipped."""

    ADDED = "added"
    REPLACED = "replaced"
    OFF = "off"
    SEVERITY = "severity"
    PARAMETER = "parameter"
    CLAUSES = "clauses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One thing in which the baseline in force differs from the shipped one."""

    rule: str
    file: str
    """File that says so."""
    kind: OverrideKind = OverrideKind.REPLACED
    name: str = ""
    """Name of the parameter."""
    replaced: str = ""
    """File whose rule is no longer in force."""
    before: Any = None
    after: Any = None
    reason: str = ""
    """In the words of the overlay."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `rules list` and of the record of a scan."""
        data = {"rule": self.rule, "kind": str(self.kind), "file": self.file}
        rest = {"name": self.name, "replaced": self.replaced, "reason": self.reason}
        if self.kind in (OverrideKind.SEVERITY, OverrideKind.PARAMETER, OverrideKind.CLAUSES):
            rest |= {"before": self.before, "after": self.after}
        return data | {name: value for name, value in rest.items() if value != ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """An overlay in force."""

    folder: str
    title: Mapping[str, str]
    edition: str

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of the record of a scan."""
        return {"folder": self.folder, "title": dict(self.title), "edition": self.edition}


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """All rules in force, as one value with a digest that goes into every scan."""

    rules: tuple[Rule, ...]
    """In order of id; those that are not in force or switched off stay among them and say so."""
    broken: tuple[BrokenRule, ...] = ()
    overrides: tuple[Override, ...] = ()
    """All in which it differs from the shipped rules."""
    digest: str = ""
    """sha256 of the canonical JSON of all rules with their parameters, severities and clauses, broken ones included, and of what decides whether they are in force."""
    files: tuple[str, ...] = ()
    parameter_file: str | None = None
    edition: str | None = None
    model: str | None = None
    layers: tuple[Layer, ...] = ()

    def counts(self) -> dict[Force, int]:
        """Return how many rules judge, wait or are switched off."""
        counts = dict.fromkeys(Force, 0)
        for rule in self.rules:
            counts[rule.force] += 1
        return counts

    def to_json(self) -> dict[str, Any]:
        """Return the record that a scan keeps beside its findings."""
        return {
            "schema": "urn:infra-audit:baseline-in-force:1",
            "digest": self.digest,
            "edition": self.edition,
            "resilience_model": self.model,
            "overlays": [layer.to_json() for layer in self.layers],
            "parameter_file": self.parameter_file,
            "rules": {str(force): number for force, number in self.counts().items()},
            "not_in_force": {r.id: r.lacks.to_json() for r in self.rules if r.force is Force.NOT_IN_FORCE},
            "broken": [broken.id for broken in self.broken],
            "overrides": [override.to_json() for override in self.overrides],
        }

    def rule(self, rule_id: str) -> Rule | None:
        """Return one rule by id, or None."""
        return next((r for r in self.rules if r.id == rule_id), None)

    @property
    def clauses(self) -> Mapping[str, tuple[str, ...]]:
        """Return the clauses of every rule by rule id, broken ones included."""
        return {r.id: r.clauses for r in self.rules} | {b.id: b.clauses for b in self.broken}
