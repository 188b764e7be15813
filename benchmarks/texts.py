"""Configurations of any length for the benchmarks: the mix of a municipality's switch and of its firewall, the same each time."""

from collections.abc import Iterator

_HEAD = """!
version 15.2
service timestamps log datetime msec localtime show-timezone
service password-encryption
!
hostname sw-{n}
!
enable secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM
username kanri privilege 15 secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM
aaa new-model
aaa authentication login default group tacacs+ local
ip domain-name city.example.jp
ip ssh version 2
no ip http server
no ip http secure-server
"""
_TAIL = """logging host 192.0.2.20
logging trap informational
ntp server 192.0.2.10 prefer
snmp-server community kanshi-ro RO 10
line con 0
 exec-timeout 5 0
 login local
line vty 0 4
 access-class 10 in
 exec-timeout 5 0
 transport input ssh
!
end
"""


def switch(lines: int) -> list[str]:
    """Return a switch of about so many lines: three blocks of ports to one packet filter, one line in thirty not understood."""
    head, tail = _HEAD.format(n=lines).splitlines(), _TAIL.splitlines()
    return [*head, *_take(_switch_blocks(), lines - len(head) - len(tail)), *tail]


def _switch_blocks() -> Iterator[list[str]]:
    number = 0
    while True:
        number += 1
        if number % 4:
            port = f"interface GigabitEthernet{number // 480 % 9}/{number // 48 % 10}/{number}"
            mode = [
                f" switchport access vlan {100 + number % 900}",
                " switchport mode access",
                " spanning-tree portfast",
            ]
            routed = [
                " no switchport",
                f" ip address 10.{number // 250 % 250}.{number % 250}.1 255.255.255.0",
                " no ip redirects",
            ]
            shut = [] if number % 7 else [" shutdown"]
            yield [
                port,
                f" description to rack {number % 40} panel {number}",
                *(mode if number % 5 else routed),
                *shut,
                " load-interval 30",
                "!",
            ]
        else:
            entries = [f" permit tcp host 10.1.{number % 250}.{row} any eq {20 + row} log" for row in range(12)]
            unread = [] if number % 8 else [f"frobnicate {number}"]
            yield [f"ip access-list extended FILTER-{number}", *entries, " deny   ip any any", "!", *unread]


def firewall(lines: int) -> list[str]:
    """Return a firewall of about so many lines: addresses, services and policies."""
    head = [
        "#config-version=FGT60F-7.2.5-FW-build1517-230606:opmode=0:vdom=0:user=kanri",
        "config system global",
        '    set hostname "fw"',
        "end",
    ]
    third = (lines - len(head)) // 3
    blocks = (("firewall address", _address), ("firewall service custom", _service), ("firewall policy", _policy))
    body = [
        line
        for name, entry in blocks
        for line in (f"config {name}", *_take(map(entry, range(1, lines)), third - 2), "end")
    ]
    return [*head, *body]


def _address(number: int) -> list[str]:
    return [
        f'    edit "host-{number}"',
        f"        set subnet 10.{number // 250 % 250}.{number % 250}.0 255.255.255.0",
        '        set comment "floor"',
        "    next",
    ]


def _service(number: int) -> list[str]:
    return [f'    edit "svc-{number}"', f"        set tcp-portrange {1024 + number % 60000}", "    next"]


def _policy(number: int) -> list[str]:
    return [
        f"    edit {number}", f'        set name "rule {number}"', '        set srcintf "port1"', '        set dstintf "port2"', f'        set srcaddr "host-{number}"',
        '        set dstaddr "all"', f'        set service "svc-{number}"', '        set schedule "always"', "        set action accept", "        set logtraffic all", "    next",
    ]  # fmt: skip


def _take(blocks: Iterator[list[str]], lines: int) -> list[str]:
    """Return whole blocks of about so many lines together."""
    taken: list[str] = []
    for block in blocks:
        taken += block
        if len(taken) >= lines:
            break
    return taken
