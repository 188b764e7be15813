"""The device in the ledger of assets: place, serial number, maintenance, supplier."""

import datetime as dt
from collections.abc import Iterator

from infra_audit.model.register import Row
from infra_audit.registers.joins import Context, Facts, Join, Joined, Pointer, device_of

_SUPPLY_CHAIN_FROM = dt.date(2027, 7, 1)
"""Devices introduced from this day on need a supply-chain decision (令和9年7月1日以降に導入するもの)."""
_IMPORTANT_ROLES = frozenset({"core", "core-system", "zone-boundary"})
_ID: tuple[Pointer, ...] = (("subject", "id"),)


def _row(facts: Facts, context: Context) -> Row | None:
    return next(iter(context.register("assets").of_device(device_of(facts))), None)


def _fact(field: str, value: object, row: Row | None, sources: tuple[Pointer, ...] = _ID) -> Joined:
    rows = (("assets", row),) if row is not None else ()
    return Joined(("asset", field), value, sources, rows, () if row is not None else ("assets",))


def _asset(facts: Facts, context: Context) -> Iterator[Joined]:
    row = _row(facts, context)
    yield _fact("registered", row is not None, row)
    if row is None:
        return
    if isinstance(row.get("important"), bool):
        yield _fact("important", row.get("important"), row)
    elif roles := set(facts["subject"].get("roles", ())):
        yield _fact("important", bool(roles & _IMPORTANT_ROLES), row, (("subject", "roles"),))
    yield _fact("supplier_decided", bool(row.get("supplier_decision")), row)
    introduced = row.date("introduced_on")
    if introduced is not None:
        yield _fact("supplier_decision_due", introduced >= _SUPPLY_CHAIN_FROM, row)
    yield _fact("off_site", bool(row.get("offsite")), row)
    approved = row.date("offsite_approved_on")
    yield _fact("off_site_approval_age_days", None if approved is None else (context.as_of - approved).days, row)


def _serial(facts: Facts, context: Context) -> Iterator[Joined]:
    row = _row(facts, context)
    serial = facts.get("system", {}).get("serial")
    if row is not None and isinstance(serial, str) and row.get("serials"):
        yield _fact("serial_matches", serial in row.get("serials"), row, (("system", "serial"),))


def _area(facts: Facts, context: Context) -> Iterator[Joined]:
    row = _row(facts, context)
    if row is None:
        return
    areas = {area.get("id"): area for area in context.register("controlled_areas").rows}
    area = areas.get(row.get("area"))
    rows = (("assets", row), *((("controlled_areas", area),) if area else ()))
    whole = () if area else ("controlled_areas",)
    yield Joined(("asset", "in_controlled_area"), area is not None, _ID, rows, whole)


def _maintenance(facts: Facts, context: Context) -> Iterator[Joined]:
    row = _row(facts, context)
    if row is None:
        return
    contracts = {c.get("number"): c for c in context.register("contracts").rows}
    contract = contracts.get(row.get("contract"))
    until = contract.date("until") if contract else row.date("maintenance_until")
    rows = (("assets", row), *((("contracts", contract),) if contract else ()))
    days = None if until is None else (until - context.as_of).days
    whole = () if contract else ("contracts",)
    yield Joined(("asset", "maintenance_days_left"), days, _ID, rows, whole)


JOINS = (
    Join(name="asset_ledger", run=_asset, adds=("asset",), needs=("assets",)),
    Join(name="asset_serial", run=_serial, adds=("asset/serial_matches",), needs=("assets",), reads=("system",)),
    Join(
        name="controlled_area", run=_area, adds=("asset/in_controlled_area",), needs=("assets", "controlled_areas")
    ),
    Join(name="maintenance", run=_maintenance, adds=("asset/maintenance_days_left",), needs=("assets", "contracts")),
)  # fmt: skip
