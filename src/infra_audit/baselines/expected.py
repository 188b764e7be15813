"""What a rule asks of a value, in JSON Schema words: `const: false`, `minimum: 1, maximum: 600`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

WORDS = (
    "const", "enum", "not", "type", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "pattern",
    "uniqueItems",
)  # fmt: skip


def expected(keyword: str, schema: Mapping[str, Any], missing: str | None = None) -> str:
    """Return what one keyword of a schema asks; for a missing fact what would be asked of it."""
    if keyword == "required":
        return describe(schema.get("properties", {}).get(missing, {})) or "required"
    if keyword == "anyOf":
        return " | ".join(describe(branch) for branch in schema["anyOf"])
    if keyword == "contains":
        least = schema.get("minContains", 1)
        return f"contains: {describe(schema['contains'])}" + (f" (minContains: {least})" if least != 1 else "")
    if keyword == "type":
        # A value of the wrong type (null above all): tell what would have been asked of one of the right type.
        return ", ".join(
            (_word(keyword, schema[keyword]), *(_word(k, schema[k]) for k in WORDS if k in schema and k != "type"))
        )
    return _word(keyword, schema[keyword])


def describe(schema: Mapping[str, Any]) -> str:
    """Return all that a schema asks, in one line; an empty text when it asks nothing."""
    return ", ".join(f"{'/'.join(path)} {words}".strip() for path, words in _parts(schema, ()))


def _parts(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for keyword in WORDS:
        if keyword in schema and not (keyword == "type" and len(schema.keys() & set(WORDS)) > 1):
            yield path, _word(keyword, schema[keyword])
    for name, below in schema.get("properties", {}).items():
        yield from _parts(below, (*path, name))
    for keyword in ("items", "contains"):
        if keyword in schema:
            yield from _parts(schema[keyword], (*path, "*"))
    if "then" in schema:
        yield from _parts(schema["then"], path)
    for below in schema.get("allOf", ()):
        yield from _parts(below, path)
    if "anyOf" in schema:
        yield path, "(" + " | ".join(describe(branch) for branch in schema["anyOf"]) + ")"


def _word(keyword: str, value: Any) -> str:
    return f"{keyword}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}"
