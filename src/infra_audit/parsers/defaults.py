"""Facts for lines that are not there: the value a device has then (default), or that nothing is set (absent).

Made only when that is certain: every artefact that could hold the line is complete, the version is in the range, and no
line that was not understood could be the one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from infra_audit.errors import PlatformError
from infra_audit.model.evidence import Completeness
from infra_audit.model.facts import Provenance, ProvenanceKind, Span
from infra_audit.parsers.accounting import NOT_PARSED_YET, ScopeAccount
from infra_audit.parsers.doubt import Doubt, UnreadLines
from infra_audit.parsers.places import Place, names, places, tops
from infra_audit.parsers.places import pattern as place_pattern
from infra_audit.parsers.platform import CompiledPlatform, TemplateFile
from infra_audit.parsers.reading import Reading
from infra_audit.parsers.template_text import Line
from infra_audit.parsers.tree import Items, Leaf, Object, SharedLeaf, Supplied, plain
from infra_audit.parsers.validate import fits
from infra_audit.parsers.versions import within

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Supply:
    """One entry of `defaults` or `absent`, with what of it is the same for every target."""

    entry: Entry
    name: str
    """`defaults/3`."""
    kind: ProvenanceKind
    items: tuple[str, ...]
    """Path to the items it speaks of; empty = the facts themselves."""
    below: tuple[str, ...]
    """Names from the item to the field."""
    conditions: frozenset[str]
    """Fields that `when` and `unless` name."""
    lines: tuple[tuple[TemplateFile, Line], ...]
    """The template lines that give the field."""
    sources: tuple[str, ...]
    """Sources that must be there whole."""

    @property
    def late(self) -> bool:
        """Return whether it may depend on facts outside lists that other entries add."""
        return bool(self.items) or "given" in self.entry


def supplies(platform: CompiledPlatform, *, part: bool, divided: bool) -> tuple[Supply, ...]:
    """Return the entries of a platform for its devices (`part`: for a VDOM or the like of one; `divided`: it has such).

    Of a field that only lines of the other kind of scope give, nothing is known here.
    """
    templates = [t for t in platform.templates if t.reads_scope("part" if part else "", divided=divided)]
    return tuple(
        _supply(platform, templates, entry, kind, f"{name}/{index}")
        for name, kind, entries in (
            ("defaults", ProvenanceKind.DEFAULT, platform.defaults),
            ("absent", ProvenanceKind.ABSENT, platform.absent),
        )
        for index, entry in enumerate(entries)
        if "source" in entry or _may_be_given(platform.lines_that_give(names(entry["at"])), templates)
    )


def _may_be_given(lines: Sequence[tuple[TemplateFile, Line]], templates: Sequence[TemplateFile]) -> bool:
    return not lines or any(template in templates for template, _ in lines)


def _supply(
    platform: CompiledPlatform, templates: Sequence[TemplateFile], entry: Entry, kind: ProvenanceKind, name: str
) -> Supply:
    path = names(entry["at"])
    if not fits(tuple(place_pattern(entry["at"]).split("/")), entry["value"]):
        raise PlatformError(
            "platform.template",
            file=f"{platform.name}/platform.yaml",
            line=1,
            what=f"{name}: no value of {entry['at']}",
        )
    lines = tuple((t, line) for t, line in platform.lines_that_give(path) if t in templates)
    wanted = [entry["source"]] if "source" in entry else list(dict.fromkeys(t.source for t, _ in lines))
    if not wanted:
        wanted = list(dict.fromkeys(t.source for t in templates if path[0] in t.areas))
    needed = [source for source in wanted if not platform.sources[source].optional] or wanted
    head, _, last = entry["at"].rpartition("[]/")
    return Supply(
        entry=entry,
        name=name,
        kind=kind,
        items=tuple(head.split("/")) if head else (),
        below=tuple(last.split("/")),
        conditions=frozenset(field for test in ("when", "unless") for field in entry.get(test, {})),
        lines=lines,
        sources=tuple(needed),
    )


@dataclass(frozen=True, slots=True)
class _Offer:
    """An entry that may hold for a target."""

    supply: Supply
    in_range: bool | None
    given: bool | None
    doubt: Doubt


@dataclass(slots=True)
class _Decision:
    """What the offers give to an item: leaves by the names above them, and the fields that stay open."""

    given: dict[tuple[str, ...], dict[str, Supply]] = field(default_factory=dict)
    undecided: list[tuple[str, ...]] = field(default_factory=list)
    supplied: list[tuple[tuple[str, ...], Supplied]] = field(default_factory=list)


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
        self._readings = {reading.source.name: reading for reading in readings}
        self._accounts = accounts
        self._failed = {name for reading in readings for name in reading.failures}
        self._supplies: tuple[Supply, ...] = platform.kept(
            ("supplies", bool(scope), divided), lambda: supplies(platform, part=bool(scope), divided=divided)
        )
        self._unread_lines: dict[str, UnreadLines] = {}
        self._unread_fields = {
            trouble.pattern
            for account in accounts.values()
            for trouble in account.troubles
            if trouble.code == NOT_PARSED_YET
        }
        """Fields that a line gives which nobody reads yet: nothing is known of them."""
        self._undecided: dict[int, set[tuple[str, ...]]] = {}
        """Fields for which an entry could neither hold nor fail, by item: no later entry may decide them."""

    def add(self, root: Object, version: str | None) -> None:
        """Add all facts of the two lists that hold; entries that depend on facts outside lists come after those."""
        wanted = [(s, within(version, s.entry.get("since"), s.entry.get("until"))) for s in self._supplies]
        for late in (False, True):
            in_turn = [(s, in_range) for s, in_range in wanted if in_range is not False and s.late is late]
            for items, group in groupby(in_turn, key=lambda each: each[0].items):
                offers = [offer for s, in_range in group if (offer := self._offer(root, s, in_range)) is not None]
                if offers:
                    self._add(root, items, offers)

    def _offer(self, root: Object, supply: Supply, in_range: bool | None) -> _Offer | None:  # noqa: FBT001 - or unknown
        """Return an entry with what of it holds for all items; None when a source that could hold the line is not whole."""
        whole = all(name in self._readings and is_complete(self._readings[name]) for name in supply.sources)
        failed = self._failed and any(template.name in self._failed for template, _ in supply.lines)
        if not supply.sources or not whole or failed or place_pattern(supply.entry["at"]) in self._unread_fields:
            return None
        doubt = Doubt()
        for source in supply.sources:
            self._unread(source).add_to(doubt, supply.lines)
        return _Offer(supply, in_range, _given(root, supply.entry.get("given", {})), doubt)

    def _add(self, root: Object, items: tuple[str, ...], offers: Sequence[_Offer]) -> None:
        """Add to every item what the offers hold. Items that look the same to all of them are decided once."""
        doubted = any(offer.doubt.sections or offer.doubt.everywhere for offer in offers)
        conditions = frozenset[str]().union(*(offer.supply.conditions for offer in offers))
        looked_at = sorted(conditions.union(offer.supply.below[0] for offer in offers))
        decided: dict[Any, _Decision] = {}
        for top in tops(root, items):
            look = None if doubted or not items else self._look(top, looked_at, conditions)
            decision = decided.get(look) if look is not None else None
            if decision is None:
                decision = self._decide(top, offers, is_item=bool(items))
                if look is not None:
                    decided[look] = decision
            for above, supplied in decision.supplied:
                (_held(top, above) if above else top).supply(supplied)
            if decision.undecided:
                self._undecided.setdefault(id(top), set()).update(decision.undecided)

    def _look(self, top: Object, fields: Sequence[str], conditions: frozenset[str]) -> tuple[Any, ...]:
        """Return all of an item that the offers can depend on."""
        open_fields = self._undecided.get(id(top))
        undecided = frozenset(open_fields) if open_fields else None
        if top.is_whole:
            return (undecided, *[_looks(top, field, valued=field in conditions) for field in fields])
        nodes = [top.fields.get(field) for field in fields]
        return (
            undecided,
            *[
                None if node is None
                else True if isinstance(node, (Leaf, Items)) and field not in conditions
                else _looks(top, field, valued=field in conditions)
                for field, node in zip(fields, nodes, strict=True)
            ],
        )  # fmt: skip

    def _decide(self, top: Object, offers: Sequence[_Offer], *, is_item: bool) -> _Decision:
        """Add what holds, entry by entry: one may rest on what another added."""
        decision = _Decision()
        already = self._undecided.get(id(top), set())
        for offer in offers:
            supply = offer.supply
            place = Place(top, is_item, supply.below)
            if place.get() is not None or supply.below in already or supply.below in decision.undecided:
                continue
            holds = _all((offer.in_range, offer.given, conditions_hold(place, supply.entry)))
            if holds is None or offer.doubt.touches(top, is_item=is_item):
                decision.undecided.append(supply.below)
            elif holds and is_item:
                place.put(SharedLeaf(supply.entry["value"]))
                decision.given.setdefault(supply.below[:-1], {})[supply.below[-1]] = supply
            elif holds:
                place.put(
                    Leaf(supply.entry["value"], self._provenance(supply, *self._searched(top, supply, is_item=False)))
                )
        for above, given in decision.given.items():
            holder = _held(top, above)
            leaves = {name: leaf for name, leaf in holder.fields.items() if name in given and type(leaf) is SharedLeaf}
            decision.supplied.append((above, Supplied(leaves, self._provenance_in(given))))
        return decision

    def _provenance_in(self, given: Mapping[str, Supply]) -> Callable[[Object, str], Provenance]:
        """Return how the provenance of a supplied field is made for one of the items."""

        def make(item: Object, name: str) -> Provenance:
            return self._provenance(given[name], *self._searched(item, given[name], is_item=True))

        return make

    def _provenance(self, supply: Supply, artifact: str, spans: tuple[Span, ...]) -> Provenance:
        entry = supply.entry
        return Provenance(
            supply.kind,
            artifact,
            spans,
            supply.name,
            entry.get("document"),
            entry.get("since"),
            entry.get("until"),
            confirmed=entry.get("confirmed", False) if "document" in entry else None,
        )

    def _unread(self, source: str) -> UnreadLines:
        if source not in self._unread_lines:
            reading = self._readings[source]
            account = self._accounts.get(reading.artifact.name)
            self._unread_lines[source] = UnreadLines(reading.order, account.unread if account else ())
        return self._unread_lines[source]

    def _searched(self, top: Object, supply: Supply, *, is_item: bool) -> tuple[str, tuple[Span, ...]]:
        """Return the artefact and the lines of it that were searched: those of the item, else all."""
        reading = self._readings[supply.sources[0]]
        if is_item:
            spans = sorted(_span(reading, index) for order, index in top.sections if order == reading.order)
            if spans:
                return reading.artifact.name, tuple(spans)
        return reading.artifact.name, ((1, max(1, len(reading.artifact.lines))),)


def _held(top: Object, above: Sequence[str]) -> Object:
    """Return the object below an item that a field belongs to; it is of the item's sections, and made when it is not there."""
    holder = top
    for name in above:
        child = holder.fields.setdefault(name, Object())
        assert isinstance(child, Object)
        child.sections = top.sections
        holder = child
    return holder


def _looks(holder: Object, field: str, *, valued: bool) -> Any:
    """Return whether a field is there, its value where that counts, and the same of what is below it."""
    if holder.is_whole:
        if not holder.has(field):
            return None
        if not valued:
            return True
    node = holder.fields.get(field)
    if node is None:
        return None
    if isinstance(node, Object):
        return tuple([(name, _looks(node, name, valued=True)) for name in node.fields])
    if not valued:
        return True
    value = plain(node)
    return (value,) if isinstance(value, (str, int)) else repr(value)


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
        for wanted_field, wanted in entry.get(name, {}).items():
            node = siblings.fields.get(wanted_field) if siblings else None
            node = node if node is not None else place.top.fields.get(wanted_field)
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
