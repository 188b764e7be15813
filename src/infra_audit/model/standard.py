"""Policies, standards, laws and lists of controls as values: clauses, what they ask, and where they lead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

Said = Mapping[str, str]
"""A text by language."""
OWN = ("policy", "standards")
"""Kinds whose clauses have to be kept; those of the other kinds only say what a clause answers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One checkable condition derived from a clause."""

    id: str
    title: Said = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    """Kinds of subject it is asked of; `all` for every kind."""
    zones: tuple[str, ...] = ()
    """Classes of zone it is asked in; () = all."""
    source: tuple[str, ...] = ()
    """cfg, state, computed, inv, att, tool: what shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditItem:
    """What an auditor asks for a clause."""

    item: Said
    """What is so when the clause is kept."""
    documents: tuple[Said, ...]
    """Documents to look at."""
    methods: tuple[Said, ...]
    """How it is audited; beside the languages `by` says review, interview, site or technical."""
    note: Said = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of a policy or standard."""

    id: str
    """Whole id, such as mic-r8:6.5(1)."""
    standard: str
    title: Said
    mode: tuple[str, ...] = ()
    """automatic, attested, report, out_of_scope: how it is shown to be kept; () where other clauses say it."""
    requirement: Said = field(default_factory=dict)
    parent: str | None = None
    """Whole id of the clause above."""
    crosswalk: tuple[str, ...] = ()
    """Clauses of other standards that it details or answers to."""
    strength: Mapping[str, str] = field(default_factory=dict)
    """Of each clause of the crosswalk: full or partial."""
    conditions: tuple[Condition, ...] = ()
    required: bool | None = None
    """Whether the audit guideline marks it as mandatory; None = not verified."""
    protects: tuple[str, ...] = ()
    """confidentiality, integrity, availability."""
    threats: tuple[str, ...] = ()
    """Clauses of a policy that name the threats it answers."""
    out_of_scope: Said = field(default_factory=dict)
    """Why it is not judged, or not all of it."""
    in_force: str | None = None
    transitional: Said = field(default_factory=dict)
    audit: AuditItem | None = None
    note: Said = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Return the id within its standard."""
        return self.id.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One catalogue file."""

    id: str
    edition: str
    title: Said
    file: str
    kind: str
    """policy, standards, statute or controls."""
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Catalogue:
    """All standards known, in the order of their files."""

    standards: tuple[Standard, ...]

    @cached_property
    def clauses(self) -> Mapping[str, Clause]:
        """Return every clause by id, in order."""
        return {clause.id: clause for standard in self.standards for clause in standard.clauses}

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of all clauses."""
        return frozenset(self.clauses)

    @cached_property
    def conditions(self) -> Mapping[str, Condition]:
        """Return all conditions by id."""
        return {c.id: c for clause in self.clauses.values() for c in clause.conditions}

    def kind(self, clause_id: str) -> str:
        """Return the kind of the standard a clause stands in; one that no catalogue knows is the body's own."""
        return self._kinds.get(clause_id.partition(":")[0], "standards")

    def of(self, *kinds: str) -> Iterator[Clause]:
        """Yield the clauses of some kinds of standards."""
        return (c for standard in self.standards if standard.kind in kinds for c in standard.clauses)

    def mode(self, clause_id: str) -> tuple[str, ...]:
        """Return how a clause is shown to be kept: its own word, else that of the clauses that lead to it."""
        clause = self.clauses.get(clause_id)
        if clause is None:
            return ("automatic",)
        return clause.mode or tuple(dict.fromkeys(m for below in self.leading_to(clause_id) for m in below.mode))

    def leading_to(self, clause_id: str) -> tuple[Clause, ...]:
        """Return the clauses whose crosswalk or threats name a clause."""
        return self._leading.get(clause_id, ())

    def below(self, clause_id: str) -> tuple[str, ...]:
        """Return a clause and all whose results count for it, itself first."""
        return self._below.get(clause_id, (clause_id,))

    def above(self, clause_id: str) -> Iterator[str]:
        """Yield a clause and all that it counts for: its parents, and the clauses its crosswalk names, with theirs.

        Threats are only those of the clause itself: a parent answers those of all its parts.
        """
        known = self.clauses
        own = known.get(clause_id)
        waiting, seen = [clause_id, *(own.threats if own else ())], set[str]()
        while waiting:
            name = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            yield name
            clause = known.get(name)
            if clause is not None:
                waiting += [*([clause.parent] if clause.parent else []), *clause.crosswalk]

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        return {standard.id: standard.kind for standard in self.standards}

    @cached_property
    def _leading(self) -> Mapping[str, tuple[Clause, ...]]:
        found: dict[str, list[Clause]] = {}
        for clause in self.clauses.values():
            for name in dict.fromkeys((*clause.crosswalk, *clause.threats)):
                found.setdefault(name, []).append(clause)
        return {name: tuple(clauses) for name, clauses in found.items()}

    @cached_property
    def _below(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for name in self.clauses:
            for above in self.above(name):
                found.setdefault(above, []).append(name)
        return {name: (name, *(n for n in names if n != name)) for name, names in found.items()}
