"""Two scans side by side."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from infra_audit.diff import facts, findings
from infra_audit.model.change import Change
from infra_audit.model.facts import FactsDocument
from infra_audit.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Side:
    """One scan: its documents and findings, by subject."""

    documents: dict[str, FactsDocument] = field(default_factory=dict)
    findings: dict[str, dict[str, Finding]] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Iterable[FactsDocument], judged: Iterable[Finding]) -> "Side":
        """Sort documents and findings by subject."""
        side = cls()
        for document in documents:
            side.documents[document.subject["id"]] = document
        for finding in judged:
            side.findings.setdefault(finding.subject["id"], {})[finding.rule] = finding
        return side


def compare(before: Side, after: Side) -> Iterator[Change]:
    """Yield every change, by subject: facts first, then findings. A subject that is gone is told once."""
    for subject in sorted(before.documents.keys() | after.documents.keys()):
        old, new = before.documents.get(subject), after.documents.get(subject)
        if new is None:
            yield Change(layer="findings", change="device_gone", subject=subject, key=subject)
            continue
        if old is None:
            yield Change(layer="facts", change="added", subject=subject, key="subject", after=subject)
        else:
            yield from facts.compare(subject, old, new)
        yield from findings.compare(subject, before.findings.get(subject, {}), after.findings.get(subject, {}))
