"""The values that an organisation's own standards set, put in the place of the defaults."""

import copy
import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    below: "ParameterFile | None" = None
    """The file that is asked for what this one does not set."""

    def value(self, rule_id: str, name: str) -> tuple[bool, Any]:
        """Return whether a parameter of a rule is set, and the value."""
        own = self.by_rule.get(rule_id, {})
        if name in own:
            return True, _plain(own[name])
        if name in self.shared:
            return True, _plain(self.shared[name])
        return self.below.value(rule_id, name) if self.below else (False, None)

    def source(self, rule_id: str, name: str) -> str | None:
        """Return the file that sets a parameter of a rule."""
        if name in self.by_rule.get(rule_id, {}) or name in self.shared:
            return self.name
        return self.below.source(rule_id, name) if self.below else None

    def place(self, rule_id: str, name: str) -> dict[str, Any]:
        """Return file and line of the value of a parameter of a rule."""
        if name in self.by_rule.get(rule_id, {}):
            return self.at("rules", rule_id, name)
        if name in self.shared or self.below is None:
            return self.at("parameters", name)
        return self.below.place(rule_id, name)

    def at(self, *place: str) -> dict[str, Any]:
        """Return file and line of a place in this file."""
        return {"file": self.name, "line": yamlfile.line(Path(self.name), place) if self.name else 1}


def read_all(paths: Iterable[Path | None]) -> ParameterFile:
    """Read parameter files, the last of which wins; None is passed over."""
    found = ParameterFile()
    for path in paths:
        if path is not None:
            found = replace(read(path), below=found if found.name else None)
    return found


def read(path: Path | None) -> ParameterFile:
    """Read a parameter file; None gives one that sets nothing. Raises InputError or BaselineError."""
    if path is None:
        return ParameterFile()
    data = yamlfile.load(path)
    error = next(iter(_validator().iter_errors(data)), None)
    if error is not None:
        raise BaselineError("baseline.parameters_invalid", **yamlfile.mistake(path, error))
    return ParameterFile(str(path), data["parameters"], data.get("rules", {}))


def apply(rule_id: str, definition: Mapping[str, Any], given: ParameterFile) -> dict[str, Any]:
    """Return the rule with the organisation's values at the named pointers.

    Raises BaselineError when a value breaks the parameter's own schema: a value out of bounds needs a waiver, not a
    parameter.
    """
    result: dict[str, Any] = dict(definition)
    for name, parameter in declared(definition).items():
        is_set, value = given.value(rule_id, name)
        if not is_set or ("default" in parameter and value == parameter["default"]):
            continue
        if not jsonschema_rs.validator_for(parameter["schema"]).is_valid(value):
            bounds = json.dumps(parameter["schema"], ensure_ascii=False, sort_keys=True)
            raise BaselineError(
                "baseline.parameter_value",
                **given.place(rule_id, name),
                rule=rule_id,
                name=name,
                value=json.dumps(value, ensure_ascii=False),
                bounds=bounds,
            )
        result = put(result, parameter["pointers"], value)
        if "default" in parameter:
            result["x-infra-audit"] = _set(result["x-infra-audit"], name)
    return result


def _set(meta: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the meta data of a rule in which a parameter no longer counts as not given."""
    parameter = {key: value for key, value in meta["parameters"][name].items() if key != "default"}
    return {**meta, "parameters": {**meta["parameters"], name: parameter}}


def put(definition: Mapping[str, Any], pointers: list[str], value: Any) -> dict[str, Any]:
    """Return a copy of a rule with one value at several places. Raises KeyError or IndexError where nothing is."""
    result = {**definition, "then": copy.deepcopy(definition["then"])}
    for place in pointers:
        pointer.replace(result, place, value)
    return result


def in_force(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of each parameter that stands in a rule; of one that nobody set, what stands for that."""
    return {name: usual(definition, parameter) for name, parameter in declared(definition).items()}


def usual(definition: Mapping[str, Any], parameter: Mapping[str, Any]) -> Any:
    """Return the value of a parameter as the rule states it. Raises KeyError or IndexError where nothing is."""
    if "default" in parameter:
        return parameter["default"]
    return pointer.get(definition, parameter["pointers"][0])


def declared(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters that a rule declares, by name."""
    parameters: Mapping[str, Any] = definition["x-infra-audit"].get("parameters", {})
    return parameters


def check_names(given: ParameterFile, known: Mapping[str, frozenset[str]], broken: Mapping[str, Any]) -> None:
    """Raise BaselineError when the file sets something no rule knows; `known` is rule id -> parameter names.

    Values for rules that are out of use (`broken`, id -> definition) are let through: the rule itself is reported.
    """
    shared = frozenset[str]().union(*known.values())
    everything = shared.union(*(_names(definition) for definition in broken.values()))
    for name in given.shared:
        if name not in everything:
            near = ", ".join(difflib.get_close_matches(name, sorted(shared), 5) or sorted(shared))
            raise BaselineError("baseline.parameter_unknown", **given.at("parameters", name), name=name, known=near)
    for rule_id, values in given.by_rule.items():
        if rule_id in broken:
            continue
        if rule_id not in known:
            raise BaselineError("baseline.parameter_rule", **given.at("rules", rule_id), rule=rule_id)
        for name in values:
            if name not in known[rule_id]:
                names = ", ".join(sorted(known[rule_id])) or "-"
                place = given.at("rules", rule_id, name)
                raise BaselineError("baseline.parameter_unknown", **place, name=f"{rule_id}/{name}", known=names)
    if given.below is not None:
        check_names(given.below, known, broken)


def _names(definition: Any) -> frozenset[str]:
    """Return the parameters that a rule of any form seems to declare."""
    meta = definition.get("x-infra-audit") if isinstance(definition, dict) else None
    declared_here = meta.get("parameters") if isinstance(meta, dict) else None
    return frozenset(declared_here) if isinstance(declared_here, dict) else frozenset()


def _plain(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) else value


@cache
def _validator() -> Any:
    schema = json.loads((resources.root("schemas") / "parameters.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)
