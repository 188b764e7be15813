"""One target: a device, or one VDOM, context or logical system of it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from infra_audit.model.device import Device
from infra_audit.model.evidence import NotCollected
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Problem, Provenance, ProvenanceKind
from infra_audit.model.reason import Reason
from infra_audit.parsers import statements
from infra_audit.parsers.accounting import ScopeAccount, Trouble
from infra_audit.parsers.coverage import CoverageMap
from infra_audit.parsers.defaults import Defaults
from infra_audit.parsers.derivation import derive
from infra_audit.parsers.document import Index
from infra_audit.parsers.merge import Merger
from infra_audit.parsers.platform import CompiledPlatform
from infra_audit.parsers.reading import Reading
from infra_audit.parsers.subject import subject
from infra_audit.parsers.tree import Branch, Items, Leaf, Node, Object, Replaced, plain
from infra_audit.parsers.validate import Dropped, drop_invalid, drop_lacking


class Target:
    """Builds the facts document of one target, in two steps: lines can only be accounted for between them."""

    def __init__(
        self, device: Device, platform: CompiledPlatform, readings: Sequence[Reading], scope: str, scopes: Sequence[str]
    ) -> None:
        """`scope` is empty for the device itself; `scopes` are those the device has."""
        self.device = device
        self.platform = platform
        self.readings = readings
        self.scope = scope
        self.scopes = scopes
        self.troubles: list[Trouble] = []
        self.problems: list[Problem] = []
        self.stated: list[tuple[int, Mapping[str, Any]]] = []
        self.known_system: dict[str, Any] = {}
        self.facts: dict[str, Any] = {}
        """The facts in plain form, once they are complete."""
        self.root = self._read()
        self._drop(drop_invalid(self.root))

    def _read(self) -> Object:
        """Join what the templates captured."""
        branch = Branch()
        for reading in self.readings:
            if self.scope in reading.roots:
                branch.absorb(reading.roots[self.scope])
        merger = Merger({name: area.schema for name, area in self.platform.areas.items()})
        root = merger.facts(branch)
        self._contradictions(merger.replaced)
        return root

    def _contradictions(self, replaced: Sequence[Replaced]) -> None:
        """Note two values of one field in one artefact: a device prints each setting once, so a person must look."""
        for entry in replaced:
            old, new = entry.capture, entry.by
            if old.adds or old.value == new.value or old.order[0] != new.order[0] or old.order == new.order:
                continue
            artifact = self.readings[old.order[0]].artifact.name
            span = (old.order[1], old.order[1])
            self.troubles.append(Trouble(entry.path[0], "parse.contradictory_lines", artifact, span))

    def _drop(self, dropped: Sequence[Dropped]) -> bool:
        """Report what was dropped; return whether lines that were used no longer are."""
        if not dropped:
            return False
        cited = _cited(self.root)
        by_name = {reading.artifact.name: reading for reading in self.readings}
        changed = False
        for entry in dropped:
            first: tuple[str | None, int | None] = (None, None)
            for provenance in entry.provenances:
                if provenance.kind is not ProvenanceKind.LINES or provenance.artifact not in by_name:
                    continue
                first = (provenance.artifact, provenance.lines[0][0])
                reading = by_name[provenance.artifact]
                for span in provenance.lines:
                    self.troubles.append(Trouble(entry.area, "parse.invalid_fact", provenance.artifact, span))
                    if (provenance.artifact, span) not in cited:
                        reading.used.discard(span[0])
                        reading.refused.add(span[0])
                        changed = True
            reason = Reason("parse.invalid_fact", {"area": entry.area, "field": entry.field})
            self.problems.append(Problem(artifact=first[0], line=first[1], reason=reason))
        return changed

    def complete(self, accounts: Mapping[str, ScopeAccount], device_system: Mapping[str, Any]) -> bool:
        """Add what no line says; return whether lines must be accounted for again.

        `accounts` are those of this scope by artefact, `device_system` is the area `system` of the device.
        """
        self.known_system = {**device_system, **self.system()}
        version = self.known_system.get("os_version")
        divided = bool(self.scopes)
        Defaults(self.platform, self.readings, accounts, self.scope, divided=divided).add(self.root, version)
        # What a platform has or lacks says nothing of a device that nobody saw.
        self.stated = statements.in_force(self.platform, version) if self.readings else []
        statements.add_values(self.root, self.platform, self.stated)
        changed = self._drop(drop_lacking(self.root))
        self.facts = plain(self.root)
        self.problems += derive(self.root, self.facts, self.platform, {r.source.name: r for r in self.readings})
        return changed

    def document(
        self, accounts: Mapping[str, ScopeAccount], missing: Sequence[NotCollected], problems: Sequence[Problem]
    ) -> FactsDocument:
        """Return the finished document; `complete` must have been called."""
        templates = [t for t in self.platform.templates if t.reads_scope(self.scope, divided=bool(self.scopes))]
        coverage = CoverageMap(self.platform, self.readings, missing, accounts, self.troubles, templates)
        states = coverage.states(self.root, statements.coverage(self.platform, self.stated), self.elsewhere)
        artifacts = [reading.artifact for reading in self.readings]
        who = subject(self.device, self.platform.platform, self.known_system, self.scope, artifacts)
        areas = {name: self.facts[name] for name in sorted(self.facts) if self.facts[name] != {}}
        index = Index(Object({"subject": who, **self.root.fields}))
        return FactsDocument(
            facts={"subject": plain(who), **areas},
            coverage=states,
            provenance=index.provenance,
            keys=index.keys,
            line_counts={name: account.counts for name, account in accounts.items()},
            unparsed=tuple(line for account in accounts.values() for line in account.unparsed),
            ignored=tuple(line for account in accounts.values() for line in account.ignored),
            problems=(*problems, *self.problems),
            artifacts=tuple(reading.artifact for reading in self.readings),
        )

    def system(self) -> dict[str, Any]:
        """Return the area `system` as far as it was read."""
        node = self.root.fields.get("system")
        value: dict[str, Any] = plain(node) if isinstance(node, Object) else {}
        return value

    @cached_property
    def elsewhere(self) -> dict[str, Coverage]:
        """Return the areas that, on a divided device, only another document can hold.

        What was read here all the same, such as a manager's templates hold, is no matter of another document.
        """
        if not self.scopes:
            return {}
        here = {a for t in self.platform.templates if t.reads_scope(self.scope, divided=True) for a in t.areas}
        there = {a for t in self.platform.templates for a in t.areas} - here - self.root.fields.keys()
        code = "coverage.in_device_document" if self.scope else "coverage.in_part_documents"
        reason = Reason(code, {"device": self.device.id})
        return {area: Coverage(state=CoverageState.NO_SUCH_EXPOSURE, reason=reason) for area in sorted(there)}


def share_troubles(targets: Sequence[Target], accounts: Sequence[Mapping[str, ScopeAccount]]) -> None:
    """Tell a target of the unread lines that stand in another one and touch an area that is its own.

    `accounts` are those of each target, by artefact.
    """
    for target, own in zip(targets, accounts, strict=True):
        for trouble in (trouble for account in own.values() for trouble in account.troubles):
            area = trouble.pattern.split("/", maxsplit=1)[0]
            if area in target.elsewhere:
                for other in targets:
                    if area not in other.elsewhere:
                        other.troubles.append(trouble)


def _cited(node: Node) -> set[tuple[str | None, tuple[int, int]]]:
    found: set[tuple[str | None, tuple[int, int]]] = set()
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, Leaf):
            for provenance in (current.provenance, *current.elements):
                if isinstance(provenance, Provenance):
                    found |= {(provenance.artifact, span) for span in provenance.lines}
        elif isinstance(current, Items):
            stack += current.objects
        else:
            stack += current.fields.values()
    return found
