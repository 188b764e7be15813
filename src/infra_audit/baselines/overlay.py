"""Overlays: an organisation's own standards, in a folder outside the package.

overlay.yaml           title, edition, rules switched off, severities, own clause numbers
baselines/             rules that are added, or that take the place of one of the same id
standards/             own catalogues of clauses
parameters.yaml        values; those of the settings win

Only overlay.yaml is needed. What it names must exist: a rule that is switched off under a wrong id would stay on unseen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from infra_audit import resources, yamlfile
from infra_audit.errors import BaselineError

NAME = "overlay.yaml"
PARAMETERS = "parameters.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnClause:
    """A clause of the organisation's own standards, as overlay.yaml names it."""

    id: str
    """Whole id, such as nagisawa:第9条."""
    title: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """One overlay as read, its outer form checked."""

    folder: Path
    title: Mapping[str, str]
    edition: str
    off: Mapping[str, str]
    """Rule id -> reason."""
    severity: Mapping[str, Mapping[str, Any]]
    """Rule id -> default, zones, reason, each only where it is said."""
    standard: str | None
    """First half of the own clause ids."""
    standard_edition: str
    numbers: Mapping[str, tuple[OwnClause, ...]]
    """Clause id of a shipped standard -> own clauses."""
    hide_clause_texts: bool

    @property
    def file(self) -> Path:
        """Return overlay.yaml."""
        return self.folder / NAME

    @property
    def baselines(self) -> Path | None:
        """Return the folder of its rules, if it has one."""
        return self._folder("baselines")

    @property
    def standards(self) -> Path | None:
        """Return the folder of its catalogues, if it has one."""
        return self._folder("standards")

    @property
    def parameters(self) -> Path | None:
        """Return its parameter file, if it has one."""
        path = self.folder / PARAMETERS
        return path if path.is_file() else None

    def wrong(self, code: str, *place: str, **fields: Any) -> BaselineError:
        """Return the error for a place in overlay.yaml."""
        return BaselineError(code, file=str(self.file), line=yamlfile.line(self.file, place), **fields)

    def _folder(self, name: str) -> Path | None:
        path = self.folder / name
        return path if path.is_dir() else None


def read_all(folders: Sequence[Path]) -> tuple[Overlay, ...]:
    """Read overlays in the order of their weight: the last wins."""
    return tuple(read(folder) for folder in folders)


def read(folder: Path) -> Overlay:
    """Read one overlay. Raises BaselineError when the folder holds none or its form is wrong, InputError for bad YAML."""
    path = folder / NAME
    if not path.is_file():
        raise BaselineError("baseline.no_overlay", folder=str(folder))
    data = yamlfile.load(path)
    for error in _validator().iter_errors(data):
        raise BaselineError("baseline.overlay_invalid", **yamlfile.mistake(path, error))
    clauses = data.get("clauses", {})
    standard = clauses.get("standard")
    return Overlay(
        folder=folder,
        title=data["title"],
        edition=data["edition"],
        off={rule: entry["reason"] for rule, entry in data.get("off", {}).items()},
        severity=data.get("severity", {}),
        standard=standard,
        standard_edition=clauses.get("edition", data["edition"]),
        numbers={name: _own(standard, value) for name, value in clauses.get("numbers", {}).items()},
        hide_clause_texts=data.get("hide_clause_texts", False),
    )


def _own(standard: str, value: Any) -> tuple[OwnClause, ...]:
    entries = value if isinstance(value, list) else [value]
    return tuple(OwnClause(id=f"{standard}:{entry['id']}", title=entry.get("title", {})) for entry in entries)


@cache
def _validator() -> Any:
    schema = json.loads((resources.root("schemas") / "overlay.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)
