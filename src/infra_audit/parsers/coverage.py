"""How far each area was seen: a verdict rests on `parsed` only, and everything short of it says why."""

from collections.abc import Iterable, Mapping, Sequence

from infra_audit.model.evidence import Completeness, NotCollected
from infra_audit.model.facts import Coverage, CoverageState, Span
from infra_audit.model.reason import Reason
from infra_audit.parsers.accounting import ScopeAccount, Trouble
from infra_audit.parsers.derivation import steps
from infra_audit.parsers.places import places
from infra_audit.parsers.platform import CompiledPlatform, TemplateFile
from infra_audit.parsers.reading import Reading
from infra_audit.parsers.same_text import SAME_TEXT
from infra_audit.parsers.tree import Leaf, Object

_RANK = {
    CoverageState.PARSED: 0,
    CoverageState.NO_SUCH_EXPOSURE: 0,
    CoverageState.LACKS_CONTROL: 0,
    CoverageState.PARTIAL: 1,
    CoverageState.NOT_COLLECTED: 2,
    CoverageState.UNREADABLE: 3,
    CoverageState.CANNOT_SHOW: 4,
    CoverageState.NOT_WRITTEN: 4,
}
NOT_WRITTEN = Coverage(state=CoverageState.NOT_WRITTEN, reason=Reason("coverage.not_written"))


class CoverageMap:
    """The coverage of one target."""

    def __init__(
        self,
        platform: CompiledPlatform,
        readings: Sequence[Reading],
        missing: Sequence[NotCollected],
        accounts: Mapping[str, ScopeAccount],
        troubles: Iterable[Trouble],
        templates: Sequence[TemplateFile],
    ) -> None:
        """`templates` are those that can read this target; `accounts` by artefact, `troubles` from elsewhere."""
        self._platform = platform
        self._readings = {reading.source.name: reading for reading in readings}
        self._missing = {entry.source: entry for entry in missing}
        self._templates = templates
        self._troubles: dict[str, list[Trouble]] = {}
        for account in accounts.values():
            for trouble in account.troubles:
                self._troubles.setdefault(trouble.pattern, []).append(trouble)
        for trouble in troubles:
            self._troubles.setdefault(trouble.pattern, []).append(trouble)

    def states(
        self, root: Object, stated: Mapping[str, Coverage], elsewhere: Mapping[str, Coverage]
    ) -> dict[str, Coverage]:
        """Return all areas and the patterns that differ; `stated` by the platform, `elsewhere` for other scopes.

        `root` holds the finished facts.
        """
        result: dict[str, Coverage] = {}
        for area in self._platform.areas:
            result[area] = elsewhere.get(area) or self._area(area)
        for pattern in self._patterns():
            own = self._fed(pattern, [t for t in self._templates if pattern in t.text.head.areas])
            if _RANK[own.state] > _RANK[result[pattern.split("/")[0]].state]:
                result[pattern] = own
        self._derived(result, root)
        result.update(stated)
        return result

    def _patterns(self) -> list[str]:
        """Return the field patterns that templates declare beside a template for the whole area."""
        whole = {area for t in self._templates for area in t.text.head.areas if "/" not in area}
        patterns = {p for t in self._templates for p in t.text.head.areas if "/" in p} | {
            p for p in self._troubles if "/" in p
        }
        return sorted(pattern for pattern in patterns if pattern.split("/")[0] in whole)

    def _area(self, area: str) -> Coverage:
        whole = [t for t in self._templates if area in t.text.head.areas]
        feeding = whole or [t for t in self._templates if area in t.areas]
        return self._fed(area, feeding) if feeding else NOT_WRITTEN

    def _fed(self, pattern: str, templates: Sequence[TemplateFile]) -> Coverage:
        """Return the coverage that the sources of some templates give."""
        sources = list(dict.fromkeys(template.source for template in templates))
        there = [source for source in sources if source in self._readings]
        if sources and not there:
            return Coverage(state=CoverageState.NOT_COLLECTED, reason=self._why_missing(sources[0]))
        failed = [
            (t, self._readings[t.source])
            for t in templates
            if t.source in there and t.name in self._readings[t.source].failures
        ]
        if failed:
            template, reading = failed[0]
            fields = {"template": template.name, "what": reading.failures[template.name]}
            return Coverage(
                state=CoverageState.UNREADABLE,
                reason=Reason("coverage.unreadable", fields),
                artifact=reading.artifact.name,
            )
        return self._seen(pattern, sources, there)

    def _seen(self, pattern: str, sources: Sequence[str], there: Sequence[str]) -> Coverage:
        reason: Reason | None = None
        artifact: str | None = None
        lines: tuple[Span, ...] = ()
        troubles = self._troubles.get(pattern, [])
        if troubles:
            reason, artifact = Reason(troubles[0].code), troubles[0].artifact
            lines = tuple(sorted({t.span for t in troubles if t.artifact == artifact}))
        absent = [s for s in sources if s not in there and not self._platform.sources[s].optional]
        if absent:
            reason = Reason("coverage.source_missing", {"source": absent[0]})
        for source in there:
            incomplete = _incomplete(self._readings[source])
            if incomplete is not None:
                reason = incomplete
                if artifact != self._readings[source].artifact.name:
                    artifact, lines = self._readings[source].artifact.name, ()
                break
        if reason is None:
            return Coverage(state=CoverageState.PARSED)
        return Coverage(state=CoverageState.PARTIAL, reason=reason, artifact=artifact, lines=lines)

    def _compared(self, result: dict[str, Coverage], root: Object, pattern: str, sources: Sequence[str]) -> None:
        """Say why two texts could not be compared."""
        if not _needed(root, pattern, SAME_TEXT):
            return
        for source in sources:
            if source not in self._readings:
                result[pattern] = Coverage(state=CoverageState.NOT_COLLECTED, reason=self._why_missing(source))
                return
            incomplete = _incomplete(self._readings[source])
            if incomplete is not None:
                name = self._readings[source].artifact.name
                result[pattern] = Coverage(state=CoverageState.PARTIAL, reason=incomplete, artifact=name)

    def _troubled(self, area: str, state: Coverage) -> Coverage:
        """Return the state of an area that only steps feed: unread lines with its words make it partial."""
        troubles = self._troubles.get(area, [])
        if not troubles or _RANK[state.state] > 0:
            return state
        first = troubles[0]
        lines = tuple(sorted({t.span for t in troubles if t.artifact == first.artifact}))
        return Coverage(state=CoverageState.PARTIAL, reason=Reason(first.code), artifact=first.artifact, lines=lines)

    def _why_missing(self, source: str) -> Reason:
        entry = self._missing.get(source) or self._missing.get(None)
        return entry.reason if entry else Reason("not_collected", {"source": source})

    def _derived(self, result: dict[str, Coverage], root: Object) -> None:
        """See a derived fact no better than anything its step searched. Where it was read instead, that does not matter."""
        fed = {area for template in self._templates for area in template.areas}
        for name, step, entry in steps(self._platform):
            if name == SAME_TEXT:
                self._compared(result, root, step.feeds(entry)[0], entry["of"])
            searched = [
                (place, result.get(place, NOT_WRITTEN))
                for place in step.searches(entry)
                if place in result or "/" not in place
            ]
            if not searched:
                continue
            area_searched, worst = max(searched, key=lambda s: _RANK[s[1].state])
            state = _inherited(name, area_searched, worst)
            for pattern in step.feeds(entry):
                area = pattern.split("/", maxsplit=1)[0]
                if area not in fed:
                    seen = self._troubled(area, state)
                    if result[area] is NOT_WRITTEN or _RANK[seen.state] > _RANK[result[area].state]:
                        result[area] = seen
                elif _RANK[worst.state] > _RANK[result[area].state] and _needed(root, pattern, name):
                    result[pattern] = state


def _needed(root: Object, pattern: str, step: str) -> bool:
    """Return whether a fact of a pattern rests on a step: it was derived by it, or is not known."""
    for place in places(root, pattern):
        node = place.get()
        if not isinstance(node, Leaf) or (node.provenance is not None and node.provenance.by == step):
            return True
    return False


def _inherited(step: str, area: str, worst: Coverage) -> Coverage:
    if _RANK[worst.state] == 0:
        return Coverage(state=CoverageState.PARSED)
    if worst.state is CoverageState.PARTIAL and worst.reason is not None:
        return Coverage(state=worst.state, reason=worst.reason, artifact=worst.artifact, lines=worst.lines)
    fields = {"area": area, "step": step}
    return Coverage(
        state=worst.state, reason=worst.reason or Reason("coverage.derived_from", fields), artifact=worst.artifact
    )


def _incomplete(reading: Reading) -> Reason | None:
    name = reading.artifact.name
    if reading.split.unclosed:
        return Reason("coverage.unclosed", {"artifact": name})
    if reading.artifact.complete is Completeness.NO:
        return Reason("coverage.incomplete", {"artifact": name})
    if reading.artifact.complete_reason.code in ("parse.mostly_unread", "complete.other_platform"):
        return reading.artifact.complete_reason
    if reading.artifact.complete is Completeness.UNKNOWN:
        return Reason("coverage.complete_unknown", {"artifact": name})
    return None
