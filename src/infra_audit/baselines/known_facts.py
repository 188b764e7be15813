"""Whether facts can be at all: their own schema, without what must be there.

A missing fact is not an error of form: it is not known, and the rule that needs it says so.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from infra_audit import catalogue


@cache
def whole() -> Any:
    """Return a validator for the whole facts object."""
    return jsonschema_rs.validator_for(_without_required(catalogue.facts_schema()))


@cache
def by_area() -> Mapping[str, Any]:
    """Return a validator for each area, `subject` included."""
    areas = catalogue.facts_schema()["properties"]
    return {name: jsonschema_rs.validator_for(_without_required(schema)) for name, schema in areas.items()}


def impossible_areas(facts: Mapping[str, Any]) -> list[str]:
    """Return the areas that break their schema, or that no schema knows."""
    if whole().is_valid(facts):
        return []
    known = by_area()
    return [area for area, value in facts.items() if area not in known or not known[area].is_valid(value)]


def _without_required(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_required(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {k: _without_required(v) for k, v in schema.items() if not (k == "required" and isinstance(v, list))}
