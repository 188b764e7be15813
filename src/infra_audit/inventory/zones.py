"""The zones of an organisation: zones.yaml, checked by its schema."""

import ipaddress
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from infra_audit import resources, yamlfile
from infra_audit.errors import InputError


def load(file: Path) -> Sequence[Mapping[str, Any]]:
    """Return the zones of a file. Raises InputError when it cannot be read or is wrong."""
    data = yamlfile.load(file)
    error = next(iter(_validator().iter_errors(data)), None)
    if error is not None:
        raise InputError("zones.invalid", **yamlfile.mistake(file, error))
    zones: Sequence[Mapping[str, Any]] = data["zones"]
    for number, zone in enumerate(zones):
        for index, prefix in enumerate(zone.get("prefixes", ())):
            _network(file, ("zones", number, "prefixes", index), prefix)
    return zones


def _network(file: Path, place: Sequence[str | int], prefix: str) -> None:
    try:
        ipaddress.ip_network(prefix)
    except ValueError as error:
        line = yamlfile.line(file, place)
        where = "/" + "/".join(map(str, place))
        raise InputError("zones.invalid", file=str(file), line=line, place=where, what="prefix") from error


@cache
def _validator() -> Any:
    import jsonschema_rs

    schema = json.loads((resources.root("schemas") / "zones.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)
