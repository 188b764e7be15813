"""Where rules come from: built in, packs, folders named by the operator; later wins, rule by rule."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import jsonschema_rs

from infra_audit import catalogue, resources, yamlfile
from infra_audit.baselines import pointer
from infra_audit.errors import BaselineError

SUFFIX = ".schema.yaml"


SHIPPED = 0
"""Layer of the rules that are shipped with the package."""


@dataclass(frozen=True)
class RuleFile:
    """One baseline file as read, its outer shape checked; its rules may still be broken."""

    name: str
    """Path as a person knows it."""
    data: Mapping[str, Any]
    layer: int
    """0 = built in, then packs, then overlays."""
    path: Traversable | None = None
    """Where it was read, for the lines of errors."""

    def line(self, rule: str, place: str) -> int:
        """Return the line of a place in a rule, or in the file where no rule is named; 1 when the file is not at hand."""
        parts = (*(("$defs", rule) if rule else ()), *pointer.split(place))
        return yamlfile.line(self.path, parts) if self.path is not None else 1

    @cached_property
    def rules(self) -> dict[str, Any]:
        """Return the entries that are rules, in the order of the file."""
        return {name: entry for name, entry in self.data["$defs"].items() if "x-infra-audit" in entry}

    @cached_property
    def helpers(self) -> dict[str, Any]:
        """Return the entries that are only referred to."""
        return {name: entry for name, entry in self.data["$defs"].items() if "x-infra-audit" not in entry}


def builtin() -> Traversable:
    """Return the folder of the rules that are shipped."""
    return resources.root("schemas") / "baselines"


def read_all(overlays: Sequence[Path] = ()) -> Iterator[RuleFile]:
    """Yield every rule file in the order of the search path. Raises as `paths` and `read`."""
    for path, name, layer in paths(overlays):
        yield read(path, name, layer)


def paths(overlays: Sequence[Path] = ()) -> Iterator[tuple[Traversable, str, int]]:
    """Yield the path, name and layer of every rule file in the order of the search path.

    Raises BaselineError when a folder named by the operator does not exist or holds no rules.
    """
    folders: list[Traversable] = [builtin(), *catalogue.pack_folders("baselines")]
    for layer, folder in enumerate(folders):
        yield from _in_folder(folder, layer)
    for layer, path in enumerate(overlays, len(folders)):
        if path.is_file():
            yield path, path.name, layer
        elif path.is_dir():
            found = list(_in_folder(path, layer))
            if not found:  # rules that somebody wants and that are not applied would be taken for kept
                raise BaselineError("baseline.none_in_folder", folder=str(path), suffix=SUFFIX)
            yield from found
        else:
            raise BaselineError("baseline.no_folder", folder=str(path))


def _in_folder(folder: Traversable, layer: int) -> Iterator[tuple[Traversable, str, int]]:
    for path in sorted((p for p in folder.iterdir() if p.name.endswith(SUFFIX)), key=lambda p: p.name):
        yield path, path.name if layer == 0 else str(path), layer


def read_folder(folder: Traversable, layer: int = 0) -> Iterator[RuleFile]:
    """Yield the rule files of one folder, by name."""
    for path, name, _ in _in_folder(folder, layer):
        yield read(path, name, layer)


def read(path: Traversable, name: str, layer: int = 0) -> RuleFile:
    """Read one rule file. Raises InputError when it is not YAML, BaselineError when its outer shape is wrong."""
    data = yamlfile.load(path, cached=True)
    for error in file_validator().iter_errors(data):
        if _outside_rules(error.instance_path):
            raise BaselineError("baseline.invalid", **yamlfile.mistake(path, error))
    return RuleFile(name, data, layer, path)


def _outside_rules(path: Sequence[str | int]) -> bool:
    """Say whether an error concerns the file and not just one of its rules."""
    return len(path) < 2 or path[0] != "$defs"


@cache
def file_schema() -> dict[str, Any]:
    """Return the schema of baseline files."""
    schema: dict[str, Any] = json.loads((resources.root("schemas") / "baseline.schema.json").read_text("utf-8"))
    return schema


@cache
def file_validator() -> Any:
    """Return a validator for whole baseline files."""
    return jsonschema_rs.validator_for(file_schema())


@cache
def rule_validator() -> Any:
    """Return a validator for one rule entry."""
    schema = {"$schema": file_schema()["$schema"], "$ref": "#/$defs/rule", "$defs": file_schema()["$defs"]}
    return jsonschema_rs.validator_for(schema)
