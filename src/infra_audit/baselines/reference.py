"""Rules compiled by jsonschema: slow, and the reference the fast engine is held against."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from infra_audit.baselines.checker import canonical
from infra_audit.baselines.leaves import Leaf, Raw, leaves
from infra_audit.model.rule import Rule

if TYPE_CHECKING:
    from jsonschema import ValidationError


class ReferenceChecker:
    """One validator a rule."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile; a rule that is not a valid schema is in `broken`."""
        from jsonschema import Draft202012Validator, SchemaError

        self._new = Draft202012Validator
        self._broken: dict[str, str] = {}
        self._whole: dict[str, Any] = {}
        self._conditions: dict[str, Any] = {}
        for rule in rules:
            try:
                Draft202012Validator.check_schema(rule.schema)
                self._whole[rule.id] = Draft202012Validator(rule.schema)
            except SchemaError as error:
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
        return leaves(_raw(self._whole[rule.id].iter_errors(facts)), rule.schema, facts)

    def selects(self, schema: Mapping[str, Any], item: Any) -> bool:
        """Say whether a condition inside a rule holds for one item."""
        key = canonical(schema)
        if key not in self._conditions:
            self._conditions[key] = self._new(schema)
        valid: bool = self._conditions[key].is_valid(item)
        return valid


def _raw(errors: Iterable["ValidationError"]) -> tuple[Raw, ...]:
    found: list[Raw] = []
    for error in errors:
        path, schema_path = list(error.absolute_path), list(error.absolute_schema_path)
        keyword = str(error.validator)
        if keyword == "required":
            instance: Any = error.instance
            asked: Any = error.validator_value
            found += [Raw(path, schema_path, keyword, name) for name in asked if name not in instance]
        else:
            found.append(Raw(path, schema_path, keyword, None, _branches(error)))
    return tuple(found)


def _branches(error: "ValidationError") -> tuple[tuple[Raw, ...], ...]:
    """Return the errors of each branch of an anyOf, in order."""
    branches: dict[int, list[ValidationError]] = {}
    for below in error.context or ():
        number = below.schema_path[0]
        assert isinstance(number, int)
        branches.setdefault(number, []).append(below)
    return tuple(_raw(branches[number]) for number in sorted(branches))
