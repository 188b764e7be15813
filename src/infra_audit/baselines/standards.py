"""Clause catalogues: policies and standards as data, each with its edition."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import jsonschema_rs

from infra_audit import catalogue, resources, yamlfile
from infra_audit.baselines import pointer
from infra_audit.errors import BaselineError
from infra_audit.model.standard import OWN, AuditItem, Catalogue, Clause, Condition, Standard

CONDITIONS = "conditions"
"""Folder beside the standards with what is said of their conditions."""


def load(overlays: Sequence[Path] = ()) -> Catalogue:
    """Return the standards that are shipped, of packs and of folders named by the operator.

    A later file of the same standard replaces the earlier one.

    Raises InputError or BaselineError when a file is wrong.
    """
    found: dict[str, Standard] = {}
    for folder in _folders(overlays):
        if not folder.is_dir():
            raise BaselineError("baseline.no_folder", folder=str(folder))
        for file in _files(folder):
            standard = read(file)
            found[standard.id] = standard
    return Catalogue(tuple(found.values()))


def without_rule(overlays: Sequence[Path] = ()) -> Mapping[str, Mapping[str, str]]:
    """Return why no rule judges a condition, by condition and language."""
    found: dict[str, Mapping[str, str]] = {}
    for folder in _folders(overlays):
        beside = folder / CONDITIONS
        for file in _files(beside) if beside.is_dir() else ():
            for reason in _data(file, "without-rule")["reasons"].values():
                found |= dict.fromkeys(reason["conditions"], reason["because"])
    return found


def read(file: Traversable) -> Standard:
    """Read one catalogue. Raises InputError when it is not YAML, BaselineError when its form is wrong."""
    data = _data(file, "standard")
    name = data["standard"]
    clauses = tuple(_clause(name, entry, data.get("documents", {})) for entry in data["clauses"])
    kind = data.get("kind", "standards")
    _check(str(file), kind, clauses)
    return Standard(id=name, edition=data["edition"], title=data["title"], file=str(file), kind=kind, clauses=clauses)


def _folders(overlays: Sequence[Path]) -> list[Traversable]:
    return [resources.root("schemas") / "standards", *catalogue.pack_folders("standards"), *overlays]


def _files(folder: Traversable) -> Iterator[Traversable]:
    yield from sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


def _data(file: Traversable, schema: str) -> Any:
    data = yamlfile.load(file, cached=True)
    for error in _validator(schema).iter_errors(data):
        place = pointer.join(error.instance_path) or "/"
        raise BaselineError("baseline.standard_invalid", file=str(file), place=place, what=str(error.schema_path[-1]))
    return data


def _clause(standard: str, entry: Mapping[str, Any], documents: Mapping[str, Any]) -> Clause:
    parent = entry.get("parent")
    crosswalk = [(c, None) if isinstance(c, str) else (c["clause"], c["strength"]) for c in entry.get("crosswalk", ())]
    return Clause(
        id=f"{standard}:{entry['id']}",
        standard=standard,
        title=entry["title"],
        requirement=entry.get("requirement", {}),
        mode=tuple(entry.get("mode", ())),
        parent=f"{standard}:{parent}" if parent else None,
        crosswalk=tuple(name for name, _ in crosswalk),
        strength={name: strength for name, strength in crosswalk if strength},
        conditions=tuple(_condition(c) for c in entry.get("conditions", ())),
        required=entry.get("required"),
        protects=tuple(entry.get("protects", ())),
        threats=tuple(entry.get("threats", ())),
        out_of_scope=entry.get("out_of_scope", {}),
        in_force=entry.get("in_force"),
        transitional=entry.get("transitional", {}),
        audit=_audit(entry["audit"], documents) if "audit" in entry else None,
        note=entry.get("note", {}),
    )


def _condition(entry: str | Mapping[str, Any]) -> Condition:
    if isinstance(entry, str):
        return Condition(id=entry)
    lists = {name: tuple(entry.get(name, ())) for name in ("targets", "zones", "source")}
    return Condition(id=entry["id"], title=entry.get("title", {}), **lists)


def _audit(entry: Mapping[str, Any], documents: Mapping[str, Any]) -> AuditItem:
    return AuditItem(
        item=entry["item"],
        # A document that has no name in the file is shown as it is written.
        documents=tuple(documents.get(name, {"ja": name, "en": name}) for name in entry["documents"]),
        methods=tuple(entry["methods"]),
        note=entry.get("note", {}),
    )


def _check(file: str, kind: str, clauses: Iterable[Clause]) -> None:
    seen: set[str] = set()
    for clause in clauses:
        if clause.id in seen:
            raise BaselineError("baseline.standard_duplicate", file=file, clause=clause.id)
        if kind in OWN and not clause.mode:
            raise BaselineError("baseline.standard_mode", file=file, clause=clause.id)
        seen.add(clause.id)
    for clause in clauses:
        if clause.parent is not None and clause.parent not in seen:
            raise BaselineError("baseline.standard_parent", file=file, clause=clause.id, parent=clause.parent)


@cache
def _validator(name: str) -> Any:
    return jsonschema_rs.validator_for(
        json.loads((resources.root("schemas") / f"{name}.schema.json").read_text("utf-8"))
    )
