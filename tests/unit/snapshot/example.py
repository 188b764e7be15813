"""A made-up platform, and values of the model with what a test does not care about filled in."""

from pathlib import Path
from typing import Any

from infra_audit.model.evidence import Artifact, RawArtifact
from infra_audit.model.platform import Platform
from infra_audit.snapshot.prepare import Prepared, prepare

DATA: dict[str, Any] = {
    "platform": "example",
    "title": {"ja": "見本", "en": "Example"},
    "os_family": "example",
    "default_kind": "switch",
    "detect": [{"pattern": "^example-os version \\d", "weight": 2}, {"pattern": "^aaa\\s+new-model", "weight": 1}],
    "sources": {
        "running-config": {
            "command": "show running-config",
            "main": True,
            "syntax": "indented",
            "comment": r"^\s*!",
            "end": r"^end\s*$",
            "size": r"^Current configuration : (\d+) bytes",
            "header": ["^Building configuration"],
            "refused": ["^% Invalid input", "^% Authorization failed"],
            "truncated": ["^% Write error"],
        },
        "version": {"command": "show version", "syntax": "flat", "refused": ["^% Invalid input"]},
        "saved": {"command": "show saved", "syntax": "flat", "begin": "^model ", "end": "^end"},
        "boot": {"command": "show boot", "syntax": "flat", "empty_is_complete": True},
        "inventory": {"command": "show inventory", "syntax": "flat", "size": r"^size (\d+)"},
    },
    "login": {"writes": False, "prompt": r"[\w-]+[>#]"},
    "secrets": [
        {"pattern": r"^\s*door code (?P<secret>\S+)", "kind": "door", "example": "door code 1234", "expected": "?"},
        {"pattern": r"^bell (?P<secret>\S+)", "kind": "plain", "example": "bell 1234", "expected": "?"},
        {"pattern": r"^password-hint-list", "kind": "plain", "example": "password-hint-list", "expected": "?"},
        {
            "pattern": r"^\s*name (?P<secret>\S+)",
            "kind": "plain",
            "within": {"start": "^snmp communities", "end": "^exit"},
            "example": "snmp communities\n name x",
            "expected": "?",
        },
        {
            "pattern": r"^secret-blob (?P<secret>.+)",
            "kind": "blob",
            "until": r"^---$",
            "example": "secret-blob x\n---",
            "expected": "?",
        },
    ],
}

QUOTING: dict[str, Any] = {
    **DATA,
    "platform": "quoting",
    "detect": [],
    "secrets": [],
    "sources": {"config": {"command": "show", "main": True, "syntax": "fortios"}},
}

PLATFORM = Platform("example", Path(), DATA)
QUOTING_PLATFORM = Platform("quoting", Path(), QUOTING)


def raw(data: bytes | str, **values: Any) -> RawArtifact:
    """Return an artefact as a collector gives it."""
    content = data.encode() if isinstance(data, str) else data
    return RawArtifact(
        **{"device": "sw1", "source": None, "name": "sw1.cfg", "collector": "files", **values}, data=content
    )


def artifact(data: bytes | str, **values: Any) -> Artifact:
    """Return an artefact as the snapshot stage keeps it."""
    prepared = prepare(raw(data, **values), {"example": PLATFORM}, PLATFORM)
    assert isinstance(prepared, Prepared)
    return prepared.artifact
