"""Helpers put in the place of the references to them, so that one rule is one self-contained schema."""

from collections.abc import Mapping
from typing import Any

PREFIX = "#/$defs/"


class InlineError(Exception):
    """A reference that cannot be followed; `code` is an entry of texts/lint.yaml, `reference` the reference."""

    def __init__(self, *, code: str, reference: str) -> None:
        """`code` is lint.reference or lint.reference_cycle."""
        super().__init__(code, reference)
        self.code = code
        self.reference = reference


def inline(schema: Any, helpers: Mapping[str, Any], seen: tuple[str, ...] = ()) -> Any:
    """Return a copy of a schema without references. Raises InlineError."""
    if isinstance(schema, list):
        return [inline(part, helpers, seen) for part in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(PREFIX)
        if len(schema) > 1 or not reference.startswith(PREFIX) or name not in helpers:
            raise InlineError(code="lint.reference", reference=reference)
        if name in seen:
            raise InlineError(code="lint.reference_cycle", reference=reference)
        return inline(helpers[name], helpers, (*seen, name))
    return {key: value if key in ("const", "enum") else inline(value, helpers, seen) for key, value in schema.items()}
