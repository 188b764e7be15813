"""The facts document of one target: facts, where each came from, and what was not understood.

What exists once a line or a fact is a named tuple: there are hundreds of thousands of them, and a frozen dataclass takes
four times as long to make.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from infra_audit.model.attestation import Attested
from infra_audit.model.evidence import Artifact
from infra_audit.model.reason import Reason

SCHEMA = "urn:infra-audit:facts:1"

Span = tuple[int, int]
"""First and last line, both included, from 1."""


class ProvenanceKind(StrEnum):
    """How a fact came to be; the laws of each kind are in ARCHITECTURE.md."""

    LINES = "lines"
    ABSENT = "absent"
    DEFAULT = "default"
    DERIVED = "derived"
    GIVEN = "given"


class Provenance(NamedTuple):
    """Where one fact came from. Which fields are set depends on `kind`."""

    kind: ProvenanceKind
    artifact: str | None = None
    """lines, absent, default: Artifact.name."""
    lines: tuple[Span, ...] = ()
    """lines: the lines that say it (without the section headers above them); absent, default: the lines searched."""
    template: str | None = None
    """lines: the template file; absent, default: the entry of platform.yaml such as `defaults/3`."""
    document: str | None = None
    """default: the vendor document that states it."""
    since: str | None = None
    until: str | None = None
    sources: tuple[str, ...] = ()
    """derived: JSON pointers of the facts it was computed from."""
    by: str | None = None
    """derived: name of the function."""
    source: str | None = None
    """given: inventory, flag, attestation, register, statement or assumed."""
    place: str | None = None
    """given: file or flag."""
    confirmed: bool | None = None
    """Where a document is named: whether it was read and says so; else it is general knowledge."""
    attested: Attested | None = None
    """given by an attestation: who answered what, when, with which evidence."""

    def to_json(self) -> dict[str, Any]:
        """Return only what the kind sets."""
        data: dict[str, Any] = {"kind": str(self.kind)}
        for name in ("artifact", "template", "document", "confirmed", "since", "until", "by", "source", "place"):
            value = getattr(self, name)
            if value is not None:
                data[name] = value
        if self.kind in (ProvenanceKind.LINES, ProvenanceKind.ABSENT, ProvenanceKind.DEFAULT):
            data["lines"] = [list(span) for span in self.lines]
        if self.kind is ProvenanceKind.DERIVED:
            data["from"] = list(self.sources)
        if self.attested is not None:
            data["attested"] = self.attested.to_json()
        return data


class CoverageState(StrEnum):
    """How far an area, or a field pattern, was seen. Order: best first."""

    PARSED = "parsed"
    PARTIAL = "partial"
    NOT_COLLECTED = "not_collected"
    UNREADABLE = "unreadable"
    NOT_WRITTEN = "not_written"
    NO_SUCH_EXPOSURE = "no_such_exposure"
    LACKS_CONTROL = "lacks_control"
    CANNOT_SHOW = "cannot_show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """State of one area or field pattern, why, and the lines that caused it."""

    state: CoverageState
    reason: Reason | None = None
    artifact: str | None = None
    lines: tuple[Span, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        data: dict[str, Any] = {"state": str(self.state)}
        if self.reason:
            data["reason"] = self.reason.to_json()
        if self.artifact:
            data["artifact"] = self.artifact
        if self.lines:
            data["lines"] = [list(span) for span in self.lines]
        return data


class UnparsedLine(NamedTuple):
    """A line that is neither used nor knowingly ignored."""

    artifact: str
    line: int
    text: str
    section: str
    """Header of its section, or an empty text at top level."""
    areas: tuple[str, ...] = ()
    """Areas it makes partial."""


class IgnoredLine(NamedTuple):
    """A line left out on purpose."""

    artifact: str
    line: int
    pattern: str
    list: str
    """irrelevant, not_parsed_yet or acknowledged."""
    by: str | None = None
    """acknowledged: who and until when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with an artefact that did not stop the parse."""

    artifact: str | None
    line: int | None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCounts:
    """Every line of an artefact is in exactly one of these."""

    total: int = 0
    used: int = 0
    ignored: int = 0
    unparsed: int = 0
    blank: int = 0
    """Blank lines, comments and block ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsDocument:
    """All that is known of one target."""

    facts: dict[str, Any]
    """`subject` and the areas; a rule's JSON pointers point in here."""
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    """Area or field pattern (`interfaces/*/port_security`) -> state."""
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    """JSON pointer into `facts` -> where it came from. A fact without an entry has that of its nearest ancestor."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """JSON pointer of a list item -> its stable key, such as /interfaces/0 -> interfaces[GigabitEthernet1/0/18]."""
    line_counts: Mapping[str, LineCounts] = field(default_factory=dict)
    """By artefact name."""
    unparsed: tuple[UnparsedLine, ...] = ()
    ignored: tuple[IgnoredLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    _sorted: list[str] = field(default_factory=list, init=False, repr=False, compare=False)
    """The pointers of `provenance` in order, made when they are first needed."""

    @property
    def subject(self) -> dict[str, Any]:
        """Return `facts.subject`."""
        subject: dict[str, Any] = self.facts["subject"]
        return subject

    def key_of(self, pointer: str) -> str:
        """Return the stable key of a fact, such as `interfaces[Gi1/0/18]/acl_in` for /interfaces/0/acl_in."""
        parts = pointer.split("/")[1:]
        for cut in range(len(parts), 0, -1):
            head = "/" + "/".join(parts[:cut])
            if head in self.keys:
                return "/".join([self.keys[head], *parts[cut:]])
        return "/".join(parts)

    def provenance_of(self, pointer: str) -> Mapping[str, Provenance]:
        """Return the provenance of a fact by pointer: its own, else its nearest ancestor's, else all below it."""
        parts = pointer.split("/")
        for cut in range(len(parts), 1, -1):
            head = "/".join(parts[:cut])
            if head in self.provenance:
                return {head: self.provenance[head]}
        if not self._sorted:
            self._sorted.extend(sorted(self.provenance))
        # "0" is the character after "/": all that begins with the pointer and a slash lies between the two.
        below = self._sorted[bisect_left(self._sorted, f"{pointer}/") : bisect_left(self._sorted, f"{pointer}0")]
        return {p: self.provenance[p] for p in below}

    def to_json(self) -> dict[str, Any]:
        """Return the document of `infra-audit parse --format json`."""
        return {
            "schema": SCHEMA,
            "facts": self.facts,
            "coverage": {k: self.coverage[k].to_json() for k in sorted(self.coverage)},
            "provenance": {k: {"key": self.key_of(k), **v.to_json()} for k, v in sorted(self.provenance.items())},
            "line_counts": {
                name: {"total": c.total, "used": c.used, "ignored": c.ignored, "unparsed": c.unparsed, "blank": c.blank}
                for name, c in sorted(self.line_counts.items())
            },
            "unparsed": [
                {"artifact": u.artifact, "line": u.line, "text": u.text, "section": u.section, "areas": list(u.areas)}
                for u in self.unparsed
            ],
            "ignored": [
                {"artifact": i.artifact, "line": i.line, "pattern": i.pattern, "list": i.list, **({"by": i.by} if i.by else {})}
                for i in self.ignored
            ],
            "problems": [
                {"artifact": p.artifact, "line": p.line, "reason": p.reason.to_json()} for p in self.problems
            ],
            "artifacts": [
                {
                    "name": a.name, "source": a.source, "command": a.command, "sha256": a.sha256,
                    "source_sha256": a.source_sha256, "encoding": a.encoding, "complete": str(a.complete),
                    "complete_reason": a.complete_reason.to_json(), "collected_at": a.collected_at,
                }
                for a in self.artifacts
            ],
        }  # fmt: skip
