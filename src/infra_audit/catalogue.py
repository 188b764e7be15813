"""What is shipped as data and read by more than one stage: platforms and the areas of the facts.

Search order of platforms, later wins: built in, packs (entry-point group infra_audit.packs, folder `platforms`), folders
named by the operator. A later folder of the same name replaces the earlier one whole.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from infra_audit import registry, resources, yamlfile
from infra_audit.errors import PlatformError
from infra_audit.model.platform import Area, Platform


@cache
def areas() -> Mapping[str, Area]:
    """Return every area of the facts by name, `subject` included."""
    folder = resources.root("schemas") / "facts"
    names = sorted(p.name for p in folder.iterdir() if p.name.endswith(".schema.json"))
    return {
        name.removesuffix(".schema.json"): Area(
            name.removesuffix(".schema.json"), json.loads((folder / name).read_text("utf-8"))
        )
        for name in names
    }


@cache
def facts_schema() -> Mapping[str, Any]:
    """Return one JSON Schema for the whole `facts` object, made of the areas."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["subject"],
        "additionalProperties": False,
        "properties": {
            a.name: {k: v for k, v in a.schema.items() if k not in ("$id", "$schema")} for a in areas().values()
        },
    }


def pack_folders(kind: str) -> list[Traversable]:
    """Return the folders of one kind (`platforms`, `baselines` ...) that installed packs bring, in order of name."""
    points = sorted(entry_points(group=registry.PACKS), key=lambda p: p.name)
    found = [files(point.value) / kind for point in points]
    return [folder for folder in found if folder.is_dir()]


def platforms(extra: Iterable[Path] = ()) -> Mapping[str, Platform]:
    """Return all platforms by name. `extra` are folders that hold platform folders.

    Raises PlatformError when a folder named by the operator does not exist or a platform.yaml is wrong.
    """
    found: dict[str, Platform] = {}
    for root in [resources.platforms(), *pack_folders("platforms"), *extra]:
        if not root.is_dir():
            raise PlatformError("platform.no_folder", folder=str(root))
        for folder in sorted(root.iterdir(), key=lambda f: f.name):
            if (folder / "platform.yaml").is_file():
                found[folder.name] = _platform(folder)
    return found


def by_alias(known: Mapping[str, Platform], name: str) -> Platform | None:
    """Return the platform that a name or alias means, or None."""
    if name in known:
        return known[name]
    return next((p for p in known.values() if name in p.aliases), None)


def _platform(folder: Traversable) -> Platform:
    data = yamlfile.load(folder / "platform.yaml", cached=True)
    error = next(iter(_validator().iter_errors(data)), None)
    if error is not None:
        place = "/".join(str(part) for part in error.instance_path)
        raise PlatformError(
            "platform.invalid", file=str(folder / "platform.yaml"), place=place, what=str(error.schema_path[-1])
        )
    return Platform(folder.name, folder, data)


@cache
def _validator() -> Any:
    import jsonschema_rs

    schema = json.loads((resources.root("schemas") / "platform.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)
