"""Planted secrets, of every kind and platform: none in any byte of a snapshot, in a log or in a traceback."""

import itertools
import logging
import traceback
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.errors import InfraAuditError
from infra_audit.model.device import Device
from infra_audit.model.evidence import Completeness, RawArtifact
from infra_audit.model.reason import Reason
from infra_audit.secret import MARK
from infra_audit.snapshot import decode, rules
from infra_audit.snapshot.prepare import Prepared, prepare
from infra_audit.snapshot.writer import Writer
from tests.unit.snapshot.example import PLATFORM

CANARY = "kanaria0Zq7"
HEX = "0C0A5F51"


def _planted(rule: dict[str, Any]) -> list[str]:
    """Return the example of a rule with a canary inside each of its secrets."""
    masked, example = rule["expected"], rule["example"]
    if MARK.search(example) or MARK.search(masked) is None or "\n" in example:
        return []
    parts = MARK.split(masked)[:: MARK.groups + 1]
    secrets, rest = [], example
    for before, after in itertools.pairwise(parts):
        assert rest.startswith(before)
        rest = rest[len(before) :]
        end = rest.index(after) if after else len(rest)
        secrets.append(rest[:end])
        rest = rest[end:]
    lines = []
    for secret in secrets:
        canary = HEX if secret.strip("0123456789ABCDEFabcdef") == "" else CANARY
        middle = max(len(secret) // 2, 1)
        at = secret.rindex("$") + 1 if secret.startswith("$") and not secret.endswith("$") else middle
        lines.append(example.replace(secret, secret[:at] + canary + secret[at:], 1))
    return lines


PLATFORMS = {**catalogue.platforms(), "example": PLATFORM}
GENERAL = rules.document()
LINES = {
    name: [line for r in p.data.get("secrets", ()) if "within" not in r for line in _planted(r)]
    for name, p in catalogue.platforms().items()
} | {"example": []}
ANYWHERE = [line for part in ("shapes", "statements", "keywords") for r in GENERAL[part] for line in _planted(r)]


def _raw(text: str, source: str) -> RawArtifact:
    return RawArtifact(
        device="sw1", source=source, name="sw1.cfg", data=text.encode(), collector="files",
        complete=Completeness.YES, complete_reason=Reason("complete.operator"),
    )  # fmt: skip


@pytest.mark.parametrize("name", PLATFORMS)
def test_no_planted_secret_in_any_byte(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    platform = PLATFORMS[name]
    lines = LINES[name] or ANYWHERE
    assert sum(CANARY in line or HEX in line for line in lines) == len(lines)
    prepared = prepare(_raw("\n".join(lines), platform.main_source), PLATFORMS, platform)
    assert isinstance(prepared, Prepared)
    left = [old for old, new in zip(lines, prepared.artifact.lines, strict=True) if CANARY in new or HEX in new]
    assert left == []
    writer = Writer(tmp_path, "one")
    writer.add(Device(id="sw1"), [prepared.artifact], [])
    folder = writer.close()
    for path in folder.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes()
            assert HEX.encode() not in path.read_bytes()
    assert CANARY not in caplog.text + repr(prepared)


def test_no_planted_secret_in_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(tmp_path, "one")

    def broken(*args: object) -> None:
        raise OSError(5, "Input/output error")

    text = f"hostname sw1\nenable secret {CANARY}\nend\n"
    platform = next(iter(PLATFORMS.values()))
    prepared = prepare(_raw(text, platform.main_source), PLATFORMS, platform)
    assert isinstance(prepared, Prepared)
    monkeypatch.setattr("infra_audit.snapshot.files.write", broken)
    with pytest.raises(InfraAuditError) as caught:
        writer.add(Device(id="sw1"), [prepared.artifact], [])
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_the_values_with_secrets_are_made_in_one_place() -> None:
    """`Decoded` is the only value of this stage that holds a secret: it must not show in a log by accident."""
    decoded = decode.decode(f"enable secret {CANARY}\n".encode())
    assert CANARY not in repr(decoded)
