"""Facts of one subject before and after, matched by stable key and never by list position."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from infra_audit.model.change import Change
from infra_audit.model.facts import CoverageState, FactsDocument, Provenance


def compare(subject: str, before: FactsDocument, after: FactsDocument) -> Iterator[Change]:
    """Yield what was added, removed, changed or moved, sorted by key."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    gone_items, new_items = _items(before) - _items(after), _items(after) - _items(before)
    changes = [*_whole_items(subject, before, gone_items, "removed"), *_whole_items(subject, after, new_items, "added")]
    changes = [_honest(change, after) for change in changes]
    for key in sorted(old.keys() | new.keys()):
        if _inside(key, gone_items) or _inside(key, new_items):
            continue
        if key not in new:
            changes.append(_honest(_change(subject, "removed", key, old[key], None, before), after))
        elif key not in old:
            changes.append(_change(subject, "added", key, None, new[key], after))
        elif old[key][1] != new[key][1]:
            changes.append(_change(subject, "changed", key, old[key], new[key], after))
    changes += _moved(subject, before, after)
    yield from sorted(changes, key=lambda c: (c.key, c.change))


def _honest(change: Change, after: FactsDocument) -> Change:
    """Turn `removed` into `became_no_evidence` where the later scan did not see the whole area."""
    if change.change != "removed":
        return change
    area = change.key.partition("/")[0].partition("[")[0]
    coverage = after.coverage.get(area)
    if coverage is None or coverage.state is CoverageState.PARSED:
        return change
    return replace(change, change="became_no_evidence")


Leaf = tuple[str, Any]
"""Pointer and value."""


def _leaves(document: FactsDocument) -> Iterator[tuple[str, Leaf]]:
    """Yield key -> (pointer, value) of every scalar and every list without a key."""
    for area in sorted(document.facts):
        yield from _walk(document, f"/{area}", document.facts[area])


def _walk(document: FactsDocument, pointer: str, value: Any) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, Mapping):
        for name in value:
            yield from _walk(document, f"{pointer}/{_escape(name)}", value[name])
    elif isinstance(value, list) and any(f"{pointer}/{n}" in document.keys for n in range(len(value))):
        for number, item in enumerate(value):
            yield from _walk(document, f"{pointer}/{number}", item)
    else:
        yield document.key_of(pointer), (pointer, value)


def _items(document: FactsDocument) -> frozenset[str]:
    return frozenset(document.keys.values())


def _inside(key: str, items: frozenset[str]) -> bool:
    """Tell whether a key lies in one of the items: these are told whole, once."""
    cut = key
    while cut:
        if cut in items:
            return True
        cut = cut.rpartition("/")[0]
    return False


def _whole_items(subject: str, document: FactsDocument, items: frozenset[str], change: str) -> Iterator[Change]:
    for pointer, key in document.keys.items():
        outer = key.rpartition("/")[0]
        if key in items and not (outer and _inside(outer, items)):
            value = _at(document.facts, pointer)
            leaf = (pointer, value)
            yield _change(
                subject,
                change,
                key,
                leaf if change == "removed" else None,
                leaf if change == "added" else None,
                document,
            )


def _moved(subject: str, before: FactsDocument, after: FactsDocument) -> Iterator[Change]:
    """Yield items of ordered lists whose order among the kept ones changed."""
    for holder, old in _orders(before).items():
        new = _orders(after).get(holder, [])
        kept_old, kept_new = [k for k in old if k in set(new)], [k for k in new if k in set(old)]
        if kept_old == kept_new:
            continue
        for place, key in enumerate(kept_new):
            if kept_old[place] != key:
                yield Change(
                    layer="facts",
                    change="moved",
                    subject=subject,
                    key=key,
                    before=kept_old.index(key) + 1,
                    after=place + 1,
                )


_ORDERED = ("entries", "firewall_policies")
"""Lists whose order decides what the device does."""


def _orders(document: FactsDocument) -> dict[str, list[str]]:
    orders: dict[str, list[tuple[int, str]]] = {}
    for pointer, key in document.keys.items():
        holder, _, number = pointer.rpartition("/")
        if holder.rpartition("/")[2] in _ORDERED:
            orders.setdefault(key.rpartition("[")[0], []).append((int(number), key))
    return {holder: [key for _, key in sorted(places)] for holder, places in orders.items()}


def _change(subject: str, change: str, key: str, old: Leaf | None, new: Leaf | None, shown: FactsDocument) -> Change:
    leaf = new or old
    assert leaf is not None
    return Change(
        layer="facts",
        change=change,
        subject=subject,
        key=key,
        pointer=leaf[0],
        before=old[1] if old else None,
        after=new[1] if new else None,
        evidence=tuple(_evidence(p) for _, p in sorted(shown.provenance_of(leaf[0]).items())),
    )


def _evidence(provenance: Provenance) -> dict[str, Any]:
    return provenance.to_json()


def _at(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part.replace("~1", "/").replace("~0", "~")]
    return value


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
