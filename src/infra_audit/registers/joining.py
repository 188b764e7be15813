"""Runs the joins over a facts document: facts that were read stay as they are, more are added.

What registers were at hand is a fact itself (area `registers`): with its digest, its day, and the rows that were used, so
that a finding can cite the row.
"""

import copy
import datetime as dt
from collections import ChainMap
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any, TypeVar, cast

from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.reason import Reason
from infra_audit.model.register import Register, Row, Zones
from infra_audit.registers.joins import ZONES, Context, Join, Joined, Pointer
from infra_audit.registers.joins.registry import JOINS

_T = TypeVar("_T")
_NO_DEVICES = ("network", "facility", "organisation")
"""Kinds of subjects that registers have no rows of: what was given is told of them, and no more."""
AREA = "registers"
_GAPS = (
    CoverageState.NOT_COLLECTED,
    CoverageState.UNREADABLE,
    CoverageState.CANNOT_SHOW,
    CoverageState.NOT_WRITTEN,
    CoverageState.PARTIAL,
)
"""States that are gaps for what is computed from an area, the worst first."""


class Joiner:
    """The registers and zones of one run, joined to one document after the other."""

    def __init__(
        self,
        registers: Mapping[str, Register],
        zones: Zones | None,
        as_of: dt.date,
        *,
        max_age_days: Mapping[str, int] | None = None,
        joins: Iterable[Join] = JOINS,
    ) -> None:
        """`max_age_days` takes the place of what the joins say of a register."""
        self._registers = registers
        self._zones = zones
        self._as_of = as_of
        self._max_age = max_age_days or {}
        self._joins = tuple(joins)

    def join(self, document: FactsDocument) -> FactsDocument:
        """Return the document with what the joins add."""
        work = _Work(document, self._registers, self._zones, self._as_of)
        is_device = document.facts["subject"].get("kind") not in _NO_DEVICES
        for one in self._joins if is_device else ():
            wanting = [(name, why) for name in one.needs if (why := self._why_not(one, name)) is not None]
            if wanting:
                work.not_given(one, wanting[0][1])
                continue
            fresh = {
                name: self._registers[name]
                for name in (*one.needs, *one.uses)
                if name in self._registers and self._why_not(one, name) is None
            }
            work.run(one, Context(fresh, self._zones, self._as_of))
        return work.done()

    def _why_not(self, join: Join, name: str) -> Reason | None:
        """Return why a register cannot be used, None when it can."""
        if name == ZONES:
            return None if self._zones is not None else Reason("register.no_zones")
        register = self._registers.get(name)
        if register is None:
            return Reason("register.missing", {"register": name})
        limit = self._max_age.get(name, join.max_age_days.get(name))
        if limit is None:
            return None
        age = register.age(self._as_of)
        if age is None:
            return Reason("register.undated", {"file": register.file})
        if age > limit:
            return Reason("register.old", {"file": register.file, "age": age, "limit": limit})
        return None


class _Work:
    """One document while facts are added to it."""

    def __init__(
        self, document: FactsDocument, registers: Mapping[str, Register], zones: Zones | None, as_of: dt.date
    ) -> None:
        self._document = document
        self._facts = dict(document.facts)
        self._own: set[Pointer] = {(AREA,)}
        """Places that were copied, so that the document given stays as it is."""
        self._coverage = dict(document.coverage)
        # Above what the document says of itself, which is made only when it is asked for.
        self._provenance: MutableMapping[str, Provenance] = ChainMap({}, _fixed(document.provenance))
        self._keys: MutableMapping[str, str] = ChainMap({}, _fixed(document.keys))
        self._unseen = all(c.state is not CoverageState.PARSED for c in document.coverage.values())
        """Nothing of the device was read whole: what the registers say of it alone is no pass."""
        self._used: dict[tuple[str, str], int] = {}
        self._registers = registers
        self._describe(registers, zones, as_of)

    def not_given(self, join: Join, reason: Reason) -> None:
        """Say of the facts of a join that what they need was not given."""
        for pattern in join.adds:
            if self._is_own(pattern):
                self._coverage[pattern] = Coverage(state=CoverageState.NOT_COLLECTED, reason=reason)

    def run(self, join: Join, context: Context) -> None:
        """Add the facts of a join, and say how far they could be seen."""
        gap = self._gap(join)
        for pattern in join.adds:
            if not self._is_own(pattern):
                continue
            if gap is not None:
                self._coverage[pattern] = gap
            elif "/" not in pattern:
                self._coverage[pattern] = Coverage(state=CoverageState.PARSED)
        if gap is not None and gap.state is not CoverageState.PARTIAL:
            return
        for joined in join.run(self._facts, context):
            self._put(join, joined)

    def done(self) -> FactsDocument:
        """Return the document with all that was added."""
        return replace(
            self._document, facts=self._facts, coverage=self._coverage, provenance=self._provenance, keys=self._keys
        )

    def _gap(self, join: Join) -> Coverage | None:
        """Return the worst gap in what a join reads."""
        found = [self._coverage[name] for name in join.reads if name in self._coverage]
        missing = [name for name in join.reads if "/" not in name and name not in self._coverage]
        if missing:
            return Coverage(state=CoverageState.NOT_COLLECTED)
        worst = next((c for state in _GAPS for c in found if c.state is state), None)
        if worst is None and self._unseen:
            return Coverage(state=CoverageState.PARTIAL, reason=Reason("register.device_unseen"))
        beside = [self._coverage[name] for name in join.looks_at if name in self._coverage]
        return worst or next((replace(c, state=CoverageState.PARTIAL) for c in beside if c.state in _GAPS), None)

    def _is_own(self, pattern: str) -> bool:
        """Say whether the coverage of a pattern is the joins' to tell: no join before said that it was seen."""
        return self._coverage.get(pattern) is None or self._coverage[pattern].state is not CoverageState.PARSED

    def _put(self, join: Join, joined: Joined) -> None:
        area, last = str(joined.at[0]), joined.at[-1]
        node = self._made(joined.at)
        if isinstance(node, list):
            if isinstance(last, int) and last < len(node):
                return
            node.append(joined.value)
            self._keys[_text(joined.at)] = f"{'/'.join(map(str, joined.at[:-1]))}[{joined.key}]"
        elif last in node:
            return  # what was read, or joined before, stays
        else:
            node[last] = joined.value
        rows = tuple(self._row(name, row) for name, row in joined.rows)
        whole = tuple(f"/{AREA}/{name}" for name in joined.registers)
        sources = tuple(dict.fromkeys((*map(_text, joined.sources), *rows, *whole)))
        self._provenance[_text(joined.at)] = Provenance(kind=ProvenanceKind.DERIVED, sources=sources, by=join.name)
        assert sources, f"{join.name} adds {area} without a source"

    def _made(self, at: Pointer) -> Any:
        """Return what a fact is put into: each object and list on the way is copied once, and made where it is missing."""
        node: Any = self._facts
        for depth, part in enumerate(at[:-1], 1):
            if at[:depth] not in self._own:
                self._own.add(at[:depth])
                node[part] = copy.copy(node[part]) if isinstance(part, int) or part in node else {}
            node = node[part]
        return node

    def _row(self, name: str, row: Row) -> str:
        """Return the pointer of a row that is used, which becomes a fact of the area `registers`."""
        used = self._facts[AREA][name]["used"]
        if (name, row.key) not in self._used:
            self._used[name, row.key] = len(used)
            pointer = f"/{AREA}/{name}/used/{len(used)}"
            used.append({"key": row.key})
            self._provenance[pointer] = Provenance(kind=ProvenanceKind.GIVEN, source="register", place=row.place)
            self._keys[pointer] = f"{AREA}/{name}/used[{row.key}]"
        return f"/{AREA}/{name}/used/{self._used[name, row.key]}"

    def _describe(self, registers: Mapping[str, Register], zones: Zones | None, as_of: dt.date) -> None:
        """Make the area of what was given."""
        area: dict[str, Any] = {}
        for name, register in sorted(registers.items()):
            area[name] = {"file": register.file, "sha256": register.sha256, "rows": len(register.rows), "used": []}
            if register.as_of is not None:
                area[name]["as_of"] = register.as_of.isoformat()
                area[name]["age_days"] = register.age(as_of)
            self._given(f"/{AREA}/{name}", register.file)
        if zones is not None:
            area[ZONES] = {"file": zones.file, "sha256": zones.sha256, "rows": len(zones.zones), "used": []}
            self._given(f"/{AREA}/{ZONES}", zones.file)
        if area:
            self._facts[AREA] = area
            self._coverage[AREA] = Coverage(state=CoverageState.PARSED)
        else:
            self._coverage[AREA] = Coverage(state=CoverageState.NOT_COLLECTED, reason=Reason("register.none"))

    def _given(self, pointer: str, file: str) -> None:
        self._provenance[pointer] = Provenance(kind=ProvenanceKind.GIVEN, source="register", place=file)


def _fixed(mapping: Mapping[str, _T]) -> MutableMapping[str, _T]:
    """Return a mapping that is only read, as the type that ChainMap wants."""
    return cast("MutableMapping[str, _T]", mapping)


def _text(pointer: Pointer) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in pointer)
