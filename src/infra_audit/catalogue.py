"""What is shipped as data and read by more than one stage: platforms and the areas of the facts.

Search order of platforms, later wins: built in, packs (entry-point group infra_audit.packs, folder `platforms`), folders
named by the operator. A later folder of the same name replaces the earlier one whole.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from infra_audit import registry, resources, yamlfile
from infra_audit.errors import PlatformError
from infra_audit.model.platform import Area, Platform

_LONGEST_MESSAGE = 200
"""Letters of a validator's own words; longer ones quote half a file, and the name of the broken rule is told instead."""


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

    Raises PlatformError when a folder named by the operator does not exist or holds no platform, or when a platform.yaml is
    wrong: what someone else wrote is looked at more closely than what the tests of this project look at.
    """
    found = {name: _platform(folder) for name, folder in _folders(resources.platforms())}
    for root in [*pack_folders("platforms"), *extra]:
        if not root.is_dir():
            raise PlatformError("platform.no_folder", folder=str(root))
        named = dict(_folders(root))
        if not named:
            raise PlatformError("platform.none_in_folder", folder=str(root))
        for name, folder in named.items():
            platform = _platform(folder)
            for place, what in mistakes(platform):
                raise PlatformError("platform.invalid", file=str(folder / "platform.yaml"), place=place, what=what)
            found[name] = platform
    return found


def _folders(root: Traversable) -> Iterator[tuple[str, Traversable]]:
    """Yield the platform folders in a folder. Raises PlatformError for templates without a platform.yaml."""
    for folder in sorted(root.iterdir(), key=lambda f: f.name):
        if (folder / "platform.yaml").is_file():
            yield folder.name, folder
        elif folder.is_dir() and any(f.name.endswith(".ttp") for f in folder.iterdir()):
            raise PlatformError("file.unreadable", file=str(folder / "platform.yaml"), what="FileNotFoundError")


def mistakes(platform: Platform) -> Iterator[tuple[str, str]]:
    """Yield the place and kind of what is wrong in a platform.yaml that its schema does not see."""
    if platform.data["platform"] != platform.name:
        yield "platform", f"{platform.data['platform']!r} is in a folder named {platform.name!r}"
    for place, expression in expressions(platform):
        try:
            re.compile(expression)
        except (re.error, OverflowError, RecursionError) as error:
            yield place, f"no regular expression: {error}"


def expressions(platform: Platform) -> Iterator[tuple[str, str]]:
    """Yield the place and text of every regular expression in a platform.yaml."""
    for place, expression in _expressions(platform.data, _platform_schema(), ()):
        yield "/".join(place), expression


def _expressions(
    value: Any, schema: Mapping[str, Any], place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the regular expressions of a value, with their places, as far as its schema calls them such."""
    if "$ref" in schema:
        schema = _platform_schema()["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    for branch in (*schema.get("oneOf", ()), *schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _expressions(value, branch, place)
    if isinstance(value, str) and schema.get("format") == "regex":
        yield place, value
    elif isinstance(value, Mapping):
        rest = schema.get("additionalProperties")
        for name, inner in value.items():
            below = schema.get("properties", {}).get(name, rest)
            if isinstance(below, Mapping):
                yield from _expressions(inner, below, (*place, name))
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for index, inner in enumerate(value):
            yield from _expressions(inner, schema["items"], (*place, str(index)))


def by_alias(known: Mapping[str, Platform], name: str) -> Platform | None:
    """Return the platform that a name or alias means, or None."""
    if name in known:
        return known[name]
    return next((p for p in known.values() if name in p.aliases), None)


def near(known: Mapping[str, Platform], name: str) -> str:
    """Return the names that somebody may have meant who wrote one that is none; all of them where none is near."""
    names = [alias for platform in known.values() for alias in platform.aliases]
    return ", ".join(difflib.get_close_matches(name.replace("-", "_"), names, 3) or sorted(known))


def _platform(folder: Traversable) -> Platform:
    data = yamlfile.load(folder / "platform.yaml", cached=True)
    error = next(iter(_validator().iter_errors(data)), None)
    if error is not None:
        place = "/".join(str(part) for part in error.instance_path) or "/"
        what = error.message if len(error.message) <= _LONGEST_MESSAGE else str(error.schema_path[-1])
        raise PlatformError("platform.invalid", file=str(folder / "platform.yaml"), place=place, what=what)
    return Platform(folder.name, folder, data)


@cache
def _validator() -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(_platform_schema())


@cache
def _platform_schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((resources.root("schemas") / "platform.schema.json").read_text("utf-8"))
    return schema
