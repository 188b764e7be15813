"""The `infra_audit_*` variables of hosts and groups, checked by schemas/inventory.schema.json.

They are checked where they are written, group by group and host by host, so that an error names the place to correct.
"""

import difflib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from infra_audit import resources
from infra_audit.errors import InventoryError
from infra_audit.inventory.tree import Tree

PREFIX = "infra_audit_"
_LIKE = 0.8  # all names begin alike


def check(tree: Tree, inventory: str) -> None:
    """Check every group's and host's own variables. Raises InventoryError that names the first wrong one."""
    for name, variables in sorted(tree.group_variables.items()):
        _check_place(variables, inventory, f"group {name}")
    for name, variables in sorted(tree.host_variables.items()):
        _check_place(variables, inventory, f"host {name}")


def _check_place(variables: Mapping[str, Any], inventory: str, place: str) -> None:
    ours = {name: value for name, value in sorted(variables.items()) if name.startswith(PREFIX)}
    known: Mapping[str, Any] = schema()["properties"]
    for name, value in ours.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=_LIKE)
            raise InventoryError(
                "inventory.unknown_variable",
                inventory=inventory, place=place, variable=name, write=near[0] if near else ", ".join(known),
            )  # fmt: skip
        if is_template(value):
            raise InventoryError("inventory.template", inventory=inventory, place=place, variable=name)
    error = next(iter(_validator().iter_errors(ours)), None)
    if error is not None:
        name = str(error.instance_path[0])
        raise InventoryError(
            "inventory.bad_value", inventory=inventory, place=place, variable=name, write=known[name]["x-write"]
        )


def is_template(value: Any) -> bool:
    """Whether a value, or anything in it, is left for Ansible to fill in or to decrypt."""
    if isinstance(value, str):
        return "{{" in value or "{%" in value
    if isinstance(value, Mapping):
        return "__ansible_vault" in value or any(is_template(v) for v in value.values())
    return isinstance(value, list) and any(is_template(v) for v in value)


@cache
def schema() -> dict[str, Any]:
    """Return the schema of the variables."""
    data: dict[str, Any] = json.loads((resources.root("schemas") / "inventory.schema.json").read_text("utf-8"))
    return data


@cache
def _validator() -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(schema(), validate_formats=True)
