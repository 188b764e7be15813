"""From a fact to the lines, searches and statements it rests on."""

from collections.abc import Iterator, Sequence
from typing import Any

from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import FactsDocument, Provenance, ProvenanceKind, Span
from infra_audit.model.finding import Evidence

MAX_LEAVES = 50
"""Leaves kept of one item or one pass; the facts left out are counted."""
MAX_LINES = 40
"""Lines of text kept of one leaf; the line numbers stay whole."""


class EvidenceFinder:
    """The evidence of the facts of one document; each fact is resolved once."""

    def __init__(self, document: FactsDocument) -> None:
        """Nothing is resolved yet."""
        self._document = document
        self._artifacts: dict[str, Artifact] = {a.name: a for a in document.artifacts}
        self._known: dict[str, tuple[Evidence, ...]] = {}

    def of(self, pointer: str) -> tuple[Evidence, ...]:
        """Return the leaves of the chain under one fact; derived facts are followed down to what was read."""
        if pointer not in self._known:
            self._known[pointer] = tuple(self._resolve(pointer, (), frozenset()))
        return self._known[pointer]

    def of_all(self, pointers: Sequence[str]) -> tuple[tuple[Evidence, ...], int]:
        """Return the evidence of several facts, each line or statement once, and how many facts were left out."""
        chosen: dict[Any, Evidence] = {}
        for number, pointer in enumerate(pointers):
            if len(chosen) >= MAX_LEAVES:
                return tuple(chosen.values()), len(pointers) - number
            for evidence in self.of(pointer)[: MAX_LEAVES - len(chosen)]:
                chosen.setdefault(_identity(evidence), evidence)
        return tuple(chosen.values()), 0

    def kinds(self, pointer: str) -> frozenset[str]:
        """Return the kinds of provenance under a fact: lines, absent, default, given."""
        return frozenset(evidence.kind for evidence in self.of(pointer))

    def _resolve(self, pointer: str, by: tuple[str, ...], above: frozenset[str]) -> Iterator[Evidence]:
        for place, provenance in self._document.provenance_of(pointer).items():
            if provenance.kind is not ProvenanceKind.DERIVED:
                yield self._leaf(place, provenance, by)
                continue
            for source in provenance.sources:
                if source not in above:
                    yield from self._resolve(source, (*by, provenance.by or ""), above | {source, pointer})

    def _leaf(self, pointer: str, provenance: Provenance, by: tuple[str, ...]) -> Evidence:
        artifact = self._artifacts.get(provenance.artifact or "")
        return Evidence(
            key=self._document.key_of(pointer),
            pointer=pointer,
            kind=str(provenance.kind),
            artifact=provenance.artifact,
            sha256=artifact.sha256 if artifact else None,
            source_sha256=artifact.source_sha256 if artifact else None,
            lines=provenance.lines,
            text=_text(artifact, provenance.lines) if provenance.kind is ProvenanceKind.LINES else (),
            template=provenance.template,
            document=provenance.document,
            confirmed=provenance.confirmed,
            since=provenance.since,
            until=provenance.until,
            source=provenance.source,
            place=provenance.place,
            by=by,
            attested=provenance.attested,
        )


def _text(artifact: Artifact | None, spans: tuple[Span, ...]) -> tuple[str, ...]:
    if artifact is None:
        return ()
    lines = [line for first, last in spans for line in artifact.lines[first - 1 : last]]
    return tuple(lines[:MAX_LINES])


def _identity(evidence: Evidence) -> tuple[Any, ...]:
    """Return what makes two leaves the same for a reader: not which fact they are cited for."""
    return (
        evidence.kind,
        evidence.artifact,
        evidence.lines,
        evidence.document,
        evidence.source,
        evidence.place,
        evidence.template,
    )
