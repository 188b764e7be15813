"""What the engine needs of a validator library."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from infra_audit.baselines.leaves import Leaf
from infra_audit.model.rule import Rule


class Checker(Protocol):
    """Rules compiled by one library, each on its own, so that a broken one stops only itself. Both libraries give the same answers: tests hold them together."""

    @property
    def broken(self) -> Mapping[str, str]:
        """Return the rules that do not compile, by id, with the kind of error."""

    def applies(self, rule: Rule, facts: Mapping[str, Any]) -> bool:
        """Say whether the `if` of a rule holds."""

    def leaves(self, rule: Rule, facts: Mapping[str, Any]) -> tuple[Leaf, ...]:
        """Return the errors of a rule; none = valid."""

    def selects(self, schema: Mapping[str, Any], item: Any) -> bool:
        """Say whether a condition inside a rule holds for one item."""


def canonical(schema: Mapping[str, Any]) -> str:
    """Return one text for equal schemas, to compile each of them once."""
    return json.dumps(schema, sort_keys=True)
