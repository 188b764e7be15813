"""Rules in force: what a baseline asks, of whom, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A rule of a later folder that took the place of an earlier one."""

    rule: str
    file: str
    replaced: str
    """File whose rule is no longer in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """All rules in force, as one value with a digest that goes into every scan."""

    rules: tuple[Rule, ...]
    """In order of id."""
    broken: tuple[BrokenRule, ...] = ()
    overrides: tuple[Override, ...] = ()
    digest: str = ""
    """sha256 of the canonical JSON of all rules with their parameters, broken ones included."""
    files: tuple[str, ...] = ()
    parameter_file: str | None = None

    def rule(self, rule_id: str) -> Rule | None:
        """Return one rule by id, or None."""
        return next((r for r in self.rules if r.id == rule_id), None)

    @property
    def clauses(self) -> Mapping[str, tuple[str, ...]]:
        """Return the clauses of every rule by rule id, broken ones included."""
        return {r.id: r.clauses for r in self.rules} | {b.id: b.clauses for b in self.broken}
