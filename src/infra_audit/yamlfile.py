"""YAML that can only be JSON.

YAML 1.1 turns `on` into a boolean, `22:30` into 1350 and `010` into 8, and keeps the last of two equal keys in silence.
Files that people write for this tool are read by this loader instead: JSON scalars only, duplicate keys refused, and an
error names file and line.
"""

import re
from collections.abc import Callable, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, ClassVar

import yaml

from infra_audit import cache
from infra_audit.errors import InputError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _JsonLoader(_Base):  # type: ignore[misc]
    """Safe loader with the JSON scalars only."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_document(self, node: Any) -> Any:
        """Return the value of a document. Written out here: the library's own way takes twice the time."""
        return _value(node, {})


for _tag, _regexp, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|)$", ["n", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-0123456789"),
):
    _JsonLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_regexp), list(_first))

_UNFINISHED: Any = object()
_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:bool": {"true": True, "false": False}.__getitem__,
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}


def _value(node: Any, known: dict[int, Any]) -> Any:
    """Return the value of a node; `known` holds the collections an alias may name again."""
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    identity = id(node)
    if identity in known:
        if known[identity] is _UNFINISHED:
            raise _wrong("a value holds itself", node)
        return known[identity]
    known[identity] = _UNFINISHED
    if node.tag not in ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"):
        raise _wrong(f"tag {node.tag} is not allowed", node)
    if isinstance(node, yaml.SequenceNode):
        known[identity] = [_value(item, known) for item in node.value]
    else:
        known[identity] = _mapping(node, known)
    return known[identity]


def _scalar(node: Any) -> Any:
    convert = _SCALARS.get(node.tag)
    if convert is None:
        raise _wrong(f"tag {node.tag} is not allowed", node)
    try:
        return convert(node.value)
    except (KeyError, ValueError) as error:
        raise _wrong(f"not a value of {node.tag}", node) from error


def _mapping(node: Any, known: dict[int, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _value(key_node, known)
        if not isinstance(key, str) or key in result:
            problem = "duplicate key" if isinstance(key, str) else "a key must be a string"
            raise _wrong(f"{problem}: {key!r}", key_node)
        result[key] = _value(value_node, known)
    return result


def _wrong(problem: str, node: Any) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


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


def load(path: Path | Traversable, *, cached: bool = False) -> Any:
    """Return the value of a YAML file. Raises InputError when it cannot be read or is not JSON in YAML dress.

    `cached`: the value of a large file that seldom changes may come from the cache.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("file.unreadable", file=str(path), what=type(error).__name__) from error
    if cached:
        return cache.made("yaml-1", text, lambda: loads(text, str(path)))
    return loads(text, str(path))


def dumps(value: Any) -> str:
    """Return a value of JSON as short YAML: what has no lists or mappings below it stands in one line."""
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, default_flow_style=None, width=100))


def line(path: Path | Traversable, place: Sequence[str | int]) -> int:
    """Return the line of a place in a file: that of its key, or of the deepest part of it that is there.

    Only for errors: the file is read again.
    """
    found = 1
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_JsonLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return found
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                break
            found, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and str(part).isdecimal() and int(part) < len(node.value):
            node = node.value[int(part)]
            found = node.start_mark.line + 1
        else:
            break
    return found


def mistake(path: Path | Traversable, error: Any) -> dict[str, Any]:
    """Return file, line, place and kind of an error of a JSON Schema validator; values are not told, they may be secret."""
    place = [*error.instance_path]
    what = str(error.schema_path[-1])
    unexpected = getattr(error.kind, "unexpected", ())
    missing = getattr(error.kind, "property", None)
    name = getattr(error.kind, "error", None)
    if name is not None and isinstance(name.instance, str):  # of propertyNames
        unexpected = [name.instance]
    if unexpected:
        place.append(unexpected[0])
    if unexpected or missing is not None:
        what = f"{what}: {', '.join(unexpected) or missing}"
    shown = "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in place)
    return {"file": str(path), "line": line(path, place), "place": shown, "what": what}
