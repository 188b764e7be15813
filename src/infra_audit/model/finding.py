"""The verdict of one rule on one subject, with all that proves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra_audit.model.attestation import Attested
from infra_audit.model.reason import Reason


class Verdict(StrEnum):
    """適合 不適合 該当なし 証跡なし."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    NO_EVIDENCE = "no_evidence"


class Severity(StrEnum):
    """重大 高 中 低; the order of the members is the order of weight, heaviest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def weight(self) -> int:
        """4 for critical down to 1 for low."""
        return 4 - list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One leaf of the chain: lines of a hashed artefact, what was searched in it, or who gave the value."""

    key: str
    """Key of the fact this evidence is for, such as `lines[vty,0,4]/transport_input`."""
    pointer: str
    kind: str
    """lines, absent, default or given."""
    artifact: str | None = None
    sha256: str | None = None
    source_sha256: str | None = None
    lines: tuple[tuple[int, int], ...] = ()
    text: tuple[str, ...] = ()
    """The lines themselves, redacted; for absent and default empty."""
    template: str | None = None
    document: str | None = None
    confirmed: bool | None = None
    """Whether the document was read and says so; None where no document is named."""
    since: str | None = None
    until: str | None = None
    source: str | None = None
    place: str | None = None
    by: tuple[str, ...] = ()
    """Functions that led from this leaf to the fact judged, outermost first; empty for a fact read directly."""
    attested: Attested | None = None
    """given by an attestation: who answered what, when, with which evidence."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of design 7."""
        data: dict[str, Any] = {"key": self.key, "pointer": self.pointer, "kind": self.kind}
        for name in (
            "artifact",
            "sha256",
            "source_sha256",
            "template",
            "document",
            "confirmed",
            "since",
            "until",
            "source",
            "place",
        ):
            value = getattr(self, name)
            if value is not None:
                data[name] = value
        if self.kind in ("lines", "absent", "default"):
            data["lines"] = [list(span) for span in self.lines]
        if self.text:
            data["text"] = list(self.text)
        if self.by:
            data["by"] = list(self.by)
        if self.attested is not None:
            data["attested"] = self.attested.to_json()
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One place where a rule failed or lacked a fact. Identity = rule + subject + key."""

    key: str
    pointer: str
    status: str
    """failing or unknown."""
    expected: str
    """What the rule asks of the value here, in JSON Schema words, such as `const: false` or `maximum: 600`."""
    seen: Any
    """The value seen; None with status `unknown` when there is none."""
    evidence: tuple[Evidence, ...] = ()
    evidence_omitted: int = 0
    """Facts whose evidence was left out for length."""
    reason: Reason | None = None
    waiver: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of design 7."""
        return {
            "key": self.key,
            "pointer": self.pointer,
            "status": self.status,
            "expected": self.expected,
            "seen": self.seen,
            "reason": self.reason.to_json() if self.reason else None,
            "evidence": [e.to_json() for e in self.evidence],
            "evidence_omitted": self.evidence_omitted,
            "waiver": dict(self.waiver) if self.waiver else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Statutory:
    """A field of the ordinance that a rule answers to, for one subject."""

    field: str
    """Its number, such as 5 (第5号)."""
    clause: str
    start: str
    """ISO date from which it binds."""
    transitional: bool | None
    """True: the subject existed that day and is not bound by it; None: not known."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"field": self.field, "clause": self.clause, "from": self.start, "transitional": self.transitional}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule says of one subject."""

    rule: str
    title: Mapping[str, str]
    """By language."""
    verdict: Verdict
    severity: Severity
    clauses: tuple[str, ...]
    conditions: tuple[str, ...]
    subject: Mapping[str, Any]
    """`facts.subject`."""
    statutory: tuple[Statutory, ...] = ()
    """Fields of the ordinance that its clauses answer to."""
    reason: Reason | None = None
    """Why it is no_evidence or not_applicable."""
    checked: int = 0
    failing: int = 0
    unknown: int = 0
    items: tuple[Item, ...] = ()
    items_omitted: int = 0
    """Unknown items left out for length; failing ones are all there."""
    evidence: tuple[Evidence, ...] = ()
    """Of a pass: the provenance of what the rule read."""
    evidence_omitted: int = 0
    """Facts whose evidence was left out for length."""
    mode: str = "automatic"
    """automatic: read from the target; attested: answered by a person."""

    @property
    def is_open(self) -> bool:
        """Say whether it counts for --fail-on: a fail with an item that no valid waiver covers."""
        failing = [item for item in self.items if item.status == "failing"]
        waived = bool(failing) and all(item.waiver is not None and item.waiver["state"] == "valid" for item in failing)
        return self.verdict is Verdict.FAIL and not waived

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of design 7."""
        return {
            "rule": self.rule,
            "title": dict(self.title),
            "verdict": str(self.verdict),
            "reason": self.reason.to_json() if self.reason else None,
            "mode": self.mode,
            "severity": str(self.severity),
            "clauses": list(self.clauses),
            "conditions": list(self.conditions),
            "subject": dict(self.subject),
            "statutory": [field.to_json() for field in self.statutory],
            "checked": self.checked,
            "failing": self.failing,
            "unknown": self.unknown,
            "items": [i.to_json() for i in self.items],
            "items_omitted": self.items_omitted,
            "evidence": [e.to_json() for e in self.evidence],
            "evidence_omitted": self.evidence_omitted,
        }
