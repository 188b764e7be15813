"""Support and known weaknesses of what a device runs: end of support, advisories, approved versions."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from infra_audit.model.register import Register, Row
from infra_audit.registers.joins import Context, Facts, Join, Joined, Pointer, device_of, items
from infra_audit.registers.joins.versions import is_of, order

_HIGH = 7.0
"""CVSS score from which a weakness is a serious one."""
_GRADES = ("exploited", "high", "other")


def _product(facts: Facts) -> tuple[str | None, Pointer]:
    """Return what the device runs, as the registers name it: its operating system, else its platform."""
    product = facts.get("system", {}).get("os_product")
    if isinstance(product, str):
        return product, ("system", "os_product")
    return facts["subject"].get("platform"), ("subject", "platform")


def _version(facts: Facts) -> tuple[str | None, Pointer]:
    version = facts["subject"].get("version")
    if isinstance(version, str):
        return version, ("subject", "version")
    return facts.get("system", {}).get("os_version"), ("system", "os_version")


def _model(facts: Facts) -> tuple[str | None, Pointer]:
    model = facts["subject"].get("model")
    if isinstance(model, str):
        return model, ("subject", "model")
    return facts.get("system", {}).get("model"), ("system", "model")


def _fits_model(row: Row, model: str | None) -> bool | None:
    """Say whether a row is meant for a model; None when the model is not known and the row names one."""
    if row.get("model") is None:
        return True
    return None if model is None else model.startswith(row.get("model"))


def _best(rows: list[Row], column: str) -> Row | None:
    """Return the row that says most exactly what it means: the one with the longest text in a column."""
    return max(rows, key=lambda row: len(row.get(column) or ""), default=None)


def _software(facts: Facts, context: Context) -> Iterator[Joined]:
    (product, at_product), (version, at_version) = _product(facts), _version(facts)
    if product is None or version is None:
        return
    rows = [
        row
        for row in context.register("eol").rows
        if row.get("kind") == "software" and row.get("product") == product and is_of(version, row.get("version"))
    ]
    row = _best(rows, "version")
    if row is not None:
        yield _days("software_days_left", row, context, (at_product, at_version))


def _hardware(facts: Facts, context: Context) -> Iterator[Joined]:
    model, at_model = _model(facts)
    rows = [
        row
        for row in context.register("eol").rows
        if row.get("kind") == "hardware" and row.get("model") and _fits_model(row, model)
    ]
    row = _best(rows, "model")
    if row is not None:
        yield _days("hardware_days_left", row, context, (at_model,))


def _days(field: str, row: Row, context: Context, sources: tuple[Pointer, ...]) -> Joined:
    ends = dt.date.fromisoformat(row.get("ends_on"))
    return Joined(("support", field), (ends - context.as_of).days, sources, (("eol", row),))


def _end_of_support(facts: Facts, context: Context) -> Iterator[Joined]:
    yield Joined(("support", "table"), context.register("eol").file, (("subject", "platform"),), registers=("eol",))
    yield from _software(facts, context)
    hardware = list(_hardware(facts, context))
    yield from hardware or _by_ledger(facts, context)


def _by_ledger(facts: Facts, context: Context) -> Iterator[Joined]:
    """Take the end of support from the ledger where the table does not know the model."""
    if "assets" not in context.registers:
        return
    row = next(iter(context.register("assets").of_device(device_of(facts))), None)
    until = row.date("support_until") if row else None
    if row is not None and until is not None:
        days = (until - context.as_of).days
        yield Joined(("support", "hardware_days_left"), days, (("subject", "id"),), (("assets", row),))


def _applications(facts: Facts, context: Context) -> Iterator[Joined]:
    """List the installed packages that the table of products speaks of, with the days of support they have left."""
    table: dict[str, list[Row]] = {}
    for row in context.register("eol").rows:
        if row.get("kind") == "application":
            table.setdefault(row.get("product"), []).append(row)
    if "packages" not in facts or "installed" not in facts["packages"]:
        return
    yield Joined(("support", "applications"), [], (("packages", "installed"),), registers=("eol",))
    index = 0
    for at, package in items(facts, "packages", "installed"):
        rows = table.get(package["name"])
        if rows is None:
            continue
        version = str(package.get("version", "")).split(":", 1)[-1]
        best = _best([row for row in rows if version and is_of(version, row.get("version"))], "version")
        value: dict[str, Any] = {"name": package["name"], "arch": package.get("arch", "")}
        if best is not None:
            value["days_left"] = (dt.date.fromisoformat(best.get("ends_on")) - context.as_of).days
        used = (("eol", best),) if best else ()
        key = f"{value['name']},{value['arch']}"
        yield Joined(("support", "applications", index), value, (at,), used, () if best else ("eol",), key=key)
        index += 1


def _advisories(facts: Facts, context: Context) -> Iterator[Joined]:
    """Sort the advisories that meet the version into exploited, high and other; nothing is told where one is undecided."""
    (version, at_version), (model, _), platform = _version(facts), _model(facts), facts["subject"].get("platform")
    if version is None or platform is None:
        return
    found: dict[str, list[Row]] = {grade: [] for grade in _GRADES}
    undecided: set[str] = set()
    for row in context.register("advisories").rows:
        if row.get("platform") != platform or _fits_model(row, model) is False or _is_off(facts, row.get("feature")):
            continue
        affected = _affected(version, row)
        if affected and _fits_model(row, model):
            found[_grade(row)].append(row)
        elif affected is not False:
            undecided.add(_grade(row))
    for grade, met in found.items():
        if met or grade not in undecided:
            used = tuple(("advisories", row) for row in met)
            names = [str(row.get("id")) for row in met]
            whole = () if met else ("advisories",)
            yield Joined(("support", f"advisories_{grade}"), names, (at_version,), used, whole)


def _affected(version: str, row: Row) -> bool | None:
    """Say whether a version lies in the range of an advisory; None when it cannot be compared."""
    first, fixed = row.get("first_affected"), row.get("first_fixed")
    before = order(version, first) if first else 1
    after = order(version, fixed) if fixed else -1
    if (before is not None and before < 0) or (after is not None and after >= 0):
        return False
    return None if before is None or after is None else True


def _grade(row: Row) -> str:
    if row.get("known_exploited"):
        return "exploited"
    return "high" if row.get("score") >= _HIGH else "other"


def _is_off(facts: Facts, feature: str | None) -> bool:
    """Say whether the feature an advisory needs is known to be off."""
    value: Any = facts
    for part in (feature or "").split("/"):
        value = value.get(part) if isinstance(value, dict) else None
    return value is False


def _approved(facts: Facts, context: Context) -> Iterator[Joined]:
    (version, at_version), (model, _), platform = _version(facts), _model(facts), facts["subject"].get("platform")
    register: Register = context.register("approved_versions")
    rows = [row for row in register.rows if row.get("platform") == platform]
    if version is None or any(_fits_model(row, model) is None for row in rows):
        return
    row = next(
        (r for r in rows if is_of(version, r.get("version")) and _fits_model(r, model) and _valid(r, context)), None
    )
    used = (("approved_versions", row),) if row else ()
    yield Joined(
        ("support", "version_approved"), row is not None, (at_version,), used, () if row else ("approved_versions",)
    )


def _valid(row: Row, context: Context) -> bool:
    last = row.date("valid_until")
    return last is None or context.as_of <= last


JOINS = (
    Join(
        name="end_of_support",
        run=_end_of_support,
        adds=("support",),
        needs=("eol",),
        uses=("assets",),
        max_age_days={"eol": 90},
    ),
    Join(
        name="application_support",
        run=_applications,
        adds=("support/applications",),
        needs=("eol",),
        reads=("packages",),
        max_age_days={"eol": 90},
    ),
    Join(
        name="advisories",
        run=_advisories,
        adds=tuple(f"support/advisories_{grade}" for grade in _GRADES),
        needs=("advisories",),
        max_age_days={"advisories": 30},
    ),
    Join(name="approved_version", run=_approved, adds=("support/version_approved",), needs=("approved_versions",)),
)
