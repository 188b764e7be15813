import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit import catalogue
from infra_audit.model.evidence import Redaction
from infra_audit.model.platform import Platform
from infra_audit.secret import MARK, describe
from infra_audit.snapshot.redact import Redactor
from tests.effort import guard
from tests.unit.snapshot.example import DATA, PLATFORM, QUOTING_PLATFORM

CANARY = "Zq7kanaria"

# Statements that no rule knows: after the keyword nothing may be left.
UNKNOWN = [
    "frobnicate password {}",
    "frobnicate password with many words before {}",
    "widget secret type strange {} trailer",
    "set some-psk-key = {}",
    "api-key: {}",
    '"password": "{}",',
    "<password>{}</password>",
    "<Password>x {}</Password>",
    "password='{}'",
    "thing shared-key new-form ({})",
    "snmp create community-index 1 community {}",
    "wifi passphrase   {}",
    "authentication-key kind strange {}",
    'set passwd "a {} b" more',
    "PASSWORD {}",
    "enable secret level 5 x {}",
]


@pytest.mark.parametrize("line", UNKNOWN)
@pytest.mark.parametrize("platform", [None, *catalogue.platforms()])
def test_fails_closed(line: str, platform: str | None) -> None:
    redactor = Redactor(catalogue.platforms()[platform] if platform else None)
    result = redactor.redact([line.format(CANARY)])
    assert CANARY not in result.lines[0]
    assert result.lines[0].split()[0][:3] == line.split(maxsplit=1)[0][:3]
    assert result.redactions


def test_json_and_xml_stay_well_formed() -> None:
    redacted = Redactor().redact(['"password": "abc d",', "<password>abc d</password>", 'secret "x";']).lines
    assert redacted == (
        '"password": "SECRET:plain:1-7:uncommon",',
        "<password>SECRET:plain:1-7:uncommon</password>",
        'secret "SECRET:plain:1-7:uncommon";',
    )


KEY = [
    "config vpn certificate local",
    '    set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----',
    "MIIFDjBABgkqhkiG9w0BBQ0wMzAbBgkqhkiG9w0BBQwwDgQIZq7",
    "end",
    '-----END ENCRYPTED PRIVATE KEY-----"',
    "    set comment x",
]


def test_a_private_key_goes_whole_and_its_quotes_stay() -> None:
    result = Redactor().redact(KEY)
    mark = "SECRET:private_key:128-:uncommon"
    assert result.lines == (KEY[0], f'    set private-key "{mark}', mark, mark, f'{mark}"', KEY[5])
    assert result.redactions == (Redaction(line=2, kind="private_key"),)


def test_a_private_key_without_end_stops_where_lines_look_different() -> None:
    result = Redactor().redact(
        ["-----BEGIN RSA PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED", "", "MIIEpAIBAAKCAQEA", "hostname sw1.example"]
    )
    assert result.lines[-1] == "hostname sw1.example"
    assert all(MARK.search(line) for line in result.lines[:-1])


def test_a_private_key_on_one_line() -> None:
    line = '"key": "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----", "x": 1'
    assert Redactor().redact([line]).lines == ('"key": "SECRET:private_key:32-63:uncommon", "x": 1',)


def test_public_things_stay() -> None:
    lines = ["-----BEGIN CERTIFICATE-----", "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQG", "-----END CERTIFICATE-----",
             "username ops ssh-key ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCZA3vgz6brzr19URQXNAetG7OL6CHFurEnlz"]  # fmt: skip
    assert Redactor().redact(lines).lines == tuple(lines)


def test_quoted_values_over_lines_where_the_syntax_has_them() -> None:
    lines = ['  set password "first', "second", 'third" x', "next"]
    result = Redactor(QUOTING_PLATFORM).redact(lines)
    mark = "SECRET:plain:15-31:uncommon"
    assert result.lines == (f'  set password "{mark}', mark, f'{mark}" x', "next")
    assert Redactor().redact(lines).lines[1:] == ("second", 'third" x', "next")


BANNERS = [
    ["banner motd ^C Never tell your password to others. ^C", "hostname x"],
    ["banner motd # Never tell your password to others. # secret Zq7kanaria", "hostname x"],
    ["banner login \x03", "Never tell your password", "to others, the secret key goes\x03", "hostname x"],
]


@pytest.mark.parametrize("lines", BANNERS)
def test_a_banner_still_ends(lines: list[str]) -> None:
    platform = Platform("banners", PLATFORM.folder, {**DATA, "banner": "ios"})
    redacted = Redactor(platform).redact(lines).lines
    delimiter = lines[0].split()[2]
    assert sum(line.count(delimiter) for line in redacted) == 2
    assert CANARY not in "".join(redacted)
    assert redacted != tuple(lines)
    assert Redactor(platform).guard("\n".join(redacted)) == "\n".join(redacted)


def test_a_quoted_text_over_lines_still_ends() -> None:
    lines = ['  set buffer "<html>', "enter the password here", 'the password is old"', "  next"]
    redacted = Redactor(QUOTING_PLATFORM).redact(lines).lines
    assert [line.count('"') for line in redacted] == [1, 0, 1, 0]
    assert redacted[2].startswith("the password SECRET:")


def test_rules_of_a_platform() -> None:
    lines = [
        "door code 4711",
        "bell 4711",
        "name outside",
        "snmp communities",
        " name c1ty",
        "exit",
        "name outside",
        "password-hint-list x",
    ]
    result = Redactor(PLATFORM).redact(lines)
    assert result.lines == (
        "door code SECRET:door:1-7:uncommon", "bell SECRET:plain:1-7:uncommon", "name outside", "snmp communities",
        " name SECRET:plain:1-7:uncommon", "exit", "name outside", "password-hint-list x",
    )  # fmt: skip
    assert [r.kind for r in result.redactions] == ["door", "plain", "plain"]


def test_a_rule_that_goes_on_until_a_line() -> None:
    result = Redactor(PLATFORM).redact(["secret-blob a", "b", "---", "after"])
    mark = "SECRET:blob:1-7:uncommon"
    assert result.lines == (f"secret-blob {mark}", mark, mark, "after")
    assert Redactor(PLATFORM).redact(["secret-blob a", "b", "c"]).lines[1:] == ("SECRET:blob:1-7:uncommon",) * 2


def test_marks_in_incoming_text_are_forged() -> None:
    line = "username ops password SECRET:type7:8-14:uncommon"
    result = Redactor().redact([line, "description SECRET:plain:0-0:common x"])
    assert result.lines[0] == "username ops password SECRET:forged:15-31:uncommon"
    assert "SECRET:forged:" in result.lines[1]
    assert [r.kind for r in result.redactions] == ["forged", "forged"]


def test_a_secret_cannot_hide_behind_a_forged_mark() -> None:
    result = Redactor().redact([f"strange password SECRET:type7:8-14:uncommon {CANARY}"])
    assert CANARY not in result.lines[0]
    assert "forged" in [r.kind for r in result.redactions]


def test_the_guard_leaves_our_marks_alone() -> None:
    text = f"line 3: password SECRET:type7:8-14:uncommon\nand password {CANARY}"
    guarded = Redactor().guard(text)
    assert guarded.split("\n")[0] == text.split("\n", maxsplit=1)[0]
    assert CANARY not in guarded


def test_the_guard_leaves_our_blocks_alone() -> None:
    for platform, lines in (
        (QUOTING_PLATFORM, KEY),
        (QUOTING_PLATFORM, ['  set password "first', 'second"', "x"]),
        (PLATFORM, ["secret-blob a", "---"]),
    ):
        once = "\n".join(Redactor(platform).redact(lines).lines)
        assert Redactor(platform).guard(once) == once


def test_fingerprints_only_with_a_key() -> None:
    one, two, other = (Redactor(key=k).redact(["password c1ty-pw-1"]).lines[0] for k in (b"k", b"k", b"x"))
    assert one == two != other
    mark = MARK.search(one)
    assert mark is not None
    assert mark["fingerprint"]
    assert describe(mark[0])["fingerprint"] == describe("c1ty-pw-1", key=b"k")["fingerprint"]


def test_well_known_secrets_are_told() -> None:
    assert Redactor().redact(["snmp-server community public RO"]).lines == (
        "snmp-server community SECRET:plain:1-7:common RO",
    )


def test_a_line_too_long_to_be_a_statement_goes_whole() -> None:
    result = Redactor().redact(["password " + "x" * 100_000, "y" * 100_000])
    assert result.lines[0] == "SECRET:long_line:128-:uncommon"
    assert len(result.lines[1]) == 100_000


HOSTILE = [
    "password ",
    "://a:",
    "$1$a",
    "SECRET:",
    "key key-chain ",
    '"',
    "snmp community ",
    "ENC ",
    "auth md5 ",
    "%^%#",
    "-----BEGIN ",
    "user a ",
    "= ",
]


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("platform", [None, *catalogue.platforms()])
def test_hostile_lines_in_bounded_time(unit: str, platform: str | None) -> None:
    redactor = Redactor(catalogue.platforms()[platform] if platform else None)
    with guard():
        redactor.redact(["pass " + unit * (6_000 // len(unit))])


WORDS = st.sampled_from(
    ["password", "secret", "key", "7", "0", "5", "0822455D0A16", "$1$abcd$abcdefghijklmnop", "community", "snmp-server", "RO", '"', "ENC",
     "psk", "auth", "md5", "SECRET:plain:8-14:uncommon", "SECRET:", "username", "x", "http://a:b@c", "{", ";", "</", ">", "=", ":", "key-chain",
     "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "set", "\t", "日本"]
)  # fmt: skip
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=12)


@given(TEXTS)
def test_line_count_stays_and_the_guard_is_idempotent(lines: list[str]) -> None:
    redactor = Redactor()
    once = redactor.redact(lines)
    assert len(once.lines) == len(lines)
    assert all(1 <= r.line <= len(lines) for r in once.redactions)
    guarded = redactor.guard("\n".join(once.lines))
    assert redactor.guard(guarded) == guarded
    twice = redactor.redact(once.lines)
    assert len(twice.lines) == len(lines)


@given(
    st.sampled_from(UNKNOWN),
    st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=6, max_size=20),
)
def test_no_part_of_any_secret_is_left(line: str, value: str) -> None:
    result = Redactor().redact([line.format(f"Q{value}Q")])
    assert f"Q{value}Q" not in result.lines[0]


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text(lines: list[str]) -> None:
    lines = [line.replace("\n", "") for line in lines]
    assert len(Redactor(PLATFORM).redact(lines).lines) == len(lines)


def test_a_password_within_a_quoted_json() -> None:
    line = r'set http-body "{\"user\": \"ops\", \"password\": \"b0dy-pass1\"}"'
    assert "b0dy-pass1" not in Redactor(None).redact([line]).lines[0]
