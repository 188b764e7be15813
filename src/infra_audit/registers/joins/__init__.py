"""Joins: pure functions from facts, registers, zones and a day to more facts, one module a topic."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from infra_audit.model.register import Register, Row, Zones

Facts = Mapping[str, Any]
Pointer = tuple[str | int, ...]
ZONES = "zones"
"""Name of the zone map among the needs of a join."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is joined to the facts of one document."""

    registers: Mapping[str, Register]
    """Those at hand and fresh enough for the join that is run."""
    zones: Zones | None
    as_of: dt.date

    def register(self, name: str) -> Register:
        """Return a register the join needs."""
        return self.registers[name]


class Joined(NamedTuple):
    """One fact a join adds."""

    at: Pointer
    value: Any
    sources: tuple[Pointer, ...] = ()
    """Facts it was computed from."""
    rows: tuple[tuple[str, Row], ...] = ()
    """Rows it rests on, each with the name of its register."""
    registers: tuple[str, ...] = ()
    """Registers (or `zones`) that were searched as a whole: for what does not stand in them."""
    key: str | None = None
    """Of a new item of a list, its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A join, as data: what it adds, what it needs, and the function."""

    name: str
    """Shown as `by` of the facts."""
    run: Callable[[Facts, Context], Iterator[Joined]]
    adds: tuple[str, ...]
    """Field patterns such as `users/*/registered`, or a whole area."""
    needs: tuple[str, ...]
    """Registers (or `zones`) without which it is not run."""
    uses: tuple[str, ...] = ()
    """Registers (or `zones`) it looks into when they are at hand."""
    reads: tuple[str, ...] = ()
    """Areas and field patterns of the facts it reads; a gap in them is a gap in what it adds outside of them."""
    looks_at: tuple[str, ...] = ()
    """Areas it finds more in: a gap in them leaves what it adds incomplete, and no more."""
    max_age_days: Mapping[str, int] = field(default_factory=dict)
    """Register -> days after which it tells nothing any more."""


def items(facts: Facts, area: str, name: str = "") -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield pointer and value of the items of a list: an area, or a list in it."""
    value: Any = facts.get(area)
    if name and isinstance(value, Mapping):
        value = value.get(name)
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield ((area, name, index) if name else (area, index)), item


def device_of(facts: Facts) -> str:
    """Return the name by which registers know the device: that of the device a VDOM belongs to."""
    subject = facts.get("subject", {})
    return str(subject.get("device") or subject.get("id") or "")
