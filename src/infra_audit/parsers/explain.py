"""What became of each line of a text, for the author of templates: read by which template, left out by which entry, or unread."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra_audit.model.acknowledgement import Acknowledgement
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import FactsDocument, IgnoredLine, ProvenanceKind, UnparsedLine
from infra_audit.model.platform import Platform
from infra_audit.parsers.engine import compile_platform, parse
from infra_audit.parsers.platform import CompiledPlatform
from infra_audit.parsers.reading import Placed, Reading, read

STATES = ("used", "ignored", "unparsed", "blank")


def explain(
    device: Device,
    artifacts: Sequence[Artifact],
    platform: Platform,
    *,
    acknowledgements: Sequence[Acknowledgement] = (),
) -> Iterator[dict[str, Any]]:
    """Yield one record a line of the artefacts, in order. States and counts are those of the facts documents.

    Raises PlatformError when the platform folder itself is wrong.
    """
    compiled = compile_platform(platform)
    documents = list(parse(device, artifacts, (), platform, acknowledgements=acknowledgements))
    known = _Known(documents)
    for order, name in enumerate(compiled.sources):
        own = [artifact for artifact in artifacts if artifact.source == name]
        if own:
            yield from _lines(device, read(own[-1], compiled.sources[name], order, compiled), compiled, known)


class _Known:
    """What the documents say of lines, by artefact and line."""

    def __init__(self, documents: Sequence[FactsDocument]) -> None:
        self.unparsed: dict[tuple[str, int], UnparsedLine] = {}
        self.ignored: dict[tuple[str, int], IgnoredLine] = {}
        self.facts: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
        self.templates: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.invalid: set[tuple[str, int]] = set()
        for document in documents:
            self.unparsed |= {(u.artifact, u.line): u for u in document.unparsed}
            self.ignored |= {(i.artifact, i.line): i for i in document.ignored}
            self._facts(document)
            self.invalid |= {
                (p.artifact, p.line)
                for p in document.problems
                if p.artifact and p.line and p.reason.code == "parse.invalid_fact"
            }

    def _facts(self, document: FactsDocument) -> None:
        for pointer, provenance in sorted(document.provenance.items()):
            if provenance.kind is not ProvenanceKind.LINES or provenance.artifact is None:
                continue
            facts = list(_given(document, pointer))
            for first, last in provenance.lines:
                for line in range(first, last + 1):
                    self.facts[provenance.artifact, line] += facts
                    if provenance.template:
                        self.templates[provenance.artifact, line].add(provenance.template)


def _given(document: FactsDocument, pointer: str) -> Iterator[dict[str, Any]]:
    """Yield the facts that have the provenance of a pointer: of an object, the fields that have no own."""
    value = _at(document.facts, pointer)
    if isinstance(value, dict):
        for name in value:
            below = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if below not in document.provenance:
                yield {"key": document.key_of(below), "value": value[name]}
    else:
        yield {"key": document.key_of(pointer), "value": value}


def _at(facts: Any, pointer: str) -> Any:
    value = facts
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def _lines(device: Device, reading: Reading, compiled: CompiledPlatform, known: _Known) -> Iterator[dict[str, Any]]:
    reasons = _reasons(compiled.platform, reading.source.name)
    places = _places(reading)
    for number, written in enumerate(reading.artifact.lines, 1):
        at = (reading.artifact.name, number)
        place, first = places.get(number, (None, number))
        unparsed, ignored = known.unparsed.get(at), known.ignored.get(at)
        refused = first in reading.refused or at in known.invalid
        yield {
            "device": device.id,
            "artifact": reading.artifact.name,
            "source": reading.source.name,
            "line": number,
            "text": written,
            "state": _state(unparsed, ignored, place, used=first in reading.used),
            "templates": _templates(known.templates.get(at), place, told=unparsed is None or refused),
            "facts": known.facts.get(at, []),
            "refused": unparsed is not None and refused,
            "section": unparsed.section if unparsed else None,
            "areas": list(unparsed.areas) if unparsed else [],
            "list": ignored.list if ignored else None,
            "pattern": ignored.pattern if ignored else None,
            "why": (ignored.by or reasons.get((ignored.list, ignored.pattern))) if ignored else None,
        }


def _places(reading: Reading) -> Mapping[int, tuple[Placed, int]]:
    """Return the section and the first line of the statement that each line belongs to."""
    found: dict[int, tuple[Placed, int]] = {}
    for place in reading.placed:
        for statement in (*place.section.header, *place.section.body):
            for line in range(statement.first, statement.last + 1):
                found.setdefault(line, (place, statement.first))
    return found


def _state(unparsed: UnparsedLine | None, ignored: IgnoredLine | None, place: Placed | None, *, used: bool) -> str:
    if unparsed is not None:
        return "unparsed"
    if ignored is not None:
        return "ignored"
    if place is None or (place.section.is_empty_block and not used and not place.taken_by):
        return "blank"
    return "used"


def _templates(cited: set[str] | None, place: Placed | None, *, told: bool) -> list[str]:
    """Return the templates that gave facts from a line, else those that read, or refused, its section."""
    if cited:
        return sorted(cited)
    return [template.name for template in place.taken_by] if place is not None and told else []


def _reasons(platform: Platform, source: str) -> Mapping[tuple[str, str], Any]:
    """Return the reason of each entry of the lists of ignored lines that speaks of a source; of equal ones the first."""
    lists: Mapping[str, Sequence[Mapping[str, Any]]] = platform.data.get("ignore", {})
    found: dict[tuple[str, str], Any] = {}
    for name, entries in lists.items():
        for entry in entries:
            if entry.get("source", source) == source:
                found.setdefault((name, entry.get("pattern") or entry["section"]), entry["reason"])
    return found


def fact_text(fact: Mapping[str, Any]) -> str:
    """Return a fact in one line, as its author compares it."""
    return f"{fact['key']} = {json.dumps(fact['value'], ensure_ascii=False)}"
