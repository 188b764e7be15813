"""Every redaction rule, general or of a platform, does what its example says; every harmless line survives."""

from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.literals import required
from infra_audit.secret import MARK
from infra_audit.snapshot import rules
from infra_audit.snapshot.redact import Redactor

GENERAL = rules.document()
EXAMPLES: list[tuple[str | None, Any]] = [
    (None, rule) for part in ("shapes", "statements", "keywords") for rule in GENERAL[part]
]
EXAMPLES += [(name, rule) for name, p in catalogue.platforms().items() for rule in p.data.get("secrets", ())]


@pytest.mark.parametrize(
    ("platform", "rule"), [pytest.param(n, r, id=f"{n or 'general'}:{r['example'][:50]}") for n, r in EXAMPLES]
)
def test_example(platform: str | None, rule: dict[str, Any]) -> None:
    redactor = Redactor(catalogue.platforms()[platform] if platform else None)
    if MARK.search(rule["example"]):  # an example that shows what an earlier rule left over
        assert redactor.guard(rule["example"]) == rule["expected"]
        return
    got = "\n".join(redactor.redact(rule["example"].split("\n")).lines)
    assert got == redactor.guard(rule["expected"])  # another rule may take a second secret of the line
    assert redactor.guard(got) == got


@pytest.mark.parametrize("line", [h["example"] for h in GENERAL["harmless"]])
def test_harmless(line: str) -> None:
    assert Redactor().redact([line]).lines == (line,)


@pytest.mark.parametrize("rule", [r for _, r in EXAMPLES], ids=lambda r: r["example"][:50])
def test_every_rule_is_reached(rule: dict[str, Any]) -> None:
    hinted = any(hint in rule["example"].lower() for hint in GENERAL["hints"])
    assert hinted or required(rule["pattern"]), (
        "no hint, and no text that a match must hold: it costs time on every line"
    )


LOOK_ALIKES = [
    "service password-encryption", "no service password-recovery", "enable password-policy", "password-policy minimum-length 8",
    "config system password-policy", "    set password-expire 90", "    set expire-status enable", "key chain OSPF-AREA0",
    " ip authentication key-chain eigrp 100 EIGRP-KEYS", "crypto key generate rsa modulus 2048", "ip ssh authentication-retries 3",
    "ip ssh time-out 60", "ssh key-exchange group dh-group14-sha256", "ntp trusted-key 1", "ntp server 192.0.2.1 key 1",
    "ntp authenticate", "aaa authentication login default group tacacs+ local", "ip ospf authentication message-digest",
    "ip community-list standard CITY permit 65000:1", " send-community both", "set community 65000:100 additive",
    "aaa accounting exec default start-stop group tacacs+", " authentication port-control auto", " key 1", "username ops nopassword",
    "ip http authentication local", "security passwords min-length 10", "password history 5", "tunnel key 100",
    "PasswordAuthentication no", "PermitEmptyPasswords no", "password requisite pam_pwquality.so retry=3 minlen=12",
    "PASS_MAX_DAYS 90", "%wheel ALL=(ALL) NOPASSWD: ALL", "passwd: files systemd", "HostKey /etc/ssh/ssh_host_rsa_key",
    "pp auth accept chap", "login timer 300", "ip filter 200030 pass * 192.0.2.0/24 icmp", "snmp-server enable traps snmp authentication",
    "snmp-server user-defined", "snmp-server location 本庁舎", "snmp-server contact joho@example.jp", "    set auth-type psk",
    "    set authmethod psk", '    set comment "pass through"', "crypto pki certificate chain TP-self-signed-1", " key-type rsa",
    "description to tokyo via key-site", "sshd password pam_unix.so yescrypt", "passwd amd64 1:4.13+dfsg1", "ip ssh pubkey-chain",
]  # fmt: skip


ELSEWHERE = {
    "sshd password pam_unix.so yescrypt",
    "passwd amd64 1:4.13+dfsg1",
    " key 1",
    "password history 5",
    "password requisite pam_pwquality.so retry=3 minlen=12",
}
"""On a network device these would be a secret: ` key 1` of a RADIUS server, `password history` of a line."""


@pytest.mark.parametrize("line", LOOK_ALIKES)
@pytest.mark.parametrize("platform", [None, *catalogue.platforms()])
def test_look_alikes_survive(line: str, platform: str | None) -> None:
    if platform is not None and line in ELSEWHERE:
        return
    redactor = Redactor(catalogue.platforms()[platform] if platform else None)
    assert redactor.redact([line]).lines == (line,)


SURVIVES = [
    ("snmp-server community c1ty-view RO 10", ["RO 10"]),
    ("snmp-server community c1ty-view view ALL RW ipv6 V6 MGMT", ["RW", "MGMT"]),
    ("username ops privilege 15 secret 9 $9$abcdefgh$abcdefghijklmnop", ["username ops privilege 15"]),
    ("crypto isakmp key c1ty-psk1 address 192.0.2.1 255.255.255.0", ["address 192.0.2.1 255.255.255.0"]),
    ("tacacs-server host 192.0.2.9 key 7 0822455D0A16", ["192.0.2.9"]),
]


@pytest.mark.parametrize(("line", "parts"), SURVIVES)
def test_the_rest_of_a_known_statement_survives(line: str, parts: list[str]) -> None:
    redacted = Redactor().redact([line]).lines[0]
    assert redacted != line
    assert all(part in redacted for part in parts)
