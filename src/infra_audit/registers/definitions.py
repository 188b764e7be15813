"""What registers there are, and what columns they have: schemas/registers/, one file a register."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from infra_audit import resources


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a register."""

    name: str
    heading: Mapping[str, str]
    """By language."""
    schema: Mapping[str, Any]
    required: bool

    def is_called(self, heading: str) -> bool:
        """Say whether a heading of a file means this column: its name, or its heading in either language."""
        return heading.strip().casefold() in {self.name, *(text.casefold() for text in self.heading.values())}


@dataclass(frozen=True, slots=True)
class Definition:
    """What one register holds."""

    name: str
    title: Mapping[str, str]
    """By language."""
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, heading: str) -> Column | None:
        """Return the column that a heading means, or None."""
        return next((column for column in self.columns if column.is_called(heading)), None)


@cache
def definitions() -> Mapping[str, Definition]:
    """Return every register by name."""
    folder = resources.root("schemas") / "registers"
    ending = ".schema.json"
    names = sorted(p.name.removesuffix(ending) for p in folder.iterdir() if p.name.endswith(ending))
    return {name: _definition(name, json.loads((folder / f"{name}{ending}").read_text("utf-8"))) for name in names}


def _definition(name: str, schema: Mapping[str, Any]) -> Definition:
    row = schema["items"]
    columns = tuple(
        Column(column, entry["x-column"], entry, column in row["required"])
        for column, entry in row["properties"].items()
    )
    return Definition(name, schema["x-title"], tuple(schema["x-key"]), columns)
