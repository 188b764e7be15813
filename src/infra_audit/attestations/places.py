"""Rooms and sites that are known, from the register of controlled areas and from what the inventory says of devices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from infra_audit.attestations.documents import Place
from infra_audit.model.attestation import About


def rooms(rows: Iterable[Mapping[str, Any]], lang: str) -> Iterator[Place]:
    """Yield the rooms of the register `controlled_areas`, and the sites they lie in."""
    for row in rows:
        zones = row.get("zones")
        yield Place(
            id=str(row["id"]),
            about=About.ROOM,
            title=_title(row, lang),
            site=str(row["site"]) if row.get("site") else None,
            zones=tuple(zones) if isinstance(zones, list) else None,
        )
        if row.get("site"):
            yield Place(id=str(row["site"]), about=About.SITE)


def sites(names: Iterable[str | None]) -> Iterator[Place]:
    """Yield the sites that devices stand in."""
    for name in sorted({name for name in names if name}):
        yield Place(id=name, about=About.SITE)


def named(about: About, names: Iterable[str]) -> list[Place]:
    """Return places that somebody named."""
    return [Place(id=name, about=about) for name in names]


def once(places: Iterable[Place]) -> Sequence[Place]:
    """Return each place once, the first of each id."""
    found: dict[tuple[About, str], Place] = {}
    for place in places:
        found.setdefault((place.about, place.id), place)
    return list(found.values())


def _title(row: Mapping[str, Any], lang: str) -> str | None:
    title = row.get("title") or row.get("name")
    return str(title.get(lang) or next(iter(title.values()))) if isinstance(title, Mapping) else title
