"""The values that an organisation's own standards set, put in the place of the defaults."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from infra_audit import resources, yamlfile
from infra_audit.baselines import pointer
from infra_audit.errors import BaselineError


@dataclass(frozen=True, slots=True)
class ParameterFile:
    """A parameter file as read; `used` values are checked against the rules that know them."""

    name: str | None = None
    shared: Mapping[str, Any] = field(default_factory=dict)
    """Parameter name -> value, for every rule that has it."""
    by_rule: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Rule id -> parameter name -> value."""

    def value(self, rule_id: str, name: str) -> tuple[bool, Any]:
        """Return whether the file sets a parameter of a rule, and the value."""
        own = self.by_rule.get(rule_id, {})
        if name in own:
            return True, _plain(own[name])
        if name in self.shared:
            return True, _plain(self.shared[name])
        return False, None


def read(path: Path | None) -> ParameterFile:
    """Read a parameter file; None gives one that sets nothing. Raises InputError or BaselineError."""
    if path is None:
        return ParameterFile()
    data = yamlfile.load(path)
    error = next(iter(_validator().iter_errors(data)), None)
    if error is not None:
        place = pointer.join(error.instance_path) or "/"
        raise BaselineError("baseline.parameters_invalid", file=str(path), place=place, what=str(error.schema_path[-1]))
    return ParameterFile(str(path), data["parameters"], data.get("rules", {}))


def apply(rule_id: str, definition: Mapping[str, Any], given: ParameterFile) -> dict[str, Any]:
    """Return the rule with the organisation's values at the named pointers.

    Raises BaselineError when a value breaks the parameter's own schema: a value out of bounds needs a waiver, not a
    parameter.
    """
    result: dict[str, Any] = dict(definition)
    for name, parameter in declared(definition).items():
        is_set, value = given.value(rule_id, name)
        if not is_set:
            continue
        if not jsonschema_rs.validator_for(parameter["schema"]).is_valid(value):
            bounds = json.dumps(parameter["schema"], ensure_ascii=False, sort_keys=True)
            raise BaselineError(
                "baseline.parameter_value",
                file=given.name,
                rule=rule_id,
                name=name,
                value=json.dumps(value),
                bounds=bounds,
            )
        result = put(result, parameter["pointers"], value)
    return result


def put(definition: Mapping[str, Any], pointers: list[str], value: Any) -> dict[str, Any]:
    """Return a copy of a rule with one value at several places. Raises KeyError or IndexError where nothing is."""
    result = {**definition, "then": copy.deepcopy(definition["then"])}
    for place in pointers:
        pointer.replace(result, place, value)
    return result


def in_force(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of each parameter that stands in a rule."""
    return {name: pointer.get(definition, p["pointers"][0]) for name, p in declared(definition).items()}


def declared(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters that a rule declares, by name."""
    parameters: Mapping[str, Any] = definition["x-infra-audit"].get("parameters", {})
    return parameters


def check_names(given: ParameterFile, known: Mapping[str, frozenset[str]], broken: frozenset[str]) -> None:
    """Raise BaselineError when the file sets something no rule knows; `known` is rule id -> parameter names.

    Values for rules that are out of use are let through: the rule itself is reported.
    """
    if broken:
        return
    everything = frozenset[str]().union(*known.values())
    for name in given.shared:
        if name not in everything:
            raise BaselineError(
                "baseline.parameter_unknown", file=given.name, name=name, known=", ".join(sorted(everything))
            )
    for rule_id, values in given.by_rule.items():
        if rule_id not in known:
            raise BaselineError("baseline.parameter_rule", file=given.name, rule=rule_id)
        for name in values:
            if name not in known[rule_id]:
                names = ", ".join(sorted(known[rule_id]))
                raise BaselineError(
                    "baseline.parameter_unknown", file=given.name, name=f"{rule_id}/{name}", known=names
                )


def _plain(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) else value


@cache
def _validator() -> Any:
    schema = json.loads((resources.root("schemas") / "parameters.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)
