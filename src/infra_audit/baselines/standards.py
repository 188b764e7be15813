"""Clause catalogues: policies and standards as data, each with its edition."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import jsonschema_rs

from infra_audit import catalogue, resources, yamlfile
from infra_audit.baselines import pointer
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


def load(overlays: Sequence[Path] = ()) -> Catalogue:
    """Return the standards that are shipped, of packs and of folders named by the operator.

    A later file of the same standard replaces the earlier one.

    Raises InputError or BaselineError when a file is wrong.
    """
    folders: list[Traversable] = [
        resources.root("schemas") / "standards",
        *catalogue.pack_folders("standards"),
        *overlays,
    ]
    found: dict[str, Standard] = {}
    for folder in folders:
        if not folder.is_dir():
            raise BaselineError("baseline.no_folder", folder=str(folder))
        for file in sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name):
            standard = read(file)
            found[standard.id] = standard
    return Catalogue(tuple(found.values()))


def read(file: Traversable) -> Standard:
    """Read one catalogue. Raises InputError when it is not YAML, BaselineError when its form is wrong."""
    data = yamlfile.load(file, cached=True)
    for error in _validator().iter_errors(data):
        place = pointer.join(error.instance_path) or "/"
        raise BaselineError("baseline.standard_invalid", file=str(file), place=place, what=str(error.schema_path[-1]))
    name = data["standard"]
    clauses = tuple(_clause(name, entry) for entry in data["clauses"])
    _check(str(file), clauses)
    return Standard(id=name, edition=data["edition"], title=data["title"], file=str(file), clauses=clauses)


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
