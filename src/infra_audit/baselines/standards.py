"""Clause catalogues: policies and standards as data, each with its edition."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import jsonschema_rs

from infra_audit import catalogue, resources, yamlfile
from infra_audit.baselines.overlay import Overlay, OwnClause
from infra_audit.errors import BaselineError


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of a policy or standard."""

    id: str
    """Whole id, such as mic-r8:6.5(1)."""
    standard: str
    title: Mapping[str, str]
    """By language."""
    mode: tuple[str, ...]
    """automatic, attested, report, out_of_scope: how it is shown to be kept."""
    parent: str | None = None
    """Whole id of the clause above."""
    crosswalk: tuple[str, ...] = ()
    """Clauses of other standards that it details or answers to."""
    conditions: tuple[str, ...] = ()
    """Ids of the checkable conditions derived from it."""
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One catalogue file."""

    id: str
    edition: str
    title: Mapping[str, str]
    file: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Catalogue:
    """All standards known, in the order of their files."""

    standards: tuple[Standard, ...]

    @cached_property
    def clauses(self) -> Mapping[str, Clause]:
        """Return every clause by id, in order."""
        return {clause.id: clause for standard in self.standards for clause in standard.clauses}

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of all clauses."""
        return frozenset(self.clauses)

    @property
    def conditions(self) -> frozenset[str]:
        """Return the ids of all conditions."""
        return frozenset(c for clause in self.clauses.values() for c in clause.conditions)

    def above(self, clause_id: str) -> Iterator[str]:
        """Yield a clause and all that it counts for: its parents, and the clauses its crosswalk names, with theirs."""
        known = self.clauses
        waiting, seen = [clause_id], set[str]()
        while waiting:
            name = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            yield name
            clause = known.get(name)
            if clause is not None:
                waiting += [*([clause.parent] if clause.parent else []), *clause.crosswalk]


def load(
    folders: Sequence[Path] = (),
    *,
    overlays: Sequence[Overlay] = (),
    edition: str | None = None,
    file: Path | None = None,
) -> Catalogue:
    """Return the standards that are shipped, of packs, of folders named by the operator and of overlays.

    A later file of the same standard replaces the earlier one, unless only the earlier one is of the edition asked for;
    `file` is the settings file that asks for it. Raises InputError or BaselineError when a file is wrong, a folder does not
    exist, or no standard has the edition.
    """
    named: list[Traversable] = [resources.root("schemas") / "standards", *catalogue.pack_folders("standards"), *folders]
    found: dict[str, Standard] = {}
    for folder in named:
        if not folder.is_dir():
            raise BaselineError("baseline.no_folder", folder=str(folder))
        _add(found, read_folder(folder), edition)
    shipped = Catalogue(tuple(found.values())).clauses
    for overlay in overlays:
        if overlay.standards is not None:
            _add(found, read_folder(overlay.standards, hidden=overlay.hide_clause_texts), edition)
        if overlay.standard is not None:
            found[overlay.standard] = _numbered(overlay, found.get(overlay.standard), shipped)
    editions = [standard.edition for standard in found.values()] + [overlay.edition for overlay in overlays]
    if edition is not None and edition not in editions:
        line = yamlfile.line(file, ["edition"]) if file else 1
        known = " / ".join(dict.fromkeys(editions))
        raise BaselineError("baseline.no_edition", file=str(file or "-"), line=line, edition=edition, known=known)
    return Catalogue(tuple(found.values()))


def _add(found: dict[str, Standard], standards: Iterable[Standard], edition: str | None) -> None:
    for standard in standards:
        earlier = found.get(standard.id)
        if earlier is None or edition is None or earlier.edition != edition:
            found[standard.id] = standard


def _numbered(overlay: Overlay, own: Standard | None, shipped: Mapping[str, Clause]) -> Standard:
    """Return the organisation's own standard, with a clause for each number that an overlay gives."""
    assert overlay.standard is not None
    clauses = {clause.id: clause for clause in own.clauses} if own else {}
    for name, numbers in overlay.numbers.items():
        place = ("clauses", "numbers", name)
        if name not in shipped:
            near = ", ".join(difflib.get_close_matches(name, shipped, 3)) or "-"
            raise overlay.wrong("baseline.overlay_clause", *place, clause=name, near=near)
        for number in numbers:
            if number.id not in clauses and not number.title:
                raise overlay.wrong("baseline.overlay_title", *place, clause=number.id, standard=overlay.standard)
            clauses[number.id] = _own(overlay, number, clauses.get(number.id), shipped[name])
    return Standard(
        id=overlay.standard,
        edition=own.edition if own else overlay.standard_edition,
        title=own.title if own else overlay.title,
        file=own.file if own else str(overlay.file),
        clauses=tuple(clauses.values()),
    )


def _own(overlay: Overlay, number: OwnClause, known: Clause | None, ours: Clause) -> Clause:
    """Return an own clause that answers to one of a shipped standard, beside those it answers to already."""
    title = {} if overlay.hide_clause_texts else number.title or (known.title if known else {})
    if known is not None:
        crosswalk = tuple(dict.fromkeys((*known.crosswalk, ours.id)))
        return replace(known, title=title, crosswalk=crosswalk, mode=tuple(dict.fromkeys((*known.mode, *ours.mode))))
    return Clause(id=number.id, standard=str(overlay.standard), title=title, mode=ours.mode, crosswalk=(ours.id,))


def read_folder(folder: Traversable, *, hidden: bool = False) -> Iterator[Standard]:
    """Yield the catalogues of a folder, by name; `hidden`: without their texts."""
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name):
        yield read(file, hidden=hidden)


def read(file: Traversable, *, hidden: bool = False) -> Standard:
    """Read one catalogue. Raises InputError when it is not YAML, BaselineError when its form is wrong."""
    data = yamlfile.load(file, cached=True)
    for error in _validator().iter_errors(data):
        raise BaselineError("baseline.standard_invalid", **yamlfile.mistake(file, error))
    name = data["standard"]
    clauses = tuple(_clause(name, _without_texts(entry) if hidden else entry) for entry in data["clauses"])
    _check(str(file), clauses)
    return Standard(id=name, edition=data["edition"], title=data["title"], file=str(file), clauses=clauses)


def _without_texts(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a clause without what a standard that is not public says in words."""
    kept = ("id", "mode", "parent", "crosswalk")
    conditions = [c if isinstance(c, str) else c["id"] for c in entry.get("conditions", ())]
    return {"title": {}, "conditions": conditions, **{key: entry[key] for key in kept if key in entry}}


def _clause(standard: str, entry: Mapping[str, Any]) -> Clause:
    parent = entry.get("parent")
    return Clause(
        id=f"{standard}:{entry['id']}",
        standard=standard,
        title=entry["title"],
        mode=tuple(entry["mode"]),
        parent=f"{standard}:{parent}" if parent else None,
        crosswalk=tuple(entry.get("crosswalk", ())),
        conditions=tuple(c if isinstance(c, str) else c["id"] for c in entry.get("conditions", ())),
        note=entry.get("note", {}),
    )


def _check(file: str, clauses: Iterable[Clause]) -> None:
    seen: set[str] = set()
    for clause in clauses:
        if clause.id in seen:
            raise BaselineError("baseline.standard_duplicate", file=file, clause=clause.id)
        seen.add(clause.id)
    for clause in clauses:
        if clause.parent is not None and clause.parent not in seen:
            raise BaselineError("baseline.standard_parent", file=file, clause=clause.id, parent=clause.parent)


@cache
def _validator() -> Any:
    schema = json.loads((resources.root("schemas") / "standard.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)
