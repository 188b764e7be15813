"""One facts document while it is judged: what is computed once and used by many rules."""

from functools import cached_property
from typing import Any

from infra_audit.baselines import known_facts, patterns
from infra_audit.baselines.coverage import Gaps
from infra_audit.baselines.evidence import EvidenceFinder
from infra_audit.baselines.patterns import Path
from infra_audit.baselines.population import Level, Selector, Selects, members
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument
from infra_audit.model.reason import Reason


class Subject:
    """A document with its gaps, its evidence and the populations counted so far."""

    def __init__(self, document: FactsDocument, selects: Selects) -> None:
        """Check the facts against their own schema: an area that breaks it is unreadable, whatever its coverage says."""
        self.document = document
        self.facts = document.facts
        self.evidence = EvidenceFinder(document)
        self.gaps = Gaps(document.coverage, _unusable(document.facts))
        self._selects = selects
        self._members: dict[str, list[Path]] = {}
        self._levels: dict[str, Level] = {}
        self._places: dict[Path, list[tuple[Path, str]]] = {}

    @cached_property
    def judged(self) -> dict[str, Any]:
        """Return the facts without the fields that were not completely seen."""
        return self.gaps.without_fields(self.facts)

    def members(self, selector: Selector) -> list[Path]:
        """Return the places of the items a selector counts."""
        if selector.identity not in self._members:
            self._members[selector.identity] = members(selector, self.facts, self._selects, self._levels)
        return self._members[selector.identity]

    def places(self, pattern: Path) -> list[tuple[Path, str]]:
        """Return the places that match a pattern, as path and as JSON pointer."""
        if pattern not in self._places:
            self._places[pattern] = patterns.places(self.facts, pattern)
        return self._places[pattern]


def _unusable(facts: dict[str, Any]) -> dict[str, Coverage]:
    """Return the areas whose facts cannot be: an error of a parser, never judged."""
    reason = Reason("judge.facts_invalid")
    return {
        area: Coverage(state=CoverageState.UNREADABLE, reason=reason) for area in known_facts.impossible_areas(facts)
    }
