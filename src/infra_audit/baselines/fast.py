"""Rules compiled by jsonschema-rs: the engine of every day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jsonschema_rs

from infra_audit.baselines.checker import canonical
from infra_audit.baselines.leaves import Leaf, Raw, leaves
from infra_audit.model.rule import Rule


class FastChecker:
    """One validator a rule: `is_valid` first, the errors only where it says no."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile; a rule that does not compile is in `broken`."""
        self._broken: dict[str, str] = {}
        self._whole: dict[str, Any] = {}
        self._conditions: dict[str, Callable[[Any], bool]] = {}
        self._by_identity: dict[int, tuple[Any, Callable[[Any], bool]]] = {}
        for rule in rules:
            try:
                self._whole[rule.id] = jsonschema_rs.validator_for(dict(rule.schema))
            except (ValueError, jsonschema_rs.ReferencingError) as error:
                self._broken[rule.id] = type(error).__name__

    @property
    def broken(self) -> Mapping[str, str]:
        """Return the rules that do not compile, by id, with the kind of error."""
        return self._broken

    def applies(self, rule: Rule, facts: Mapping[str, Any]) -> bool:
        """Say whether the `if` of a rule holds."""
        return self.selects(rule.schema["if"], facts)

    def leaves(self, rule: Rule, facts: Mapping[str, Any]) -> tuple[Leaf, ...]:
        """Return the errors of a rule; none = valid."""
        validator = self._whole[rule.id]
        if validator.is_valid(facts):
            return ()
        return leaves(_raw(validator.iter_errors(facts)), rule.schema, facts)

    def selects(self, schema: Mapping[str, Any], item: Any) -> bool:
        """Say whether a condition inside a rule holds for one item."""
        known = self._by_identity.get(id(schema))
        if known is None:
            key = canonical(schema)
            if key not in self._conditions:
                self._conditions[key] = jsonschema_rs.validator_for(dict(schema)).is_valid
            # The schema is kept beside its validator, so that its identity is not given to another one.
            known = self._by_identity[id(schema)] = (schema, self._conditions[key])
        return known[1](item)


def _raw(errors: Iterable[Any]) -> tuple[Raw, ...]:
    return tuple(
        Raw(
            error.instance_path,
            error.schema_path,
            error.schema_path[-1],
            getattr(error.kind, "property", None),
            tuple(_raw(branch) for branch in getattr(error.kind, "context", ())),
        )
        for error in errors
    )
