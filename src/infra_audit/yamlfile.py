"""YAML that can only be JSON.

YAML 1.1 turns `on` into a boolean, `22:30` into 1350 and `010` into 8, and keeps the last of two equal keys in silence.
Files that people write for this tool are read by this loader instead: JSON scalars only, duplicate keys refused, and an
error names file and line.
"""

import re
from collections.abc import Hashable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, ClassVar

import yaml

from infra_audit.errors import InputError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _JsonLoader(_Base):  # type: ignore[misc]
    """Safe loader with the JSON scalars only."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _regexp, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|)$", ["n", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-0123456789"),
):
    _JsonLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_regexp), list(_first))


def _mapping(loader: Any, node: Any) -> dict[Hashable, Any]:
    result: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str) or key in result:
            problem = "duplicate key" if key in result else "a key must be a string"
            raise yaml.constructor.ConstructorError(None, None, f"{problem}: {key!r}", key_node.start_mark)
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_JsonLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def loads(text: str, name: str) -> Any:
    """Return the value of a YAML text; `name` is the file named in an error.

    Raises InputError `yaml.invalid` with file, line and the parser's own words.
    """
    try:
        return yaml.load(text, Loader=_JsonLoader)  # noqa: S506 - a subclass of the safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or type(error).__name__
        raise InputError("yaml.invalid", file=name, line=line, what=what) from error


def load(path: Path | Traversable) -> Any:
    """Return the value of a YAML file. Raises InputError when it cannot be read or is not JSON in YAML dress."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("file.unreadable", file=str(path), what=type(error).__name__) from error
    return loads(text, str(path))
