"""The types of token grammars: each reads one value from the words of a statement, or refuses."""

import ipaddress
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from infra_audit import secret

Reader = Callable[[Sequence[str], int], tuple[Any, int] | None]
"""Words and a position -> the value and the position after it; None = this is not such a value."""

_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_PROTOCOLS = frozenset(
    [
        "ip",
        "ipv4",
        "ipv6",
        "tcp",
        "udp",
        "icmp",
        "icmpv6",
        "icmp6",
        "igmp",
        "ospf",
        "ospfv3",
        "eigrp",
        "igrp",
        "gre",
        "esp",
        "ahp",
        "ah",
        "pim",
        "ipinip",
        "ipip",
        "nos",
        "sctp",
        "vrrp",
        "pcp",
        "ipsec",
        "pptp",
        "snp",
        "any",
    ]
)
_GROUP_WORDS = frozenset({"object-group", "addrgroup", "object", "net-group"})
_ANY = frozenset({"any", "any4", "any6"})
_AFTER_PORTS = frozenset(
    [
        "any",
        "host",
        "object-group",
        "addrgroup",
        "log",
        "log-input",
        "established",
        "dscp",
        "ttl",
        "time-range",
        "fragments",
        "tos",
        "precedence",
        "ack",
        "rst",
        "syn",
        "fin",
        "psh",
        "urg",
        "match-any",
        "match-all",
        "reflect",
        "option",
        "object",
        "interface",
        "inactive",
        "capture",
        "counter",
        "nexthop1",
        "icmp-off",
        "icmp-on",
        "packet-length",
        "port-group",
        "net-group",
    ]
)
_PORT = re.compile(r"[\w-]+")
_MOST_PORTS = 10


def _word(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    return (words[at], at + 1) if at < len(words) else None


def _list(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    """One word, as a list of its own."""
    return ([words[at]], at + 1) if at < len(words) else None


def _group(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    """Give the name of a group."""
    return ({"group": words[at]}, at + 1) if at < len(words) else None


def _integer(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    return (int(words[at]), at + 1) if at < len(words) and words[at].isascii() and words[at].isdigit() else None


def _rest(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    return (" ".join(words[at:]), len(words)) if at < len(words) else None


def _name(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    return (words[at], at + 1) if at < len(words) and words[at] not in _AFTER_PORTS else None


def _protocol(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    if at >= len(words):
        return None
    word = words[at]
    if word in _PROTOCOLS or (word.isascii() and word.isdigit() and int(word) < 256):
        return word, at + 1
    if word in ("object-group", "object") and at + 1 < len(words):
        return {"group": words[at + 1]}, at + 2
    return None


def _address(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    try:
        return str(ipaddress.ip_address(words[at])), at + 1
    except (ValueError, IndexError):
        return None


def _prefix(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    """`192.0.2.0/24`, `192.0.2.1` or `192.0.2.0 255.255.255.0`, as a network."""
    if at >= len(words):
        return None
    if "/" in words[at] or ":" in words[at]:
        return _network(words[at], at + 1)
    if not _IPV4.fullmatch(words[at]):
        return None
    if at + 1 < len(words) and _IPV4.fullmatch(words[at + 1]):
        found = masked(words[at], words[at + 1], wildcard=False)
        return (found, at + 2) if isinstance(found, str) else None
    return _network(words[at], at + 1)


def _with_length(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    """`192.0.2.0 24`, as Comware and VRP write a network, or any form of `prefix`."""
    if at + 1 < len(words) and words[at + 1].isascii() and words[at + 1].isdigit() and "/" not in words[at]:
        return _network(f"{words[at]}/{words[at + 1]}", at + 2)
    return _prefix(words, at)


def ipv4(text: str) -> int | None:
    """Return an IPv4 address as a number; None = it is none. A tenth of the time of `ipaddress`, with the same answer."""
    try:
        return int.from_bytes(socket.inet_pton(socket.AF_INET, text), "big")
    except (OSError, ValueError):  # ValueError: a NUL, or what no encoding can hold
        return None


def _network(text: str, after: int) -> tuple[str, int] | None:
    if ipv4(text) is not None:
        return f"{text}/32", after
    try:
        return str(ipaddress.ip_network(text, strict=False)), after
    except ValueError:
        return None


@lru_cache(4096)
def masked(address: str, mask: str, *, wildcard: bool) -> str | dict[str, str] | None:
    """Return an address and its mask as a prefix; one that is not contiguous is kept as it is, None = not addresses."""
    base, bits = ipv4(address), ipv4(mask)
    if base is None or bits is None:
        return None
    if wildcard:
        bits ^= 0xFFFFFFFF
    length = bits.bit_count()
    if bits != (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF:
        return {"address": address, "wildcard" if wildcard else "mask": mask}
    return f"{socket.inet_ntoa((base & bits).to_bytes(4, 'big'))}/{length}"


def _traffic_end(*, wildcard: bool) -> Reader:
    """Source or destination of a filter: any, host X, X WILDCARD, prefix, or a group."""

    def read(words: Sequence[str], at: int) -> tuple[Any, int] | None:
        if at >= len(words):
            return None
        word = words[at]
        second = words[at + 1] if at + 1 < len(words) else None
        if word in _ANY:
            return word, at + 1
        if word == "host" or word in _GROUP_WORDS:
            return _named_end(word, second, at + 2)
        if "/" in word or ":" in word or not _IPV4.fullmatch(word):
            return _network(word, at + 1)
        if second == "0":  # a host, as Comware and VRP write it
            return _network(word, at + 2)
        found = masked(word, second, wildcard=wildcard) if second and _IPV4.fullmatch(second) else None
        return (found, at + 2) if found is not None else _network(word, at + 1)

    return read


def _named_end(word: str, second: str | None, after: int) -> tuple[Any, int] | None:
    if second is None:
        return None
    return _network(second, after) if word == "host" else ({"group": second}, after)


def _ports(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    if at >= len(words):
        return None
    operator, rest = words[at], words[at + 1 :]
    if operator in ("eq", "neq"):
        count = 0
        while count < min(len(rest), _MOST_PORTS) and rest[count] not in _AFTER_PORTS and _PORT.fullmatch(rest[count]):
            count += 1
        return ({operator: list(rest[:count])}, at + 1 + count) if count else None
    if operator == "range" and len(rest) > 1:
        return {"from": rest[0], "to": rest[1]}, at + 3
    if operator in ("gt", "lt") and rest:
        return {operator: rest[0]}, at + 2
    if operator == "portgroup" and rest:
        return {"group": rest[0]}, at + 2
    return None


def _port(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    """As `ports`, with one port alone after eq and neq, so that any word may follow."""
    if at + 1 < len(words) and words[at] in ("eq", "neq"):
        return ({words[at]: [words[at + 1]]}, at + 2) if _PORT.fullmatch(words[at + 1]) else None
    return _ports(words, at)


def _named(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    """Source or destination where a name may stand for an address: `host NAME`, or `NAME MASK`."""
    found = _traffic_end(wildcard=False)(words, at)
    if found is not None or at + 1 >= len(words):
        return found
    if words[at] == "host":
        return {"group": words[at + 1]}, at + 2
    if not _IPV4.fullmatch(words[at]) and masked("192.0.2.0", words[at + 1], wildcard=False) is not None:
        return {"group": words[at], "mask": words[at + 1]}, at + 2
    return None


def _starred(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    """Source or destination where `*` is any; lists and ranges stay as written."""
    if at >= len(words):
        return None
    if words[at] == "*":
        return "any", at + 1
    return _network(words[at], at + 1) or (words[at], at + 1)


def _port_list(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    """`25`, `www,https` or `6000-6063`; a list that holds a range stays as written."""
    if at >= len(words):
        return None
    parts = words[at].split(",")
    if not all(_PORT.fullmatch(part) for part in parts):
        return None
    ends = words[at].split("-")
    if len(parts) == 1 and len(ends) == 2 and all(ends):
        return {"from": ends[0], "to": ends[1]}, at + 1
    return {"eq": parts}, at + 1


def word_of(table: Mapping[str, Any]) -> Reader:
    """Return a reader of one word of a table, giving the neutral value."""

    def read(words: Sequence[str], at: int) -> tuple[Any, int] | None:
        return (table[words[at]], at + 1) if at < len(words) and words[at] in table else None

    return read


def secret_of(kinds: Mapping[str, str] | None) -> Reader:
    """Return a reader of a secret, with the word of its kind before it when `kinds` has that word."""

    def read(words: Sequence[str], at: int) -> tuple[Any, int] | None:
        if at >= len(words):
            return None
        if kinds and words[at] in kinds and at + 1 < len(words):
            return secret.describe(words[at + 1], kinds[words[at]]), at + 2
        return secret.describe(words[at]), at + 1

    return read


def kinded_of(kinds: Mapping[str, str]) -> Reader:
    """Return a reader of a secret, with the word of its kind after it when `kinds` has that word."""

    def read(words: Sequence[str], at: int) -> tuple[Any, int] | None:
        if at >= len(words):
            return None
        if at + 1 < len(words) and words[at + 1] in kinds:
            return secret.describe(words[at], kinds[words[at + 1]]), at + 2
        return secret.describe(words[at]), at + 1

    return read


def _classful(words: Sequence[str], at: int) -> tuple[Any, int] | None:
    """Read a network without its length, which its class tells: 10.0.0.0 is /8, 172.16.0.0 is /16, 192.0.2.0 is /24."""
    number = ipv4(words[at]) if at < len(words) else None
    if number is None or number >= 224 << 24:
        return None
    length = 8 if number < 128 << 24 else 16 if number < 192 << 24 else 24
    bits = (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF
    return f"{socket.inet_ntoa((number & bits).to_bytes(4, 'big'))}/{length}", at + 1


TYPES: Mapping[str, Reader] = {
    "classful": _classful,
    "word": _word,
    "list": _list,
    "group": _group,
    "int": _integer,
    "rest": _rest,
    "name": _name,
    "protocol": _protocol,
    "ip": _address,
    "prefix": _prefix,
    "with_length": _with_length,
    "ports": _ports,
    "port": _port,
    "named": _named,
    "wildcard": _traffic_end(wildcard=True),
    "masked": _traffic_end(wildcard=False),
    "secret": secret_of(None),
    "starred": _starred,
    "port_list": _port_list,
}
