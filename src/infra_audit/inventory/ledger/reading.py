"""A whole ledger: its devices, all that is wrong with it, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra_audit.catalogue import by_alias, near
from infra_audit.errors import InputError
from infra_audit.inventory.ledger.columns import ColumnMap
from infra_audit.inventory.ledger.rows import Complaint, Entry, Reader
from infra_audit.inventory.ledger.sheets import Cell, Table, tables
from infra_audit.model.platform import Platform

NEEDED = (("hostname", "name", "asset"), ("zone",), ("address",), ("maker", "model", "os"))
"""Fields without which nothing can be made of a ledger; one of each group."""


@dataclass
class Ledger:
    """What a ledger says."""

    file: Path
    entries: list[Entry] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    """All that must be corrected: row by row, then names and addresses that stand twice."""
    left_out: list[Complaint] = field(default_factory=list)
    """Rows that no collector can read, left out as asked."""
    retired: int = 0
    """Rows of equipment that is no longer there."""
    unread_columns: list[Cell] = field(default_factory=list)
    unread_sheets: list[str] = field(default_factory=list)


def read(
    file: Path,
    columns: ColumnMap,
    platforms: Mapping[str, Platform],
    *,
    zones: frozenset[str] | None = None,
    skip_unknown: bool = False,
) -> Ledger:
    """Return what a ledger says. Raises InputError when the file cannot be read, or the map names no platform there is."""
    for name in columns.platforms():
        if by_alias(platforms, name) is None:
            raise InputError("ledger.map_platform", platform=name, known=near(platforms, name))
    found, without = tables(file, columns)
    ledger = Ledger(file, unread_sheets=without)
    reader = Reader(columns, platforms, zones)
    for table in found:
        ledger.unread_columns += table.unread
        missing = [_headings(columns, group) for group in NEEDED if not set(group) & set(table.columns)]
        ledger.complaints += [Complaint(_row(table), "no_column", {"headings": names}) for names in missing]
        if not missing:
            _rows(ledger, table, reader, skip_unknown=skip_unknown)
    ledger.complaints += _doubles(ledger.entries)
    if not ledger.entries and not ledger.complaints:
        raise InputError("ledger.empty", file=str(file))
    return ledger


def _rows(ledger: Ledger, table: Table, reader: Reader, *, skip_unknown: bool) -> None:
    for cells in table.rows():
        row = reader.read(cells)
        ledger.retired += row.retired
        if row.entry is None:
            continue
        if row.unfit is not None and skip_unknown:
            ledger.left_out.append(row.unfit)
            continue
        ledger.complaints += row.complaints
        if row.unfit is not None:
            ledger.complaints.append(row.unfit)
        ledger.entries.append(row.entry)


def _doubles(entries: list[Entry]) -> list[Complaint]:
    """Return a complaint for every name and address that was there before."""
    found: list[Complaint] = []
    names: dict[str, Entry] = {}
    addresses: dict[tuple[str, int], Entry] = {}
    for entry in entries:
        if entry.id:
            first = names.setdefault(entry.id.casefold(), entry)
            if first is not entry:
                found.append(Complaint(entry.place, "same_name", {"value": entry.id, "first": first.place}))
        if entry.address:
            first = addresses.setdefault((entry.address.casefold(), entry.port or 22), entry)
            if first is not entry:
                fields = {"value": entry.address, "first": first.address_place}
                found.append(Complaint(entry.address_place, "same_address", fields))
    return found


def _headings(columns: ColumnMap, group: tuple[str, ...]) -> str:
    return ", ".join(columns.headings(name)[0] for name in group if columns.headings(name))


def _row(table: Table) -> str:
    return f"{table.sheet.name}!{table.header + 1}"
