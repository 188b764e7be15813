"""One row of a ledger as an entry of an inventory, with every complaint about it."""

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra_audit.catalogue import by_alias
from infra_audit.inventory.ledger.columns import ColumnMap, plain
from infra_audit.inventory.ledger.dates import date
from infra_audit.inventory.ledger.sheets import Cell
from infra_audit.inventory.variables import is_template
from infra_audit.model.platform import Platform

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HOST = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
SEPARATORS = re.compile(r"[\n、,;/・]+")
_PORTS = 65536
_TEXTS = (
    "asset",
    "maker",
    "model",
    "serial",
    "site",
    "location",
    "owner",
    "classification",
    "importance",
    "off_site_approved_on",
)
_DAYS = {"commissioned_on": False, "off_site_approved_on": False, "maintenance_until": True, "support_until": True}
"""Fields that hold a day -> whether a month alone means its last day."""
EMPTY = Cell("", None)


@dataclass(frozen=True)
class Complaint:
    """What is wrong with one cell; the texts are in texts/ledger.yaml."""

    place: str
    code: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Entry:
    """One device of a ledger."""

    id: str
    place: str
    """Cell of its name."""
    address: str | None = None
    address_place: str = ""
    port: int | None = None
    kind: str | None = None
    platform: str | None = None
    zones: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    more: dict[str, str] = field(default_factory=dict)
    """The other fields of the map that are known; days in ISO 8601."""


@dataclass(frozen=True)
class Row:
    """What became of one row."""

    entry: Entry | None = None
    complaints: tuple[Complaint, ...] = ()
    unfit: Complaint | None = None
    """Why no collector can read the device: platform or address not known."""
    retired: bool = False


class Reader:
    """Reads rows by one map."""

    def __init__(self, columns: ColumnMap, platforms: Mapping[str, Platform], zones: frozenset[str] | None) -> None:
        """`zones` are the ids of zones.yaml, None when there is none to compare with."""
        self._map = columns
        self._platforms = platforms
        self._zones = zones
        self._blanks = columns.blanks()
        self._kinds, self._zone_words, self._roles = (columns.table(name) for name in ("kind", "zone", "role"))
        self._retired = columns.retired()
        self._complaints: list[Complaint] = []

    def read(self, cells: Mapping[str, Cell]) -> Row:
        """Return what a row says."""
        self._complaints = []
        known = {name: cell for name, cell in cells.items() if plain(cell.text) not in self._blanks and cell.text}
        if plain(known.get("state", EMPTY).text) in self._retired:
            return Row(retired=True)
        if len(known) <= 1 and "address" not in known:
            return Row()  # the heading of a group of rows, or a sum
        entry = self._named(cells, known)
        entry.kind = self._word(known.get("kind"), self._kinds, "kind")
        entry.zones = self._zones_of(cells, known)
        entry.roles = tuple(self._roles[plain(w)] for w in self._words(known.get("role")) if plain(w) in self._roles)
        entry.address, entry.address_place = self._address(known), cells.get("address", EMPTY).place
        entry.port = self._port(known.get("port"))
        entry.more = {name: " ".join(_text(known[name]).split()) for name in _TEXTS if name in known} | self._days(
            known
        )
        entry.platform = self._platform(known)
        for name in entry.more:
            if is_template(entry.more[name]):
                self._complain(known[name], "template")
        return Row(entry, tuple(self._complaints), self._unfit(entry, cells))

    def _complain(self, cell: Cell, code: str, **fields: object) -> None:
        self._complaints.append(Complaint(cell.place, code, {"value": _text(cell), **fields}))

    def _named(self, cells: Mapping[str, Cell], known: Mapping[str, Cell]) -> Entry:
        for name in ("hostname", "name", "asset"):
            if name in known and _NAME.fullmatch(_text(known[name])):
                return Entry(_text(known[name]), known[name].place)
        cell = next((cells[name] for name in ("hostname", "name", "asset") if name in cells), EMPTY)
        self._complain(cell, "no_name")
        return Entry("", cell.place)

    def _word(self, cell: Cell | None, table: Mapping[str, Any], code: str) -> Any:
        if cell is None:
            return None
        if plain(cell.text) not in table:
            self._complain(cell, f"unknown_{code}")
        return table.get(plain(cell.text))

    def _zones_of(self, cells: Mapping[str, Cell], known: Mapping[str, Cell]) -> tuple[str, ...]:
        cell = known.get("zone")
        if cell is None:
            self._complain(cells.get("zone", EMPTY), "no_zone")
            return ()
        words = [cell.text] if plain(cell.text) in self._zone_words else self._words(cell)
        found: dict[str, None] = {}
        for word in words:
            if plain(word) not in self._zone_words:
                self._complain(cell, "unknown_zone", word=word)
            for zone in self._zone_words.get(plain(word), ()):
                if self._zones is not None and zone not in self._zones:
                    self._complain(cell, "zone_not_in_file", zone=zone)
                found[zone] = None
        return tuple(found)

    @staticmethod
    def _words(cell: Cell | None) -> list[str]:
        return [word.strip() for word in SEPARATORS.split(_text(cell)) if word.strip()] if cell else []

    def _address(self, known: Mapping[str, Cell]) -> str | None:
        cell = known.get("address")
        if cell is None:
            return None
        written = _text(cell)
        try:
            return str(ipaddress.ip_interface(written).ip)
        except ValueError:
            if _HOST.fullmatch(written):
                return written
        self._complain(cell, "several_addresses" if len(re.split(r"[\s、,;]+", written)) > 1 else "no_address")
        return None

    def _port(self, cell: Cell | None) -> int | None:
        if cell is None:
            return None
        written = _text(cell)
        if not written.isdecimal() or not 0 < int(written) < _PORTS:
            self._complain(cell, "no_port")
            return None
        return int(written)

    def _days(self, known: Mapping[str, Cell]) -> dict[str, str]:
        found = {}
        for name, last in _DAYS.items():
            cell = known.get(name)
            day = date(cell.value, last=last) if cell is not None else None
            if day is not None:
                found[name] = day.isoformat()
            elif cell is not None:
                self._complain(cell, "no_date")
        return found

    def _platform(self, known: Mapping[str, Cell]) -> str | None:
        cells = {name: _text(known[name]) for name in ("maker", "model", "os") if name in known}
        named = by_alias(self._platforms, cells.get("os", "").lower())
        if named is None:
            named = by_alias(self._platforms, self._map.platform(cells) or "")
        return named.name if named is not None else None

    def _unfit(self, entry: Entry, cells: Mapping[str, Cell]) -> Complaint | None:
        if entry.platform is None:
            cell = next((cells[name] for name in ("model", "os", "maker") if name in cells), EMPTY)
            said = " ".join(
                _text(cells[name]) for name in ("maker", "model", "os") if name in cells and cells[name].text
            )
            return Complaint(cell.place or entry.place, "unknown_platform", {"device": entry.id, "value": said})
        unsaid = not cells.get("address", EMPTY).text or plain(cells["address"].text) in self._blanks
        if entry.address is None and unsaid:
            return Complaint(entry.address_place or entry.place, "address_missing", {"device": entry.id})
        return None


def _text(cell: Cell) -> str:
    """Return the text of a cell in one width; its line breaks stay."""
    return re.sub(r"[ \t]+", " ", unicodedata.normalize("NFKC", cell.text)).strip()
