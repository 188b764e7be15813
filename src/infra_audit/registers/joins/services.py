"""Ports that are listened on and services that are enabled, against the list of what is approved for a device or role."""

from collections.abc import Iterator

from infra_audit.model.register import Row
from infra_audit.registers.joins import Context, Facts, Join, Joined, Pointer, device_of, items


def _rows(facts: Facts, context: Context) -> list[Row] | None:
    """Return the rows that concern a device; None when they go by role and its role is not known."""
    device, roles = device_of(facts), facts["subject"].get("roles")
    found = []
    for row in context.register("listeners").rows:
        if row.get("role") is None:
            if row.get("device") in (None, "*", device):
                found.append(row)
        elif roles is None:
            return None
        elif row.get("role") in roles:
            found.append(row)
    return found


def _fact(at: Pointer, row: Row | None, source: Pointer) -> Joined:
    used = (("listeners", row),) if row else ()
    return Joined((*at, "approved"), row is not None, (source,), used, () if row else ("listeners",))


def _listeners(facts: Facts, context: Context) -> Iterator[Joined]:
    rows = _rows(facts, context)
    for at, socket in items(facts, "listeners") if rows is not None else ():
        wanted = (socket["protocol"], socket["port"])
        row = next((row for row in rows or () if (row.get("protocol"), row.get("port")) == wanted), None)
        yield _fact(at, row, (*at, "port"))


def _units(facts: Facts, context: Context) -> Iterator[Joined]:
    rows = _rows(facts, context)
    for at, unit in items(facts, "services", "units") if rows is not None else ():
        row = next((row for row in rows or () if row.get("unit") == unit["name"]), None)
        yield _fact(at, row, (*at, "name"))


JOINS = (
    Join(
        name="approved_listeners",
        run=_listeners,
        adds=("listeners/*/approved",),
        needs=("listeners",),
        reads=("listeners",),
    ),
    Join(
        name="approved_services",
        run=_units,
        adds=("services/units/*/approved",),
        needs=("listeners",),
        reads=("services",),
    ),
)
