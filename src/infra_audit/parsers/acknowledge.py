"""The file in which a site acknowledges unparsed lines: looked at, known, and harmless until a date."""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from infra_audit import resources, yamlfile
from infra_audit.errors import InputError
from infra_audit.model.acknowledgement import Acknowledgement


def load(path: Path) -> tuple[Acknowledgement, ...]:
    """Return the acknowledgements of a file.

    Raises InputError with file and place when it cannot be read, breaks its schema, or holds a pattern that is not a
    regular expression.
    """
    data = yamlfile.load(path)
    error = next(iter(_validator().iter_errors(data)), None)
    if error is not None:
        place = "/".join(str(part) for part in error.instance_path)
        raise InputError("acknowledgement.invalid", file=str(path), place=place, what=error.kind.name)
    found = []
    for index, entry in enumerate(data["acknowledgements"]):
        try:
            re.compile(entry["pattern"])
        except re.error as problem:
            place = f"acknowledgements/{index}/pattern"
            raise InputError("acknowledgement.invalid", file=str(path), place=place, what=str(problem)) from problem
        found.append(Acknowledgement(**entry))
    return tuple(found)


def in_force(entries: Iterable[Acknowledgement], as_of: str) -> tuple[Acknowledgement, ...]:
    """Return the acknowledgements that still hold on an ISO date, their last day included."""
    return tuple(entry for entry in entries if as_of <= entry.until)


@cache
def _validator() -> Any:
    import jsonschema_rs

    text = (resources.root("schemas") / "acknowledgement.schema.json").read_text("utf-8")
    return jsonschema_rs.validator_for(json.loads(text))
