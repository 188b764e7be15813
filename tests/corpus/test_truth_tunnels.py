"""Tunnels, IKE and translation of Cisco IOS, read a second time with string code only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, main_text

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

CIPHERS = {"aes": "aes-128-cbc", "aes 128": "aes-128-cbc", "aes 192": "aes-192-cbc", "aes 256": "aes-256-cbc", "3des": "3des", "des": "des"}  # fmt: skip


@dataclass
class Crypto:
    """What the reader saw."""

    policies: dict[str, dict[str, str]] = field(default_factory=dict)
    sets: dict[str, list[str]] = field(default_factory=dict)
    tunnels: dict[str, dict[str, str]] = field(default_factory=dict)
    peers: set[str] = field(default_factory=set)
    translations: int = 0


def read(lines: Sequence[str]) -> Crypto:
    """Walk the lines, keeping the block that is open."""
    found = Crypto()
    block: dict[str, str] | None = None
    ring = False
    for line in lines:
        words = line.split()
        if line[:1] not in " \t!" and words:
            block, ring = None, words[:2] == ["crypto", "keyring"]
            if words[:3] == ["crypto", "isakmp", "policy"]:
                block = found.policies.setdefault(words[3], {})
            elif words[:3] == ["crypto", "ipsec", "transform-set"]:
                found.sets[words[3]] = words[4:]
            elif words[0] == "interface" and words[1].startswith("Tunnel"):
                block = found.tunnels.setdefault("".join(words[1:]), {})
            elif words[:3] in (["ip", "nat", "inside"], ["ip", "nat", "outside"]):
                found.translations += 1
            elif words[:3] == ["crypto", "isakmp", "key"]:
                found.peers.add(words[words.index("address") + 1])
        elif ring and words[:2] == ["pre-shared-key", "address"]:
            found.peers.add(words[2])
        elif block is not None and len(words) > 1:
            block[words[0] if words[0] != "tunnel" else f"tunnel {words[1]}"] = " ".join(
                words[1:] if words[0] != "tunnel" else words[2:]
            )
    return found


def test_crypto_of_a_plain_reading() -> None:
    told = Agreement("a plain reading of tunnels (cisco_ios)")
    for path in sorted((CORPUS / "cisco_ios").iterdir()):
        lines = lines_of(path)
        if not any(line.startswith(("crypto ", "interface Tunnel", "ip nat ")) for line in lines):
            continue
        plain = read(lines)
        facts: Any = main_text("cisco_ios", lines)["device"].facts
        vpn = facts.get("vpn", {})
        policies = {p["name"]: p for p in vpn.get("ike_proposals", ()) if p.get("version") == 1}
        told.compare(path.name, "policies", "", sorted(policies), sorted(plain.policies))
        for name, wanted in plain.policies.items():
            if "encr" in wanted:
                told.compare(
                    path.name, "cipher", name, policies[name].get("encryption", MISSING), [CIPHERS[wanted["encr"]]]
                )
            if "group" in wanted:
                told.compare(path.name, "group", name, policies[name].get("dh_groups", MISSING), [int(wanted["group"])])
        sets = {s["name"]: s for s in vpn.get("ipsec_proposals", ())}
        told.compare(path.name, "transform sets", "", sorted(sets), sorted(plain.sets))
        for name, words in plain.sets.items():
            sha1 = "sha1" in sets.get(name, {}).get("integrity", ())
            told.compare(path.name, "sha1", name, sha1, "esp-sha-hmac" in words or "ah-sha-hmac" in words)
        tunnels = {t["name"]: t for t in vpn.get("tunnels", ()) if t["name"].startswith("Tunnel")}
        told.compare(path.name, "tunnels", "", sorted(tunnels), sorted(plain.tunnels))
        for name, wanted in plain.tunnels.items():
            if "tunnel destination" in wanted:
                told.compare(
                    path.name,
                    "destination",
                    name,
                    tunnels[name].get("destination", MISSING),
                    wanted["tunnel destination"],
                )
                told.compare(
                    path.name, "protected", name, tunnels[name].get("protected", MISSING), "tunnel protection" in wanted
                )
        keys = {p["name"] for p in vpn.get("ike_peers", ()) if p.get("secret")}
        told.compare(path.name, "keys", "", sorted(keys), sorted(plain.peers))
        told.compare(path.name, "translations", "", len(facts.get("nat", ())), plain.translations)
    told.close(
        least={"cipher": 10, "group": 10, "transform sets": 10, "destination": 20, "protected": 20, "translations": 10}
    )
