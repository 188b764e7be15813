"""Tunnels: what they get from the profile they name, and which proposals are used at all."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items

_FROM_PROFILE = ("proposals", "pfs_groups")


def _profiles(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give a tunnel that names another entry as its peer the proposals and groups of that entry."""
    by_name = {str(tunnel.get("name")): (pointer, tunnel) for pointer, tunnel in items(facts, "vpn/tunnels")}
    for pointer, tunnel in items(facts, "vpn/tunnels"):
        at, profile = by_name.get(str(tunnel.get("peer")), (None, None))
        if at is None or profile is None or at == pointer:
            continue
        for field in _FROM_PROFILE:
            if field in profile:
                yield Derived((*pointer, field), profile[field], ((*pointer, "peer"), (*at, "name"), (*at, field)))


def _in_use(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell whether a tunnel names a proposal of IPsec, and whether any peer speaks the version of one of IKE."""
    tunnels = [(pointer, tunnel) for pointer, tunnel in items(facts, "vpn/tunnels")]
    for pointer, proposal in items(facts, "vpn/ipsec_proposals"):
        users: list[Pointer] = [
            (*at, "proposals") for at, tunnel in tunnels if proposal.get("name") in tunnel.get("proposals", ())
        ]
        yield Derived((*pointer, "in_use"), bool(users), ((*pointer, "name"), *(users[:1] or [("vpn", "tunnels")])))
    peers = [(pointer, peer) for pointer, peer in items(facts, "vpn/ike_peers")]
    for pointer, proposal in items(facts, "vpn/ike_proposals"):
        if "version" in proposal:
            users = [(*at, "version") for at, peer in peers if peer.get("version") == proposal["version"]]
            proof = users[:1] or [("vpn", "ike_peers")]
            yield Derived((*pointer, "in_use"), bool(users), ((*pointer, "version"), *proof))


TUNNEL_PROFILES = Step(
    _profiles, lambda _entry: tuple(f"vpn/tunnels/*/{field}" for field in _FROM_PROFILE), lambda _entry: ("vpn",)
)
PROPOSALS_IN_USE = Step(
    _in_use, lambda _entry: ("vpn/ipsec_proposals/*/in_use", "vpn/ike_proposals/*/in_use"), lambda _entry: ("vpn",)
)
