"""What the security mode of a wireless network means."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Step
from infra_audit.parsers.derive.walk import items

_CIPHERS = {"AES": ["aes"], "TKIP": ["tkip"], "TKIP-AES": ["tkip", "aes"]}


def _modes(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give networks who is let in and the encryption, from the tables `authentication` and `encryption` by security mode.

    A mode that is in the first table and not in the second has the encryption of its cipher.
    """
    for pointer, network in items(facts, "wireless/networks"):
        mode = network.get("security_seen")
        if mode not in entry.get("authentication", {}):
            continue
        at = (*pointer, "security_seen")
        yield Derived((*pointer, "authentication"), entry["authentication"][mode], (at,))
        if mode in entry.get("encryption", {}):
            yield Derived((*pointer, "encryption"), [entry["encryption"][mode]], (at,))
        elif network.get("cipher_seen") in _CIPHERS:
            found = _CIPHERS[str(network["cipher_seen"])]
            yield Derived((*pointer, "encryption"), found, (at, (*pointer, "cipher_seen")))


WIRELESS_MODES = Step(
    _modes,
    lambda _entry: ("wireless/networks/*/authentication", "wireless/networks/*/encryption"),
    lambda _entry: ("wireless",),
    frozenset({"authentication", "encryption"}),
)
