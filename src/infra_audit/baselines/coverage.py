"""What the coverage of a document means for one rule."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra_audit.baselines import patterns, pointer
from infra_audit.baselines.patterns import Path, Reads
from infra_audit.model.facts import Coverage, CoverageState
from infra_audit.model.finding import Verdict
from infra_audit.model.reason import Reason

SEEN = frozenset({CoverageState.PARSED, CoverageState.PARTIAL, CoverageState.LACKS_CONTROL})
"""States whose facts may be looked at. What a platform lacks stands in the facts as a negative value."""
COMPLETE = frozenset({CoverageState.PARSED, CoverageState.LACKS_CONTROL})
SETTLED = (
    CoverageState.NOT_COLLECTED,
    CoverageState.UNREADABLE,
    CoverageState.CANNOT_SHOW,
    CoverageState.NOT_WRITTEN,
)
"""States of an area that settle a rule without a look at the facts, in this order, after no_such_exposure."""
NONE_SAID = Coverage(state=CoverageState.NOT_COLLECTED)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place of the facts that was not completely seen."""

    path: Path
    coverage: Coverage

    @property
    def name(self) -> str:
        """Return the area or field pattern, as in the document."""
        return "/".join(self.path)

    @property
    def reason(self) -> Reason:
        """Return why a rule that reads this place gets no evidence."""
        cause = self.coverage.reason
        if cause is not None and cause.code.startswith("attestation."):  # says all there is to say of an answer
            return cause
        fields: dict[str, Any] = {"area": self.name}
        if cause is not None:
            fields["cause"] = cause.to_json()
        if self.coverage.state is CoverageState.PARTIAL and cause is not None and cause.code.startswith("complete."):
            return Reason("judge.incomplete", fields)
        code = f"judge.{self.coverage.state}"
        return Reason(code if cause is not None else f"{code}_bare", fields)

    def is_at(self, path: Path) -> bool:
        """Say whether a place (indexes allowed) lies in this gap."""
        return len(path) >= len(self.path) and all(p in ("*", q) for p, q in zip(self.path, path, strict=False))

    def is_below(self, path: Path) -> bool:
        """Say whether this gap lies below a place (indexes allowed)."""
        return len(path) < len(self.path) and all(p in ("*", q) for p, q in zip(self.path, path, strict=False))


class Gaps:
    """All places of one document that were not completely seen, by area."""

    def __init__(self, coverage: Mapping[str, Coverage], unusable: Mapping[str, Coverage]) -> None:
        """`unusable` overrides: areas whose facts break their own schema."""
        self._states = {**coverage, **unusable}
        self._by_area: dict[str, list[Gap]] = {}
        for key in sorted(self._states):
            if self._states[key].state not in COMPLETE:
                path = patterns.coverage_path(key)
                self._by_area.setdefault(path[0], []).append(Gap(path, self._states[key]))

    def without_fields(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Return the facts without the fields that were not completely seen; areas as a whole stay."""
        fields = [g for gaps in self._by_area.values() for g in gaps if len(g.path) > 1 and g.path[0] in facts]
        if not fields:
            return facts
        touched = {gap.path[0] for gap in fields}
        result = {area: copy.deepcopy(value) if area in touched else value for area, value in facts.items()}
        for gap in fields:
            _remove(result, gap.path)
        return result

    def of(self, needs: tuple[str, ...], reads: Reads) -> tuple[Gap, ...]:
        """Return the gaps a rule runs into: areas it needs, field patterns it reads at or below."""
        found: list[Gap] = []
        for area in needs:
            if area not in self._states:
                found.append(Gap((area,), NONE_SAID))
            found += [
                gap
                for gap in self._by_area.get(area, ())
                if len(gap.path) == 1 or any(leaf[: len(gap.path)] == gap.path for leaf in reads.leaves)
            ]
        return tuple(found)


def _remove(facts: dict[str, Any], path: Path) -> None:
    level: list[Any] = [facts]
    for part in path[:-1]:
        level = [below for value in level for below in _below(value, part)]
    for value in level:
        if isinstance(value, dict):
            value.pop(path[-1], None)


def _below(value: Any, part: str) -> list[Any]:
    if part == "*":
        return value if isinstance(value, list) else []
    return [value[part]] if isinstance(value, dict) and part in value else []


def settle(gaps: tuple[Gap, ...], reads: Reads) -> tuple[Verdict, Reason] | None:
    """Return the verdict of a rule whose areas settle it, None when the facts must be looked at.

    no_such_exposure settles it only when everything the rule asks lies in it: of a rule that asks several things the
    others are still judged.
    """
    exempt = [gap for gap in gaps if gap.coverage.state is CoverageState.NO_SUCH_EXPOSURE]
    if exempt and all(any(gap.is_at(leaf) for gap in exempt) for leaf in reads.judged):
        return Verdict.NOT_APPLICABLE, exempt[0].reason
    for state in SETTLED:
        for gap in gaps:
            if gap.coverage.state is state and len(gap.path) == 1:
                return Verdict.NO_EVIDENCE, gap.reason
    return None


def gap_at(gaps: tuple[Gap, ...], place: str, *, aggregate: bool = False) -> Gap | None:
    """Return the gap a fact lies in, if any; for what is said of a whole list also a gap below it."""
    path = tuple(pointer.split(place))
    return next(_matching(gaps, path, aggregate=aggregate), None)


def _matching(gaps: tuple[Gap, ...], path: Path, *, aggregate: bool) -> Iterator[Gap]:
    for gap in gaps:
        if gap.is_at(path) or (aggregate and gap.is_below(path)):
            yield gap
