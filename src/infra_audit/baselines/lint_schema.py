"""Lint of the schema of one rule: what keeps it portable between validators and never silent.

It walks the rule and the schema of the facts side by side.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs

from infra_audit.baselines import patterns
from infra_audit.baselines.patterns import Path

KEYWORDS = patterns.ASSERTIONS | {
    "allOf",
    "if",
    "then",
    "properties",
    "required",
    "items",
    "minContains",
    "maxContains",
    "title",
    "description",
}
TYPED = {
    **dict.fromkeys(("minimum", "maximum"), ("integer", "number")),
    **dict.fromkeys(("minItems", "maxItems", "contains", "minContains", "maxContains", "uniqueItems"), ("array",)),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), ("string",)),
}
"""Keyword -> types of which one must stand beside it: on any other type the keyword is silent."""
UNPORTABLE = re.compile(r"\\[dDwWsSbBZAzpPkg1-9]|\(\?(?!:)|\[\[:|[*+?}][+]")
"""Classes and groups that mean different things in ECMA, Python and Rust."""

Found = tuple[str, str, dict[str, Any]]
"""Pointer into the rule, code, fields."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands."""

    pointer: str
    facts: Mapping[str, Any] | None
    """Schema of the facts here; None where any value is allowed."""
    known: frozenset[Path]
    """Facts below here that something further out requires."""
    code: str = "lint.not_required"
    """What to say of a fact that is tested and not required."""

    def down(
        self, step: str, facts: Mapping[str, Any] | None, known: frozenset[Path], code: str | None = None
    ) -> "_Place":
        return _Place(self.pointer + step, facts, known, code or self.code)


def boolean_schemas(schema: Any, at: str = "") -> Iterator[str]:
    """Yield the pointers of all `true` and `false` that stand for a schema: their errors lie elsewhere in each library."""
    if isinstance(schema, bool):
        yield at
        return
    for keyword in ("if", "then", "items", "contains", "not"):
        if keyword in schema:
            yield from boolean_schemas(schema[keyword], f"{at}/{keyword}")
    for name, below in schema.get("properties", {}).items():
        yield from boolean_schemas(below, f"{at}/properties/{name}")
    for keyword in ("allOf", "anyOf"):
        for number, below in enumerate(schema.get(keyword, ())):
            yield from boolean_schemas(below, f"{at}/{keyword}/{number}")


def lint_then(schema: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what is wrong with the `then` of a rule; `facts` is the schema of the whole facts object."""
    yield from _walk(schema, _Place("/then", facts, frozenset()))


def lint_if(schema: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what is wrong with the `if` of a rule: it may look at fields of `subject` only, and requires none."""
    for path in sorted(patterns.looked_at(schema)):
        if path[0] != "subject":
            yield "/if", "lint.if_not_subject", {"fact": "/".join(path)}
    if patterns.guaranteed(schema):
        yield "/if", "lint.if_required", {}
    for found in _walk(schema, _Place("/if", facts, frozenset(patterns.looked_at(schema)))):
        if found[1] != "lint.if_fact_required":
            yield found


def _walk(schema: Mapping[str, Any], at: _Place) -> Iterator[Found]:
    for keyword in sorted(schema.keys() - KEYWORDS):
        yield f"{at.pointer}/{keyword}", "lint.keyword", {"keyword": keyword}
    yield from _values(schema, at)
    yield from _shape(schema, at)
    known = at.known | patterns.guaranteed(_unconditional(schema))
    yield from _properties(schema, at, known)
    yield from _items(schema, at, known)
    yield from _conditions(schema, at, known)


def _unconditional(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in schema.items() if k not in ("if", "then")}


def _values(schema: Mapping[str, Any], at: _Place) -> Iterator[Found]:
    """Values that the fact can never have: such a rule is dead."""
    if at.facts is None:
        return
    allowed = {k: at.facts[k] for k in ("type", "enum", "const") if k in at.facts}
    if not allowed:
        return
    is_valid = _compiled(json.dumps(allowed)).is_valid
    wanted = [("const", schema["const"])] if "const" in schema else [("enum", v) for v in schema.get("enum", ())]
    inverse = schema.get("not")
    if inverse:
        wanted += [("not", v) for v in (*inverse.get("enum", ()), *([inverse["const"]] if "const" in inverse else ()))]
    for keyword, value in wanted:
        if not is_valid(value):
            yield f"{at.pointer}/{keyword}", "lint.impossible_value", {"value": value}
    if "type" in schema and not _types_meet(schema["type"], at.facts):
        yield f"{at.pointer}/type", "lint.impossible_value", {"value": schema["type"]}


@cache
def _compiled(schema: str) -> Any:
    """Return the validator of one of the few shapes a single fact has."""
    return jsonschema_rs.validator_for(schema)


def _types_meet(asked: str | list[str], facts: Mapping[str, Any]) -> bool:
    if "type" not in facts:
        return True
    have = set(_list(facts["type"]))
    have |= {"number"} if "integer" in have else set()
    return bool(have & set(_list(asked))) or ("number" in have and "integer" in _list(asked))


def _shape(schema: Mapping[str, Any], at: _Place) -> Iterator[Found]:
    for keyword, types in TYPED.items():
        if keyword in schema and not _is_typed(schema.get("type", []), types):
            yield f"{at.pointer}/{keyword}", "lint.untyped", {"keyword": keyword, "type": types[0]}
    nullable = at.facts is not None and "null" in _list(at.facts.get("type", []))
    if nullable and {"properties", "items", "required"} & schema.keys() and "type" not in schema:
        yield at.pointer, "lint.nullable", {}
    if "pattern" in schema and UNPORTABLE.search(schema["pattern"]):
        yield f"{at.pointer}/pattern", "lint.pattern", {"pattern": schema["pattern"]}
    inverse = schema.get("not")
    if inverse is not None and not (inverse and inverse.keys() <= {"const", "enum"}):
        yield f"{at.pointer}/not", "lint.not_over", {}


def _is_typed(stated: str | list[str], types: tuple[str, ...]) -> bool:
    """Say whether a type keeps every value out on which a keyword is silent; null may be let through in so many words."""
    return bool(stated) and set(_list(stated)) <= {*types, "null"} and bool(set(_list(stated)) & set(types))


def _properties(schema: Mapping[str, Any], at: _Place, known: frozenset[Path]) -> Iterator[Found]:
    for name in (*schema.get("properties", {}), *schema.get("required", ())):
        if at.facts is not None and name not in at.facts.get("properties", {}) and not _open(at.facts):
            yield at.pointer, "lint.unknown_fact", {"fact": name}
    for name, below in schema.get("properties", {}).items():
        place = f"/properties/{name}"
        if (name,) not in known:
            yield at.pointer + place, at.code, {"fact": name}
        facts = _of(at.facts, name) if at.facts is not None else None
        yield from _walk(below, at.down(place, facts, _below(known, name)))


def _items(schema: Mapping[str, Any], at: _Place, known: frozenset[Path]) -> Iterator[Found]:
    facts = at.facts.get("items") if at.facts is not None else None
    for keyword in ("items", "contains"):
        if keyword in schema:
            yield from _walk(schema[keyword], at.down(f"/{keyword}", facts, _below(known, "*")))
    if "contains" in schema:
        beside = _below(known, "*")
        for path in sorted(patterns.looked_at(schema["contains"])):
            if path not in beside:
                yield f"{at.pointer}/contains", "lint.contains_fact", {"fact": "/".join(path)}


def _conditions(schema: Mapping[str, Any], at: _Place, known: frozenset[Path]) -> Iterator[Found]:
    if "if" in schema:
        for path in sorted(patterns.looked_at(schema["if"])):
            if path not in known:
                yield f"{at.pointer}/if", "lint.if_fact_beside", {"fact": "/".join(path)}
        yield from _walk(schema["if"], at.down("/if", at.facts, frozenset(), "lint.if_fact_required"))
        if "then" not in schema:
            yield f"{at.pointer}/if", "lint.if_without_then", {}
    if "then" in schema:
        typed = schema.get("if", {}).get("type")
        facts = {**at.facts, "type": typed} if typed and at.facts is not None else at.facts
        yield from _walk(schema["then"], at.down("/then", facts, known))
    for keyword in ("allOf", "anyOf"):
        for number, below in enumerate(schema.get(keyword, ())):
            yield from _walk(below, at.down(f"/{keyword}/{number}", at.facts, known))


def _below(known: frozenset[Path], step: str) -> frozenset[Path]:
    return frozenset(path[1:] for path in known if len(path) > 1 and path[0] == step)


def _of(facts: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return the schema of one field; of an object with names of its own, that of all of them."""
    known: Mapping[str, Any] | None = facts.get("properties", {}).get(name)
    rest = facts.get("additionalProperties")
    return known if known is not None or not isinstance(rest, Mapping) else rest


def _open(facts: Mapping[str, Any]) -> bool:
    """Say whether an object may hold names that its schema does not list."""
    return facts.get("additionalProperties") is not False and "properties" not in facts


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
