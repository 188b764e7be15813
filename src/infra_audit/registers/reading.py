"""A folder of registers, and the zone map, from files to values. One bad cell is one clear line."""

import datetime as dt
import hashlib
import ipaddress
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra_audit import resources, yamlfile
from infra_audit.errors import InfraAuditError, InputError, RegisterError
from infra_audit.model.register import Register, Row, Zone, Zones
from infra_audit.registers import cells
from infra_audit.registers.definitions import Column, Definition, definitions
from infra_audit.registers.formats import FORMATS, Line, Sheet


def read(folder: Path) -> dict[str, Register]:
    """Return the registers of a folder by name. Raises RegisterError, with every bad cell, when one is wrong."""
    files = _files(folder)
    found: dict[str, Register] = {}
    problems: list[InfraAuditError] = []
    for name, path in files.items():
        try:
            found[name] = read_file(path, definitions()[name])
        except RegisterError as error:
            problems += [error, *error.others]
    _raise_all(problems)
    return found


def read_file(path: Path, definition: Definition) -> Register:
    """Return one register. Raises RegisterError with every bad cell."""
    data = _bytes(path)
    sheet = FORMATS[path.suffix.lower()](data, str(path))
    problems: list[InfraAuditError] = []
    columns = _columns(path, sheet, definition)
    rows = [row for line in sheet.lines if (row := _row(path, line, definition, columns, problems)) is not None]
    as_of = _as_of(path, sheet, problems)
    problems += _doubled(path, rows)
    _raise_all(problems)
    return Register(
        name=definition.name, file=path.name, sha256=hashlib.sha256(data).hexdigest(), as_of=as_of, rows=tuple(rows)
    )


def read_zones(path: Path) -> Zones:
    """Return the zone map. Raises RegisterError when it is wrong."""
    import jsonschema_rs

    data = _bytes(path)
    value = yamlfile.load(path)
    schema = json.loads((resources.root("schemas") / "zones.schema.json").read_text("utf-8"))
    for error in jsonschema_rs.validator_for(schema).iter_errors(value):
        raise _zones_error(path, list(error.instance_path), str(error.schema_path[-1]))
    zones: list[Zone] = []
    for number, entry in enumerate(value["zones"]):
        if any(zone.id == entry["id"] for zone in zones):
            raise _zones_error(path, ["zones", number, "id"], "uniqueItems")
        zones.append(_zone(path, number, entry))
    return Zones(file=path.name, sha256=hashlib.sha256(data).hexdigest(), zones=tuple(zones))


def _zone(path: Path, number: int, entry: Mapping[str, Any]) -> Zone:
    prefixes = []
    for position, text in enumerate(entry.get("prefixes", ())):
        try:
            prefixes.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise _zones_error(path, ["zones", number, "prefixes", position], "prefix") from error
    return Zone(
        id=entry["id"],
        zone_class=entry["class"],
        prefixes=tuple(prefixes),
        vlans=frozenset(entry.get("vlans", ())),
        vrfs=frozenset(entry.get("vrfs", ())),
        interfaces=frozenset(entry.get("interfaces", ())),
    )


def _zones_error(path: Path, place: list[str | int], what: str) -> RegisterError:
    shown = "/" + "/".join(map(str, place))
    return RegisterError("register.zones", file=str(path), line=yamlfile.line(path, place), place=shown, what=what)


def _files(folder: Path) -> dict[str, Path]:
    """Return the file of each register in a folder."""
    if not folder.is_dir():
        raise RegisterError("register.no_folder", folder=str(folder))
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in FORMATS or not path.is_file() or path.name.startswith((".", "~$")):
            continue
        if path.stem not in definitions():
            raise RegisterError("register.unknown", file=str(path), known=", ".join(definitions()))
        if path.stem in found:
            raise RegisterError("register.twice", file=str(path), other=found[path.stem].name)
        found[path.stem] = path
    return found


def _columns(path: Path, sheet: Sheet, definition: Definition) -> dict[str, Column]:
    """Return the column of each heading. Raises RegisterError for a heading that means none."""
    found: dict[str, Column] = {}
    for line in sheet.lines:
        for heading in line.cells:
            if heading in found:
                continue
            column = definition.column(heading)
            if column is None:
                known = ", ".join(c.name for c in definition.columns)
                raise RegisterError(
                    "register.column", file=str(path), line=_line(path, line, heading), column=heading, known=known
                )
            found[heading] = column
    return found


def _row(
    path: Path, line: Line, definition: Definition, columns: Mapping[str, Column], problems: list[InfraAuditError]
) -> Row | None:
    values: dict[str, Any] = {}
    before = len(problems)
    for heading, cell in line.cells.items():
        column = columns[heading]
        if cells.is_empty(cell):
            continue
        try:
            values[column.name] = cells.value(cell, column.schema)
        except cells.CellError as error:
            fields = {"file": str(path), "line": _line(path, line, heading), "column": heading}
            problems.append(RegisterError(f"register.wants_{error.wants}", **fields, **error.fields))
            values[column.name] = None
    for column in definition.columns:
        if column.required and column.name not in values:
            heading = next((h for h, c in columns.items() if c is column), column.name)
            problems.append(
                RegisterError("register.empty", file=str(path), line=_line(path, line, heading), column=heading)
            )
    if len(problems) > before:
        return None
    key = ",".join("" if values.get(name) is None else str(values[name]) for name in definition.key)
    return Row(key=key, place=f"{path.name} row {line.number}", values=values)


def _line(path: Path, line: Line, heading: str) -> int:
    return yamlfile.line(path, (*line.path, heading)) if line.path else line.number


def _as_of(path: Path, sheet: Sheet, problems: list[InfraAuditError]) -> dt.date | None:
    if cells.is_empty(sheet.as_of):
        return None
    try:
        return dt.date.fromisoformat(cells.day(sheet.as_of))
    except cells.CellError:
        problems.append(RegisterError("register.as_of", file=str(path)))
        return None


def _doubled(path: Path, rows: list[Row]) -> Iterator[RegisterError]:
    seen: dict[str, Row] = {}
    for row in rows:
        if row.key in seen:
            yield RegisterError(
                "register.doubled", file=str(path), row=row.place.rsplit(" ", 1)[1],
                other=seen[row.key].place.rsplit(" ", 1)[1], key=row.key,
            )  # fmt: skip
        seen.setdefault(row.key, row)


def _raise_all(problems: list[InfraAuditError]) -> None:
    if problems:
        problems[0].others = tuple(problems[1:])
        raise problems[0]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("file.unreadable", file=str(path), what=type(error).__name__) from error
