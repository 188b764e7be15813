"""One artefact: split, each section handed to its template, and every line accounted for."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import Provenance, ProvenanceKind, Span
from infra_audit.parsers.executor import Record
from infra_audit.parsers.platform import CompiledPlatform, Source, TemplateFile
from infra_audit.parsers.splitters import Section, Split, Statement, splitter
from infra_audit.parsers.template import TimeLimitError, time_limit
from infra_audit.parsers.tree import NEVER, Branch, Capture, Path
from infra_audit.parsers.values import Adds, Items


@dataclass(slots=True)
class Placed:
    """A section, and who reads it."""

    section: Section
    index: int
    groups: tuple[tuple[TemplateFile, ...], ...]
    """Templates whose prefix its header has: those of one prefix together, longest prefix first."""
    suspects: tuple[TemplateFile, ...] = ()
    """Templates whose prefix the header may be a short form of."""
    taken_by: tuple[TemplateFile, ...] = ()
    """The templates that it went to; empty = no start line matched."""

    @property
    def claims(self) -> tuple[TemplateFile, ...]:
        """Return the templates that it went to, else all whose prefix its header has, in a short form if need be."""
        return self.taken_by or tuple(template for group in self.groups for template in group) or self.suspects


@dataclass(slots=True)
class Reading:
    """What was read from one artefact."""

    artifact: Artifact
    source: Source
    order: int
    split: Split
    placed: list[Placed]
    roots: dict[str, Branch] = field(default_factory=dict)
    """Captures by scope."""
    used: set[int] = field(default_factory=set)
    """First lines of the statements that gave a value, also one that a later line replaced."""
    refused: set[int] = field(default_factory=set)
    """First lines of the statements that a template line matched without taking them: never ignored."""
    failures: dict[str, str] = field(default_factory=dict)
    """Templates that raised, by name, with the kind of failure."""


def read(artifact: Artifact, source: Source, order: int, platform: CompiledPlatform) -> Reading:
    """Read one artefact with all templates of its source."""
    split = splitter(source.syntax)(artifact.lines, source.rules)
    placed = [
        Placed(section, index, tuple(platform.templates_for(source.name, section)))
        for index, section in enumerate(split.sections)
    ]
    reading = Reading(artifact, source, order, split, placed)
    _dispatch(reading)
    buckets: dict[tuple[str, str], tuple[TemplateFile, list[Placed]]] = {}
    for place in placed:
        if not place.groups:
            place.suspects = platform.abbreviated(source.name, place.section)
        for template in place.taken_by:
            buckets.setdefault((template.name, place.section.scope), (template, []))[1].append(place)
    in_turn = [
        (scope, _Bucket(reading, template, places, platform))
        for (_, scope), (template, places) in sorted(buckets.items(), key=lambda bucket: bucket[0])
    ]
    while in_turn:
        with suppress(TimeLimitError), time_limit(SECONDS):
            while in_turn:
                scope, bucket = in_turn.pop(0)
                bucket.read_into(reading.roots.setdefault(scope, Branch()))
    reading.refused -= reading.used
    return reading


def _dispatch(reading: Reading) -> None:
    """Find who reads each section; a template whose start line runs away fails, and takes none."""
    trying: list[TemplateFile] = []
    waiting = list(reversed(reading.placed))
    while waiting:
        try:
            with time_limit(SECONDS):
                while waiting:
                    waiting[-1].taken_by = _takers(waiting[-1], reading.failures, trying)
                    waiting.pop()
        except TimeLimitError:
            reading.failures[trying[-1].name] = TimeLimitError.__name__


def _takers(place: Placed, failed: Mapping[str, str], trying: list[TemplateFile]) -> tuple[TemplateFile, ...]:
    """Return the templates of the longest prefix of which one has a start line that matches the header.

    The last of `trying` is the one that is asked, should it take too long.
    """
    for group in place.groups:
        taken = []
        for template in group:
            trying[:] = [template]
            if template.name not in failed and template.compiled.opens(place.section):
                taken.append(template)
        if taken:
            return tuple(taken)
    return ()


SECONDS = 20.0
"""Longest time the templates may work on one artefact; the slowest corpus file needs 0.5 s. One that runs over it fails."""


class _Bucket:
    """All sections of one template and scope, read as one text."""

    def __init__(
        self, reading: Reading, template: TemplateFile, places: Sequence[Placed], platform: CompiledPlatform
    ) -> None:
        self.reading = reading
        self.template = template
        self.platform = platform
        self.statements: list[Statement] = []
        self.section_of: list[Placed] = []
        self.is_header: list[bool] = []
        self.closes: list[bool] = []
        """Whether a record may not go on from before: a section of its own begins. The lines of a flat text are none."""
        for place in places:
            for statements, header in ((place.section.header, True), (place.section.body, False)):
                for statement in statements:
                    self.closes.append(not place.section.is_line and statement is place.section.header[0])
                    self.statements.append(statement)
                    self.section_of.append(place)
                    self.is_header.append(header)
        self.where = [(reading.order, place.index) for place in self.section_of]
        self._cited: list[Provenance | None] = [None] * len(self.statements)
        """What cites one statement alone."""
        self._provenances: dict[tuple[Span, ...], Provenance] = {}

    def read_into(self, root: Branch) -> None:
        """Run the template and add what it captured."""
        failures = self.reading.failures
        failures[self.template.name] = TimeLimitError.__name__  # unless it comes to its end
        try:
            run = self.template.compiled.run([statement.text for statement in self.statements], self.closes)
        except TimeLimitError:  # the clock is set anew for the templates after it
            raise
        except Exception as error:  # noqa: BLE001 - one bad template never stops the rest
            failures[self.template.name] = type(error).__name__
            return
        del failures[self.template.name]
        for record in run.records:
            self._add(record, root, (), ())
        self.reading.refused |= {self.statements[at].first for at in run.matched}

    def _add(self, record: Record, into: Branch, above: Path, keys: tuple[int, ...]) -> None:
        """Add a record to a branch; `keys` are the statements that give the keys of the items around it."""
        path = (*above, *record.group.path)
        target = into.child(record.group.path[:-1])
        if not record.group.many:
            item = target.child(record.group.path[-1:])
            self._fill(item, record, path, keys)
            into.first = min(into.first, item.first)
            return
        for fields in _variants(record.fields):
            item = Branch()
            self._fill(item, Record(record.group, fields, record.children), path, keys)
            if item.identity is not None or item.first is not NEVER:
                target.lists.setdefault(record.group.path[-1], []).append(item)
                into.first = min(into.first, item.first)

    def _fill(self, branch: Branch, record: Record, path: Path, above: tuple[int, ...]) -> None:
        keys = (*above, *self._key_statements(record, path))
        captures, used, last, earliest = branch.captures, self.reading.used, -1, NEVER
        for name, at, value in record.fields:
            if at != last:  # most statements give several values
                last = at
                first = self.statements[at].first
                used.add(first)
                branch.sections.add(self.where[at])
                order = (self.reading.order, first)
                provenance = self._cite(at, keys)
            if name == "_id":
                branch.identity = str(value)
            elif name[0] == "_":
                continue
            earliest = min(earliest, order)
            if name[0] == "_":
                continue
            adds = isinstance(value, Adds)
            capture = Capture(list(value) if adds else value, adds, order, provenance)
            if name in captures:
                captures[name].append(capture)
            elif "__" in name:
                *inner, own = name.split("__")
                branch.child(tuple(inner)).captures.setdefault(own, []).append(capture)
            else:
                captures[name] = [capture]
        branch.first = min(branch.first, earliest)
        for child in record.children:
            self._add(child, branch, path, keys)

    def _key_statements(self, record: Record, path: Path) -> tuple[int, ...]:
        """Return the statements that give the key of this item: without them its facts would have another key."""
        wanted = self.platform.key_fields(path)
        last = {name: at for name, at, _ in record.fields if name in wanted}
        return tuple(last[name] for name in wanted if name in last)

    def _cite(self, at: int, keys: tuple[int, ...]) -> Provenance:
        """Cite a statement, and those of the item's key that are no header of its section."""
        if keys:
            place = self.section_of[at]
            cited = [k for k in keys if not (self.is_header[k] and self.section_of[k] is place)]
            if cited and cited != [at]:
                return self._provenance({at, *cited})
        found = self._cited[at]
        if found is None:
            first, last, _ = self.statements[at]
            name = self.reading.artifact.name
            found = Provenance(ProvenanceKind.LINES, name, ((first, last),), self.template.name)
            self._cited[at] = found
        return found

    def _provenance(self, statements: set[int]) -> Provenance:
        spans = tuple(sorted({(self.statements[at].first, self.statements[at].last) for at in statements}))
        found = self._provenances.get(spans)
        if found is None:
            found = Provenance(ProvenanceKind.LINES, self.reading.artifact.name, spans, self.template.name)
            self._provenances[spans] = found
        return found


def _variants(fields: list[tuple[str, int, Any]]) -> list[list[tuple[str, int, Any]]]:
    """Return one set of fields for each value of a field that makes items, else the fields themselves.

    Of two statements for one such field the last counts, as on the device; the other stays unread.
    """
    made = [(name, at, value) for name, at, value in fields if isinstance(value, Items)]
    if not made:
        return [fields]
    name, at, values = made[-1]
    others = [entry for entry in fields if entry[0] != name]
    return [[*others, (name, at, single)] for single in values]
