"""Clause catalogues: policies and standards as data, each with its edition."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import jsonschema_rs

from infra_audit import catalogue, resources, yamlfile
from infra_audit.baselines.overlay import Overlay, OwnClause
from infra_audit.errors import BaselineError
from infra_audit.model.standard import OWN, AuditItem, Catalogue, Clause, Condition, Standard

CONDITIONS = "conditions"
"""Folder beside the standards with what is said of their conditions."""


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
    found: dict[str, Standard] = {}
    for folder in _folders(folders):
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
        kind=own.kind if own else "standards",
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
    for file in _files(folder):
        yield read(file, hidden=hidden)


def without_rule(overlays: Sequence[Path] = ()) -> Mapping[str, Mapping[str, str]]:
    """Return why no rule judges a condition, by condition and language."""
    found: dict[str, Mapping[str, str]] = {}
    for folder in _folders(overlays):
        beside = folder / CONDITIONS
        for file in _files(beside) if beside.is_dir() else ():
            for reason in _data(file, "without-rule")["reasons"].values():
                found |= dict.fromkeys(reason["conditions"], reason["because"])
    return found


def read(file: Traversable, *, hidden: bool = False) -> Standard:
    """Read one catalogue. Raises InputError when it is not YAML, BaselineError when its form is wrong."""
    data = _data(file, "standard")
    name, kind = data["standard"], data.get("kind", "standards")
    entries = [_without_texts(entry) if hidden else entry for entry in data["clauses"]]
    clauses = tuple(_clause(name, entry, data.get("documents", {})) for entry in entries)
    _check(str(file), kind, clauses)
    return Standard(id=name, edition=data["edition"], title=data["title"], file=str(file), kind=kind, clauses=clauses)


def _without_texts(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a clause without what a standard that is not public says in words."""
    kept = ("id", "mode", "parent", "crosswalk", "required", "protects", "threats", "in_force")
    conditions = [c if isinstance(c, str) else c["id"] for c in entry.get("conditions", ())]
    return {"title": {}, "conditions": conditions, **{key: entry[key] for key in kept if key in entry}}


def _folders(overlays: Sequence[Path]) -> list[Traversable]:
    return [resources.root("schemas") / "standards", *catalogue.pack_folders("standards"), *overlays]


def _files(folder: Traversable) -> Iterator[Traversable]:
    yield from sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


def _data(file: Traversable, schema: str) -> Any:
    data = yamlfile.load(file, cached=True)
    for error in _validator(schema).iter_errors(data):
        raise BaselineError("baseline.standard_invalid", **yamlfile.mistake(file, error))
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
