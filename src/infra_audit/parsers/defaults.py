"""Facts for lines that are not there: the value a device has then (default), or that nothing is set (absent).

Made only when that is certain: every artefact that could hold the line is complete, the version is in the range, and no
line that was not understood could be the one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from infra_audit.model.evidence import Completeness
from infra_audit.model.facts import Provenance, ProvenanceKind, Span
from infra_audit.parsers.accounting import ScopeAccount
from infra_audit.parsers.doubt import Doubt, UnreadLines
from infra_audit.parsers.places import Place, names, places
from infra_audit.parsers.platform import CompiledPlatform, TemplateFile
from infra_audit.parsers.reading import Reading
from infra_audit.parsers.template_text import Line
from infra_audit.parsers.tree import Leaf, Object, plain
from infra_audit.parsers.versions import within

Entry = Mapping[str, Any]


class Defaults:
    """Adds default and absent facts to the facts of one target."""

    def __init__(
        self,
        platform: CompiledPlatform,
        readings: Sequence[Reading],
        accounts: Mapping[str, ScopeAccount],
        scope: str,
        *,
        divided: bool,
    ) -> None:
        """`accounts` are those of the target's scope, by artefact name."""
        self._platform = platform
        self._readings = {reading.source.name: reading for reading in readings}
        self._accounts = accounts
        self._scope = scope
        self._templates = [t for t in platform.templates if t.reads_scope(scope, divided=divided)]
        self._spans: dict[tuple[int, str], tuple[str, tuple[Span, ...]]] = {}
        """Searched lines by item (or the whole facts) and source."""
        self._unread_lines: dict[str, UnreadLines] = {}
        self._undecided: set[tuple[int, tuple[str, ...]]] = set()
        """Fields for which an entry could neither hold nor fail: no later entry may decide them."""

    def add(self, root: Object, version: str | None) -> None:
        """Add all facts of the two lists that hold; entries that depend on facts outside lists come after those."""
        entries = [
            (entry, kind, f"{name}/{index}", within(version, entry.get("since"), entry.get("until")))
            for name, kind, found in (
                ("defaults", ProvenanceKind.DEFAULT, self._platform.defaults),
                ("absent", ProvenanceKind.ABSENT, self._platform.absent),
            )
            for index, entry in enumerate(found)
        ]
        for late in (False, True):
            for entry, kind, name, in_range in entries:
                if in_range is not False and ("given" in entry or "[]" in entry["at"]) is late:
                    self._add(root, entry, kind, name, in_range=in_range)

    def _add(self, root: Object, entry: Entry, kind: ProvenanceKind, name: str, *, in_range: bool | None) -> None:
        lines = [
            (template, line)
            for template, line in self._platform.lines_that_give(names(entry["at"]))
            if template in self._templates
        ]
        sources = self._sources(entry, lines)
        if not sources:
            return
        given = _given(root, entry.get("given", {}))
        doubt = Doubt()
        for source in sources:
            self._unread(source).add_to(doubt, lines)
        for place in places(root, entry["at"]):
            where = (id(place.top), place.below)
            if place.get() is not None or where in self._undecided:
                continue
            holds = _all((in_range, given, conditions_hold(place, entry)))
            if holds is None or doubt.touches(place.top, is_item=place.is_item):
                self._undecided.add(where)
            elif holds:
                place.put(Leaf(entry["value"], self._provenance(place, entry, kind, name, sources)))

    def _provenance(
        self, place: Place, entry: Entry, kind: ProvenanceKind, name: str, sources: Sequence[str]
    ) -> Provenance:
        artifact, spans = self._searched(place, sources)
        return Provenance(
            kind=kind, artifact=artifact, lines=spans, template=name, document=entry.get("document"),
            since=entry.get("since"), until=entry.get("until"),
        )  # fmt: skip

    def _sources(self, entry: Entry, lines: Iterable[tuple[TemplateFile, Line]]) -> list[str]:
        """Return the sources that could hold the line; none when one of them is not there whole."""
        wanted = (
            [entry["source"]] if "source" in entry else list(dict.fromkeys(template.source for template, _ in lines))
        )
        if not wanted:
            area = names(entry["at"])[0]
            wanted = list(dict.fromkeys(t.source for t in self._templates if area in t.areas))
        needed = [source for source in wanted if not self._platform.sources[source].optional] or wanted
        whole = all(source in self._readings and is_complete(self._readings[source]) for source in needed)
        failed = any(template.name in r.failures for template, _ in lines for r in self._readings.values())
        return needed if whole and not failed else []

    def _unread(self, source: str) -> UnreadLines:
        if source not in self._unread_lines:
            reading = self._readings[source]
            account = self._accounts.get(reading.artifact.name)
            self._unread_lines[source] = UnreadLines(reading.order, account.unread if account else ())
        return self._unread_lines[source]

    def _searched(self, place: Place, sources: Sequence[str]) -> tuple[str, tuple[Span, ...]]:
        where = (id(place.top), sources[0])
        if where not in self._spans:
            self._spans[where] = self._find_searched(place, sources)
        return self._spans[where]

    def _find_searched(self, place: Place, sources: Sequence[str]) -> tuple[str, tuple[Span, ...]]:
        reading = self._readings[sources[0]]
        if place.is_item:
            spans = sorted(_span(reading, index) for order, index in place.top.sections if order == reading.order)
            if spans:
                return reading.artifact.name, tuple(spans)
        return reading.artifact.name, ((1, max(1, len(reading.artifact.lines))),)


def is_complete(reading: Reading) -> bool:
    """Return whether an artefact is proven whole, and no block in it was left open."""
    return reading.artifact.complete is Completeness.YES and not reading.split.unclosed


def _span(reading: Reading, index: int) -> Span:
    section = reading.split.sections[index]
    last = section.body[-1].last if section.body else section.header[-1].last
    return section.header[-1].first, last


def conditions_hold(place: Place, entry: Entry) -> bool | None:
    """Return whether `when` and `unless` hold for the item of a place; None when a field they name is not known."""
    siblings = place.siblings()
    answers: list[bool | None] = []
    for name, wanted_answer in (("when", True), ("unless", False)):
        for field, wanted in entry.get(name, {}).items():
            node = siblings.fields.get(field) if siblings else None
            node = node if node is not None else place.top.fields.get(field)
            answers.append(None if node is None else _is_one_of(plain(node), wanted) is wanted_answer)
    return _all(answers)


def _given(root: Object, given: Entry) -> bool | None:
    """Return whether other facts have the values named; None when one is not known."""
    answers: list[bool | None] = []
    for at, wanted in given.items():
        nodes = [place.get() for place in places(root, at)]
        node = nodes[0] if nodes else None
        answers.append(None if node is None else _is_one_of(plain(node), wanted))
    return _all(answers)


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Return False when one is false, else None when one is not known, else True."""
    known = list(answers)
    if False in known:
        return False
    return None if None in known else True


def _is_one_of(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list) else bool(value == wanted)
