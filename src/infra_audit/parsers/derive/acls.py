"""Packet filters and what uses them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.mapping import target
from infra_audit.parsers.derive.walk import area, items, key_of, pattern, values

USES = (
    "interfaces[]/acl_in", "interfaces[]/acl_out", "interfaces[]/acl_in_ipv6", "interfaces[]/acl_out_ipv6",
    "lines[]/access_list", "lines[]/access_list_ipv6", "lines[]/access_list_out", "snmp/communities[]/access_list",
)  # fmt: skip
"""Fields that name a filter."""
_DEFINED = {
    "interfaces[]/acl_in_defined": ("interfaces[]/acl_in", "interfaces[]/acl_in_ipv6"),
    "interfaces[]/acl_out_defined": ("interfaces[]/acl_out", "interfaces[]/acl_out_ipv6"),
    "lines[]/access_list_defined": ("lines[]/access_list", "lines[]/access_list_ipv6"),
}
_EVERYTHING = frozenset({"any", "any4", "any6", "0.0.0.0/0", "::/0"})
_ALL_PROTOCOLS = frozenset({None, "ip", "ipv4", "ipv6", "any"})
_NARROWING = (
    "source_ports",
    "destination_ports",
    "established",
    "fragments",
    "icmp_type",
    "tcp_flags",
    "dscp",
    "time_range",
    "state",
    "options",
)


def _names(value: Any) -> list[str]:
    """Return the filters that a field names; several are written with blanks between."""
    return value.split() if isinstance(value, str) else []


def _is_meant(acl: Mapping[str, Any], name: str, field: str) -> bool:
    wanted_v6 = field.endswith("_ipv6")
    family = acl.get("family")
    return acl.get("name") == name and (family in (None, "inet") or (family == "ipv6") == wanted_v6)


def _uses(entry: Entry) -> Sequence[str]:
    found: Sequence[str] = entry.get("of", USES)
    return found


def _applied_to(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """List the keys of all that uses a filter, in the order of the facts."""
    uses: dict[str, list[Pointer]] = {}
    for path in _uses(entry):
        for p, value in values(facts, path):
            for name in _names(value):
                uses.setdefault(name, []).append(p)
    for pointer, acl in items(facts, "acls"):
        name = str(acl.get("name"))
        users = [p for p in uses.get(name, ()) if _is_meant(acl, name, str(p[-1]))]
        keys = list(dict.fromkeys(key_of(facts, p) for p in users))
        own = [(*pointer, field) for field in ("family", "name") if field in acl]
        identity = [at for p in users for at in _key_fields(facts, p)]
        yield Derived((*pointer, "applied_to"), keys, (*own, *users, *identity))


def _key_fields(facts: Facts, pointer: Pointer) -> list[Pointer]:
    """Return the fields that are there of the key of the item that a field belongs to."""
    from infra_audit.parsers.derive.walk import holder, key_fields

    item = pointer[: max(index for index, part in enumerate(pointer) if isinstance(part, int)) + 1]
    there = holder(facts, (*item, ""))
    return [(*item, field) for field in key_fields(pointer) if field in there]


def _by_name(facts: Facts) -> dict[str, list[tuple[Pointer, Mapping[str, Any]]]]:
    found: dict[str, list[tuple[Pointer, Mapping[str, Any]]]] = {}
    for pointer, acl in items(facts, "acls"):
        found.setdefault(str(acl.get("name")), []).append((pointer, acl))
    return found


def _defined(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Whether every filter that a field names exists; nothing when no filter is named or the filters are not known."""
    if "acls" not in facts:
        return
    acls = _by_name(facts)
    for into, fields in _DEFINED.items():
        found: dict[Pointer, list[tuple[Pointer, str]]] = {}
        for field in fields:
            for pointer, value in values(facts, field):
                found.setdefault(pointer[:-1], []).extend((pointer, name) for name in _names(value))
        for named in found.values():
            if not named:
                continue
            matches = [[p for p, acl in acls.get(name, ()) if _is_meant(acl, name, str(at[-1]))] for at, name in named]
            every = all(matches)
            proof = (
                [(*p, n) for found_acls in matches for p in found_acls for n in ("family", "name")]
                if every
                else [("acls",)]
            )
            yield Derived(target(named[0][0], into), every, (*(at for at, _ in named), *proof))


def _permits_any(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Whether an entry permits everything from everywhere to everywhere, whatever stands before it.

    Entries that are not read in full say neither.
    """
    for pointer, acl in items(facts, "acls"):
        entries = acl.get("entries")
        if not isinstance(entries, list) or not entries:
            continue
        kind = ((*pointer, "kind"),) if "kind" in acl else ()
        hit = next((i for i, e in enumerate(entries) if _permits_all(e, acl)), None)
        if hit is None and any(e.get("action") == "permit" and "text" in e for e in entries):
            continue  # what is left in the text may limit the entry, or not
        sources = ((*pointer, "entries"),) if hit is None else ((*pointer, "entries", hit),)
        yield Derived((*pointer, "permits_any_to_any"), hit is not None, (*sources, *kind))


def _permits_all(entry: Mapping[str, Any], acl: Mapping[str, Any]) -> bool:
    if entry.get("action") != "permit" or any(entry.get(name) for name in _NARROWING):
        return False
    without_destination = "destination" not in entry and acl.get("kind") == "standard"
    return (
        _is_hashable_in(entry.get("protocol"), _ALL_PROTOCOLS)
        and _is_hashable_in(entry.get("source"), _EVERYTHING)
        and (without_destination or _is_hashable_in(entry.get("destination"), _EVERYTHING))
    )


def _is_hashable_in(value: Any, known: frozenset[Any]) -> bool:
    return not isinstance(value, (dict, list)) and value in known


def _allowed_sources(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Networks that a named filter permits; null where no filter is named, nothing where it is not known or not a list of networks."""
    acls = _by_name(facts)
    for pointer, value in values(facts, entry["of"]):
        into = target(pointer, entry["into"])
        if value is None:
            yield Derived(into, None, (pointer,))
            continue
        named = [
            (p, acl)
            for name in _names(value)
            for p, acl in acls.get(name, ())
            if _is_meant(acl, name, str(pointer[-1]))
        ]
        entries = [e for _, acl in named for e in acl.get("entries", ()) if e.get("action") == "permit"]
        if len(named) == len(_names(value)) and named and all(isinstance(e.get("source"), str) for e in entries):
            networks = list(
                dict.fromkeys("0.0.0.0/0" if e["source"] in ("any", "any4") else e["source"] for e in entries)
            )
            proof = [(*p, n) for p, acl in named for n in ("family", "name", "entries") if n in acl]
            yield Derived(into, networks, (pointer, *proof))


def _areas(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(["acls", *(area(path) for path in paths)]))


APPLIED_TO = Step(
    _applied_to, lambda _entry: ("acls/*/applied_to",), lambda entry: _areas(_uses(entry)), frozenset({"of"})
)
DEFINED = Step(
    _defined,
    lambda _entry: tuple(pattern(into) for into in _DEFINED),
    lambda _entry: ("acls",),
)
PERMITS_ANY = Step(_permits_any, lambda _entry: ("acls/*/permits_any_to_any",), lambda _entry: ("acls",))
ALLOWED_SOURCES = Step(
    _allowed_sources,
    lambda entry: (
        pattern(entry["into"] if "/" in entry["into"] else f"{entry['of'].rpartition('/')[0]}/{entry['into']}"),
    ),
    lambda entry: _areas([entry["of"]]),
    frozenset({"of", "into"}),
)
