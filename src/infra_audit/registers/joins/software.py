"""Installed packages against the list of approved software."""

from collections.abc import Iterator
from typing import Any

from infra_audit.model.register import Row
from infra_audit.registers.joins import Context, Facts, Join, Joined, device_of, items
from infra_audit.registers.joins.versions import is_of


def _matches(row: Row, package: dict[str, Any]) -> bool:
    name, version = str(row.get("name")), row.get("version")
    same = package["name"].startswith(name[:-1]) if name.endswith("*") else package["name"] == name
    return same and (version is None or is_of(str(package.get("version", "")).split(":", 1)[-1], version))


def _software(facts: Facts, context: Context) -> Iterator[Joined]:
    rows = [*context.register("software").of_device(device_of(facts))]
    for at, package in items(facts, "packages", "installed"):
        row = next((row for row in rows if _matches(row, package)), None)
        used = (("software", row),) if row else ()
        yield Joined((*at, "approved"), row is not None, ((*at, "name"),), used, () if row else ("software",))


JOINS = (
    Join(
        name="approved_software",
        run=_software,
        adds=("packages/installed/*/approved",),
        needs=("software",),
        reads=("packages",),
    ),
)
