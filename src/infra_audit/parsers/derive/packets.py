"""Which packets the entries of filters and policies speak of, as boxes."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from infra_audit.parsers.derive.boxes import Interval

ADDRESSES: Interval = (0, (1 << 128) - 1)
"""All addresses; those of IPv4 lie where IPv6 maps them."""
_IPV4: Interval = (0xFFFF << 32, (0xFFFF << 32) + (1 << 32) - 1)
PORTS: Interval = (0, 65535)
PROTOCOLS: Interval = (0, 255)
_ANY = frozenset({"any", "any4", "any6", "0.0.0.0/0", "::/0"})
_ALL_PROTOCOLS = frozenset({None, "ip", "ipv4", "ipv6", "any"})
_NUMBERS = {
    "icmp": 1, "igmp": 2, "ipinip": 4, "ipip": 4, "tcp": 6, "egp": 8, "igp": 9, "udp": 17, "rdp": 27, "dccp": 33,
    "gre": 47, "esp": 50, "ah": 51, "ahp": 51, "icmp6": 58, "icmpv6": 58, "ipv6-icmp": 58, "eigrp": 88, "ospf": 89,
    "ospfigp": 89, "nos": 94, "pim": 103, "pcp": 108, "ipcomp": 108, "vrrp": 112, "l2tp": 115, "sctp": 132,
}  # fmt: skip
_PORT_NAMES = {
    "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "time": 37, "tacacs": 49, "domain": 53, "bootps": 67,
    "bootpc": 68, "tftp": 69, "www": 80, "http": 80, "pop3": 110, "sunrpc": 111, "ident": 113, "nntp": 119, "ntp": 123,
    "netbios-ns": 137, "netbios-dgm": 138, "netbios-ss": 139, "netbios-ssn": 139, "imap4": 143, "snmp": 161, "snmptrap": 162,
    "bgp": 179, "ldap": 389, "https": 443, "isakmp": 500, "syslog": 514, "lpd": 515, "rip": 520, "ldaps": 636, "radius": 1645,
    "radius-acct": 1646, "non500-isakmp": 4500, "sip": 5060,
}  # fmt: skip
WITH_PORTS = (6, 17, 33, 132)
"""Protocols that have ports."""


def addresses(text: Any) -> Interval | None:
    """Return the interval of an address, a prefix, a range or `any`; None for anything else."""
    if not isinstance(text, str):
        return None
    if text in _ANY:
        return ADDRESSES
    first, dash, last = text.partition("-")
    try:
        if dash:
            return _place(ip_address(first)), _place(ip_address(last))
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    return _place(network.network_address), _place(network.broadcast_address)


def _place(address: IPv4Address | IPv6Address) -> int:
    return _IPV4[0] + int(address) if address.version == 4 else int(address)


def protocol(word: Any) -> tuple[Interval, ...]:
    """Return the numbers of a protocol word; () for a word that is not known."""
    if not isinstance(word, str | int | None):
        return ()
    if word in _ALL_PROTOCOLS:
        return (PROTOCOLS,)
    if word == "tcp-udp":
        return ((6, 6), (17, 17))
    number = int(str(word)) if str(word).isdecimal() else _NUMBERS.get(str(word), -1)
    return ((number, number),) if 0 <= number <= PROTOCOLS[1] else ()


def ports(said: Any) -> tuple[Interval, ...]:
    """Return the intervals of ports of an entry; () for a form or a name that is not known."""
    if said is None:
        return (PORTS,)
    if not isinstance(said, Mapping):
        return ()
    found = list(_said(said))
    known = tuple((low, high) for low, high in found if low is not None and high is not None)
    return tuple(span for span in known if span[0] <= span[1]) if len(known) == len(found) else ()


def _said(said: Mapping[str, Any]) -> Iterator[tuple[int | None, int | None]]:
    if "eq" in said:
        for value in said["eq"] if isinstance(said["eq"], list) else [said["eq"]]:
            yield port(value), port(value)
    elif "from" in said:
        yield port(said["from"]), port(said["to"])
    elif "gt" in said:
        low = port(said["gt"])
        yield (None if low is None else low + 1), PORTS[1]
    elif "lt" in said:
        high = port(said["lt"])
        yield PORTS[0], (None if high is None else high - 1)
    elif "neq" in said:
        for value in said["neq"] if isinstance(said["neq"], list) else [said["neq"]]:
            middle = port(value)
            yield PORTS[0], (None if middle is None else middle - 1)
            yield (None if middle is None else middle + 1), PORTS[1]
    else:
        yield None, None


def port(value: Any) -> int | None:
    """Return the number of a port."""
    text = str(value)
    return int(text) if text.isdecimal() and int(text) <= PORTS[1] else _PORT_NAMES.get(text)


def service(text: str) -> tuple[Interval, Interval] | None:
    """Return protocol and ports of a resolved service such as tcp/443, udp/any, icmp or any; None where it is not resolved."""
    if text == "any":
        return PROTOCOLS, PORTS
    word, slash, span = text.partition("/")
    numbers = protocol(word)
    if len(numbers) != 1:
        return None
    if not slash or span == "any":
        return numbers[0], PORTS
    first, _, last = span.partition("-")
    low, high = port(first), port(last or first)
    return (numbers[0], (low, high)) if low is not None and high is not None else None
