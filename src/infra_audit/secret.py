"""What may be said of a secret without telling it, and the mark that takes its place.

A mark is one token of letters, digits, `.`, `:` and `-`, harmless in every configuration syntax:

    SECRET:type7:8-14:uncommon            kind, length class, well-known or not
    SECRET:type7:8-14:uncommon:ab12cd     with a fingerprint, when an organisation key was given

`describe` gives the same value for a secret and for its mark, so that facts of a redacted text equal the facts of the
original with its secrets masked.
"""

import hashlib
import hmac
import re
from functools import cache
from importlib.resources import files
from typing import Any

MARK = re.compile(
    r"SECRET:(?P<kind>[a-z0-9_]+):(?P<length>[0-9-]+):(?P<common>common|uncommon)(?::(?P<fingerprint>[0-9a-f]{6,16}))?"
)

REVERSIBLE = frozenset(
    {"plain", "type7", "type6", "fortios_enc", "junos_9", "comware_cipher", "vrp_cipher", "panos_cipher", "forged"}
)
"""Kinds whose stored form can be turned back into the secret."""

_CRYPT = "[./A-Za-z0-9]"
_SHAPES = (
    ("md5_crypt", re.compile(r"\$1\$[^\s$]+\$\S+")),
    ("sha256_crypt", re.compile(r"\$5\$\S+\$\S+")),
    ("sha512_crypt", re.compile(r"\$6\$\S+\$\S+")),
    ("pbkdf2", re.compile(r"\$8\$\S+\$\S+")),
    ("scrypt", re.compile(r"\$9\$\S+\$\S+")),
    ("junos_9", re.compile(rf"\$9\$(?:{_CRYPT}|-){{4,}}")),
    ("yescrypt", re.compile(r"\$(?:y|7)\$\S+\$\S+")),
    ("bcrypt", re.compile(rf"\$2[abxy]?\$\d\d\${_CRYPT}{{8,}}")),
    ("comware_hash", re.compile(r"\$h\$\d\$\S{8,}")),
    ("comware_cipher", re.compile(r"\$c\$\d\$\S{4,}")),
    ("vrp_hash", re.compile(r"\$1[a-z]\$\S+\$\S+\$")),
    ("vrp_cipher", re.compile(r"%\^%#.+%\^%#|%@%@.+%@%@|%\$%\$.+%\$%\$")),
    ("panos_cipher", re.compile(r"-AQ==\S{8,}")),
)
_LENGTHS = ((0, 0), (1, 7), (8, 14), (15, 31), (32, 63), (64, 127))


def kind_of(value: str) -> str:
    """Return the storage kind that the shape of a stored secret shows; `plain` when it shows none."""
    for kind, pattern in _SHAPES:
        if pattern.fullmatch(value):
            return kind
    return "plain"


def length_class(value: str) -> str:
    """Return the class of a length, such as `8-14`; `128-` from 128 on."""
    for low, high in _LENGTHS:
        if low <= len(value) <= high:
            return f"{low}-{high}"
    return "128-"


@cache
def well_known() -> frozenset[str]:
    """Return secrets that everybody knows, lower case: vendor defaults and the usual words."""
    text = (files(__package__) / "well_known_secrets.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().lower() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def fingerprint(value: str, key: bytes) -> str:
    """Return a keyed digest that tells equal secrets without telling them; `key` stays outside every snapshot."""
    return hmac.new(key, value.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:12]


def mark(value: str, kind: str | None = None, key: bytes | None = None) -> str:
    """Return the mark that takes the place of a secret."""
    common = "common" if value.lower() in well_known() else "uncommon"
    tail = f":{fingerprint(value, key)}" if key else ""
    return f"SECRET:{kind or kind_of(value)}:{length_class(value)}:{common}{tail}"


def describe(value: str, kind: str | None = None, key: bytes | None = None) -> dict[str, Any]:
    """Return what facts hold of a secret or of its mark: kind, length_class, well_known, reversible, fingerprint.

    `kind` is what the configuration itself says (the digit of `secret 5 ...`); it wins over shape and mark.
    """
    found = MARK.fullmatch(value) or MARK.fullmatch(mark(value, kind, key))
    assert found is not None
    name = kind or found["kind"]
    result: dict[str, Any] = {
        "kind": name,
        "length_class": found["length"],
        "well_known": found["common"] == "common",
        "reversible": name in REVERSIBLE,
    }
    if found["fingerprint"]:
        result["fingerprint"] = found["fingerprint"]
    return result
