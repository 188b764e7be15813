"""The column map: which heading means which field, and what the words in the cells mean.

The map is data. An organisation's own one replaces the shipped one key by key: a field of `columns`, a table of `values`.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra_audit import resources, yamlfile
from infra_audit.errors import InputError

FIELDS = (
    "asset", "hostname", "name", "kind", "maker", "model", "serial", "os", "address", "port", "site", "location", "zone",
    "role", "owner", "commissioned_on", "maintenance_until", "support_until", "classification", "importance",
    "off_site_approved_on", "state",
)  # fmt: skip
"""All fields, in the order of an empty ledger."""
_BRACKETS = re.compile(r"\(.*?\)|[※*]")


def plain(value: str) -> str:
    """Return a text as it is compared: one width, one case, one kind of blank."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def heading(value: str) -> str:
    """Return a heading as it is compared: without blanks, brackets and marks too."""
    folded = plain(value)
    return re.sub(r"\s", "", _BRACKETS.sub("", folded)) or re.sub(r"\s", "", folded)


@dataclass(frozen=True)
class ColumnMap:
    """A column map, checked by its schema."""

    data: Mapping[str, Any]

    @property
    def sheets(self) -> Sequence[str] | None:
        """Return the sheets that are read; None = every one with the headings."""
        return self.data.get("sheets")

    @property
    def header_within(self) -> int:
        """Return the number of rows in which the headings are looked for."""
        within: int = self.data["header_within"]
        return within

    def headings(self, field: str) -> Sequence[str]:
        """Return the headings of a field."""
        found: Sequence[str] = self.data["columns"].get(field, ())
        return found

    def fields(self) -> dict[str, str]:
        """Return the field of every heading, as headings are compared."""
        return {heading(name): field for field in reversed(FIELDS) for name in self.headings(field)}

    def blanks(self) -> frozenset[str]:
        """Return the words that mean that nothing is known."""
        return frozenset(plain(word) for word in self.data["blank"])

    def table(self, name: str) -> dict[str, Any]:
        """Return a table of words, as words are compared."""
        return {plain(word): value for word, value in self.data["values"].get(name, {}).items()}

    def retired(self) -> frozenset[str]:
        """Return the states of what is no longer there."""
        return frozenset(plain(word) for word in self.data["values"].get("retired", ()))

    def platforms(self) -> list[str]:
        """Return the platforms that the map names, under whatever name."""
        return [str(entry["platform"]) for entry in self.data["values"].get("platform", ())]

    def platform(self, cells: Mapping[str, str]) -> str | None:
        """Return the platform that maker, model and operating system mean, or None."""
        for entry in self.data["values"].get("platform", ()):
            wanted = {name: value for name, value in entry.items() if name != "platform"}
            if all(re.search(value, cells.get(name, ""), re.IGNORECASE) for name, value in wanted.items()):
                return str(entry["platform"])
        return None


def load(file: Path | None = None) -> ColumnMap:
    """Return the map in force. Raises InputError when the organisation's own one is wrong."""
    shipped = dict(yamlfile.load(resources.root("schemas") / "ledger" / "columns.yaml"))
    own = _own(file) if file is not None else {}
    merged = {**shipped, **own}
    for part in ("columns", "values"):
        merged[part] = {**shipped[part], **own.get(part, {})}
    return ColumnMap(merged)


def _own(file: Path) -> dict[str, Any]:
    data = yamlfile.load(file) or {}
    error = next(iter(_validator().iter_errors(data)), None)
    if error is not None:
        raise InputError("ledger.bad_map", **yamlfile.mistake(file, error))
    for number, entry in enumerate(data.get("values", {}).get("platform", ())):
        for name, value in entry.items():
            _expression(file, ("values", "platform", number, name), value)
    return dict(data)


def _expression(file: Path, place: Sequence[str | int], value: str) -> None:
    try:
        re.compile(value)
    except re.error as error:
        where = "/" + "/".join(map(str, place))
        line = yamlfile.line(file, place)
        raise InputError("ledger.bad_map", file=str(file), line=line, place=where, what="regex") from error


@cache
def _validator() -> Any:
    import jsonschema_rs

    text = (resources.root("schemas") / "ledger-columns.schema.json").read_text("utf-8")
    return jsonschema_rs.validator_for(json.loads(text))
