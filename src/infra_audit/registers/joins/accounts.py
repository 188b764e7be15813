"""Accounts of a device against the register of accounts."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from infra_audit.model.register import Row
from infra_audit.registers.joins import Context, Facts, Join, Joined, Pointer, device_of, items

_FIRST_HUMAN_UID = 1000
_MAX_AGE = {"accounts": 31}
_NAMED = frozenset({"personal", "vendor"})
"""Classes of accounts that one person answers for."""


def _row(context: Context, device: str, name: str) -> Row | None:
    return next((row for row in context.register("accounts").of_device(device) if row.get("account") == name), None)


def _of_person(user: dict[str, Any]) -> bool | None:
    """Say whether an account is meant for a person as far as the device shows it; None = not known.

    A device without shells has no other accounts than those that somebody logs in with.
    """
    if "uid" not in user and "login_shell" not in user:
        return True
    if "login_shell" not in user or "uid" not in user:
        return None
    return bool(user["login_shell"]) and (user["uid"] == 0 or user["uid"] >= _FIRST_HUMAN_UID)


def _accounts(facts: Facts, context: Context) -> Iterator[Joined]:
    device = device_of(facts)
    for at, user in items(facts, "users"):
        row = _row(context, device, user["name"])
        yield from _account(at, user, row, context)


def _account(at: Pointer, user: dict[str, Any], row: Row | None, context: Context) -> Iterator[Joined]:
    name: tuple[Pointer, ...] = ((*at, "name"),)
    rows = (("accounts", row),) if row is not None else ()
    whole = ("accounts",) if row is None else ()

    def fact(field: str, value: Any) -> Joined:
        return Joined((*at, field), value, name, rows, whole)

    yield fact("registered", row is not None)
    person = _of_person(user)
    if row is not None and row.get("class") == "service":
        person = False
    if person is not None:
        yield fact("of_person", person)
    yield fact("account_class", row.get("class") if row else None)
    yield fact("owner", row.get("owner") if row else None)
    yield fact("privilege_registered", bool(row and row.get("privileged")))
    yield fact("one_person", row is not None and _has_one_person(row))
    yield fact("within_term", row is not None and _within(row, context.as_of))


def _has_one_person(row: Row) -> bool:
    """Say whether one person answers for an account; an account for emergencies is let through, and kept elsewhere."""
    if row.get("class") == "break_glass":
        return True
    person = row.get("person")
    return row.get("class") in _NAMED and isinstance(person, str) and not set(person) & set(",、;／/")


def _within(row: Row, day: dt.date) -> bool:
    first, last = row.date("valid_from"), row.date("valid_until")
    return (first is None or first <= day) and (last is None or day <= last)


def _vendors(facts: Facts, context: Context) -> Iterator[Joined]:
    """Tell of the accounts of vendors whether a contract stands behind them, and whether they end with it."""
    contracts = {row.get("number"): row for row in context.register("contracts").rows}
    for at, user in items(facts, "users"):
        row = _row(context, device_of(facts), user["name"])
        if row is None or row.get("class") != "vendor":
            continue
        contract = contracts.get(row.get("contract"))
        rows = (("accounts", row), *((("contracts", contract),) if contract else ()))
        whole = () if contract else ("contracts",)
        sources: tuple[Pointer, ...] = ((*at, "name"), *(((*at, "expires_on"),) if "expires_on" in user else ()))
        yield Joined((*at, "contracted"), _contracted(user, row, contract, context.as_of), sources, rows, whole)


def _contracted(user: dict[str, Any], row: Row, contract: Row | None, day: dt.date) -> bool:
    """Say whether an account ends not after its contract, by the device's own date or else by the register's."""
    until = contract.date("until") if contract else None
    ends = user.get("expires_on") or row.get("valid_until")
    if until is None or not isinstance(ends, str):
        return False
    return dt.date.fromisoformat(ends) <= until and day <= until


JOINS = (
    Join(
        name="account_register",
        run=_accounts,
        adds=tuple(
            f"users/*/{field}"
            for field in (
                "registered", "of_person", "account_class", "owner", "privilege_registered", "one_person", "within_term",
            )
        ),
        needs=("accounts",),
        reads=("users",),
        max_age_days=_MAX_AGE,
    ),
    Join(
        name="vendor_contract",
        run=_vendors,
        adds=("users/*/contracted",),
        needs=("accounts", "contracts"),
        reads=("users",),
        max_age_days=_MAX_AGE,
    ),
)  # fmt: skip
