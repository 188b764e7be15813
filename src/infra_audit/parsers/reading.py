"""One artefact: split, each section handed to its template, and every line accounted for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import Provenance, ProvenanceKind, Span
from infra_audit.parsers.locator import AT
from infra_audit.parsers.platform import CompiledPlatform, Source, TemplateFile
from infra_audit.parsers.splitters import Section, Split, Statement, splitter
from infra_audit.parsers.tree import Branch, Capture, Path
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
    buckets: dict[tuple[str, str], tuple[TemplateFile, list[Placed]]] = {}
    for place in placed:
        place.taken_by = _takers(place)
        if not place.groups:
            place.suspects = platform.abbreviated(source.name, place.section)
        for template in place.taken_by:
            buckets.setdefault((template.name, place.section.scope), (template, []))[1].append(place)
    for (_, scope), (template, places) in sorted(buckets.items(), key=lambda bucket: bucket[0]):
        _Bucket(reading, template, places, platform).read_into(reading.roots.setdefault(scope, Branch()))
    reading.refused -= reading.used
    return reading


def _takers(place: Placed) -> tuple[TemplateFile, ...]:
    """Return the templates of the longest prefix of which one has a start line that matches the header."""
    for group in place.groups:
        taken = tuple(template for template in group if template.compiled.opens(place.section))
        if taken:
            return taken
    return ()


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
        for place in places:
            for statements, header in ((place.section.header, True), (place.section.body, False)):
                for statement in statements:
                    self.statements.append(statement)
                    self.section_of.append(place)
                    self.is_header.append(header)
        self._provenance: dict[tuple[Span, ...], Provenance] = {}
        self.started: set[int] = set()

    def read_into(self, root: Branch) -> None:
        """Run the template and add what it captured."""
        compiled = self.template.compiled
        try:
            results = compiled.parse([statement.text for statement in self.statements])
        except Exception as error:  # noqa: BLE001 - one bad template never stops the rest
            self.reading.failures[self.template.name] = type(error).__name__
            return
        locator = compiled.locator
        assert locator is not None
        self.started = locator.started
        for result in results:
            self._branch(result, root, (), ())
        self.reading.refused |= {self._first(line) for line in locator.matched}

    def _first(self, line: int) -> int:
        return self.statements[line - 1].first

    def _branch(self, node: Mapping[str, Any], into: Branch, path: Path, above: tuple[int, ...]) -> None:
        """Sort one object of TTP's result into a branch; `above` are lines of the keys of items around it."""
        captured = [
            (field_name, int(line), value)
            for field_name, at, line, value in ((*name.rpartition(AT), value) for name, value in node.items())
            if at
        ]
        own = self._own(captured)
        keys = (*above, *self._key_lines(own, path))
        for field_name, line, value in own:
            self._capture(into, field_name, line, value, keys)
        for group, value in node.items():
            if AT in group:
                continue
            if isinstance(value, list):
                for entry in value:
                    for variant in _variants(entry):
                        item = Branch()
                        self._branch(variant, item, (*path, group), keys)
                        if item.identity is not None or any(True for _ in item.all_captures()):
                            into.lists.setdefault(group, []).append(item)
            else:
                self._branch(value, into.child((group,)), (*path, group), keys)

    def _own(self, captured: list[tuple[str, int, Any]]) -> list[tuple[str, int, Any]]:
        """Keep what lies in a section whose start line opened this very item; the rest leaked in from elsewhere.

        The records of a flat text go on over lines that are sections of their own.
        """
        opened = {self.section_of[line - 1].index for _, line, _ in captured if line in self.started}
        return [
            entry
            for entry in captured
            if self.section_of[entry[1] - 1].index in opened
            or (opened and self.section_of[entry[1] - 1].section.is_line)
        ]

    def _key_lines(self, captured: list[tuple[str, int, Any]], path: Path) -> tuple[int, ...]:
        """Return the lines that give the key of this item: without them its facts would have another key."""
        found = []
        for field_name in (*self._keys(path), "_id"):
            lines = [line for name, line, _ in captured if name == field_name]
            if lines:
                found.append(max(lines))
        return tuple(found)

    def _keys(self, path: Path) -> tuple[str, ...]:
        area = self.platform.areas.get(path[0]) if path else None
        schema: Mapping[str, Any] = area.schema if area else {}
        for name in path[1:]:
            inner = schema.get("items", schema)
            schema = inner.get("properties", {}).get(name, {})
        return tuple(schema.get("x-key", ()))

    def _capture(self, into: Branch, name: str, line: int, value: Any, keys: tuple[int, ...]) -> None:
        statement = self.statements[line - 1]
        place = self.section_of[line - 1]
        self.reading.used.add(statement.first)
        into.sections.add((self.reading.order, place.index))
        if name == "_id":
            into.identity = str(value)
        if name.startswith("_"):
            return
        adds = isinstance(value, Adds)
        capture = Capture(
            list(value) if adds else value, adds, (self.reading.order, statement.first), self._cite(line, keys)
        )
        *above, last = name.split("__")
        into.child(tuple(above)).captures.setdefault(last, []).append(capture)

    def _cite(self, line: int, keys: tuple[int, ...]) -> Provenance:
        """Cite a line, and those of the item's key that are no header of its section."""
        place = self.section_of[line - 1]
        cited = [line, *(k for k in keys if not (self.is_header[k - 1] and self.section_of[k - 1] is place))]
        spans = tuple(sorted({(self.statements[k - 1].first, self.statements[k - 1].last) for k in cited}))
        found = self._provenance.get(spans)
        if found is None:
            found = Provenance(
                kind=ProvenanceKind.LINES, artifact=self.reading.artifact.name, lines=spans, template=self.template.name
            )
            self._provenance[spans] = found
        return found


def _variants(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return one object for each value of a field that makes items, else the object itself."""
    for name, value in node.items():
        if isinstance(value, Items):
            return [{**node, name: single} for single in value]
    return [node]
