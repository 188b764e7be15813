"""What a peer or a tunnel is really offered: its own algorithms, those of the proposals it names, or those of all of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items

_AEAD = ("-gcm", "chacha20-poly1305")
MISSING = "missing"
"""In place of an integrity: the encryption beside it does not protect what it encrypts, and nothing else does."""
_PEER = (
    ("encryption", "encryption_in_force"),
    ("integrity", "integrity_in_force"),
    ("dh_groups", "dh_groups_in_force"),
)
_TUNNEL = (*_PEER[:2], ("pfs_groups", "pfs_groups_in_force"))


def _offers(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give peers and tunnels the algorithms they offer; nothing where a proposal is not known in full.

    With `all_proposals` a peer that names none is offered every proposal of its version: the device keeps one list for all.
    """
    phase1 = list(items(facts, "vpn/ike_proposals"))
    phase2 = list(items(facts, "vpn/ipsec_proposals"))
    for pointer, peer in items(facts, "vpn/ike_peers"):
        used = _named(peer, phase1, everything=bool(entry.get("all_proposals")))
        yield from _given(pointer, peer, used, _PEER)
    for pointer, tunnel in items(facts, "vpn/tunnels"):
        if tunnel.get("encapsulation") == "ipsec" or tunnel.get("protected") is True:
            used = _named(tunnel, phase2, everything=False)
            yield from _given(pointer, tunnel, used, _TUNNEL)


Item = tuple[Pointer, Mapping[str, Any]]


def _named(user: Mapping[str, Any], proposals: Sequence[Item], *, everything: bool) -> list[Item]:
    """Return the proposals that a peer or tunnel uses; none where one that it names is not there."""
    names = user.get("proposals")
    if names:
        by_name = {str(proposal.get("name")): (p, proposal) for p, proposal in proposals}
        return [by_name[name] for name in names] if all(name in by_name for name in names) else []
    if not everything:
        return []
    version = user.get("version")
    return [(p, one) for p, one in proposals if version is None or one.get("version", version) == version]


def _given(
    at: Pointer, user: Mapping[str, Any], used: Sequence[Item], fields: Sequence[tuple[str, str]]
) -> Iterator[Derived]:
    for field, into in fields:
        # Groups of perfect forward secrecy are those of the tunnel where it names some, then those of its proposals.
        holders = [(at, user)] if user.get(field) or (field in user and not used) else list(used)
        if field == "pfs_groups" and field in user and not all(field in one for _, one in used):
            holders = [(at, user)]
        if not holders or any(field not in one and not _needs_none(field, one) for _, one in holders):
            continue
        values = [value for _, one in holders for value in _values(field, one)]
        sources: list[Pointer] = (
            [] if holders[0][0] == at else [(*at, n) for n in ("proposals", "version") if n in user]
        )
        for place, one in holders:
            named = ("name",) if place != at else ()
            beside = ("encryption", "version") if field == "integrity" else ("version",)
            sources += [(*place, name) for name in (*named, field, *beside) if name in one]
        sources += [(*at, name) for name in ("protected", "encapsulation") if name in user]
        if sources:
            yield Derived((*at, into), list(dict.fromkeys(values)), tuple(dict.fromkeys(sources)))


def _needs_none(field: str, one: Mapping[str, Any]) -> bool:
    """Return whether a proposal needs no integrity of its own: its ciphers bring it along."""
    ciphers = one.get("encryption")
    return field == "integrity" and bool(ciphers) and all(_is_aead(cipher) for cipher in ciphers or ())


def _values(field: str, one: Mapping[str, Any]) -> Sequence[Any]:
    found = one.get(field) or ()
    if field != "integrity" or [value for value in found if value != "none"]:
        return list(found)
    ciphers = one.get("encryption")
    if ciphers is None:
        return list(found)
    return ["none"] if all(_is_aead(cipher) for cipher in ciphers) else [MISSING]


def _is_aead(cipher: str) -> bool:
    return any(word in cipher for word in _AEAD)


OFFERS = Step(
    _offers,
    lambda _entry: (
        *(f"vpn/ike_peers/*/{into}" for _, into in _PEER),
        *(f"vpn/tunnels/*/{into}" for _, into in _TUNNEL),
    ),
    lambda _entry: ("vpn",),
    frozenset({"all_proposals"}),
)
