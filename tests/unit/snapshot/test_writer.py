import errno
import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra_audit.errors import InfraAuditError, InputError, UsageError
from infra_audit.model.device import Device
from infra_audit.model.evidence import NotCollected
from infra_audit.model.reason import Reason
from infra_audit.snapshot import layout
from infra_audit.snapshot.reader import Snapshot, read
from infra_audit.snapshot.writer import Writer
from tests.unit.snapshot.example import artifact

DEVICES = [
    Device(id=name, kind="switch", platform="example", zones=("lgwan",)) for name in ("sw2", "sw1", "本庁舎/コア")
]
STARTED = "2026-11-23T00:00:00+00:00"


def _write(out: Path, *, backwards: bool = False) -> Path:
    writer = Writer(out, "one", DEVICES, started_at=STARTED)
    for device in sorted(DEVICES[:2], key=lambda d: d.id, reverse=backwards):
        found = [
            artifact(f"hostname {device.id}\ndoor code 4711\nend\n", device=device.id),
            artifact("model x\n", device=device.id, source="version"),
        ]
        missing = NotCollected(device=device.id, source="boot", reason=Reason("collect.refused", {"answer": "% no"}))
        writer.add(device, found, [missing])
    return writer.close("2026-11-23T00:01:00+00:00")


def _tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    snapshot = read(_write(tmp_path))
    assert isinstance(snapshot, Snapshot)
    assert [d.id for d in snapshot.devices] == ["sw1", "sw2", "本庁舎/コア"]
    assert snapshot.devices[0] == DEVICES[1]
    first, second = snapshot.artifacts["sw1"]
    expected = artifact("hostname sw1\ndoor code 4711\nend\n", name=first.name, device="sw1")
    assert first == expected
    assert first.name == "artefacts/sw1/1.txt"
    assert second.source == "version"
    assert snapshot.missing["sw1"] == (
        NotCollected(device="sw1", source="boot", reason=Reason("collect.refused", {"answer": "% no"})),
    )
    assert snapshot.missing["本庁舎/コア"][0].reason == Reason("snapshot.not_reached")
    assert snapshot.artifacts["本庁舎/コア"] == ()


def test_the_folder_holds_nothing_else(tmp_path: Path) -> None:
    folder = _write(tmp_path)
    assert folder == tmp_path / "snapshots" / "one"
    assert sorted(_tree(folder)) == [
        "SHA256SUMS", "artefacts/sw1/1.txt", "artefacts/sw1/2.txt", "artefacts/sw2/1.txt", "artefacts/sw2/2.txt", "inventory.json", "snapshot.json",
    ]  # fmt: skip
    assert [p.name for p in (tmp_path / "snapshots").iterdir()] == ["one"]


def test_sha256sum_agrees(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=_write(tmp_path), check=False
    )
    assert done.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_only_the_owner_may_look(tmp_path: Path) -> None:
    folder = _write(tmp_path)
    modes = {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*")} | {stat.S_IMODE(folder.stat().st_mode)}
    assert modes == {0o700, 0o600}


def test_the_same_input_gives_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    assert _tree(_write(tmp_path / "a")) == _tree(_write(tmp_path / "b", backwards=True))


def test_resumed_where_it_stopped(tmp_path: Path) -> None:
    first = Writer(tmp_path, "one", started_at="2026-11-23T00:00:00+00:00")
    first.add(DEVICES[0], [artifact("hostname sw2\nend\n", device="sw2")], [])
    first.add(DEVICES[1], [], [NotCollected(device="sw1", reason=Reason("collect.timeout"))])
    second = Writer(tmp_path, "one", started_at="2026-11-24T00:00:00+00:00")
    assert second.done == {"sw2"}
    second.add(DEVICES[1], [artifact("hostname sw1\nend\n", device="sw1")], [])
    folder = second.close()
    snapshot = read(folder)
    assert [d.id for d in snapshot.devices] == ["sw1", "sw2"]
    assert snapshot.missing["sw1"] == ()
    assert snapshot.started_at == "2026-11-23T00:00:00+00:00"


def test_a_kill_in_the_middle_of_a_device(tmp_path: Path) -> None:
    writer = Writer(tmp_path, "one")
    writer.add(DEVICES[0], [artifact("hostname sw2\nend\n", device="sw2")], [])
    rest = writer.folder / "artefacts" / "sw1"
    rest.mkdir()
    (rest / "1.txt").write_text("half")
    (rest / "2.txt.new").write_text("half")
    (writer.folder / "state" / "sw1.json").write_text('{"device"')
    (writer.folder / "snapshot.json.new").write_text("half")
    again = Writer(tmp_path, "one")
    assert again.done == {"sw2"}
    snapshot = read(again.close())
    assert [d.id for d in snapshot.devices] == ["sw2"]


def test_an_artefact_changed_between_two_runs_is_collected_again(tmp_path: Path) -> None:
    writer = Writer(tmp_path, "one")
    writer.add(DEVICES[0], [artifact("hostname sw2\nend\n", device="sw2")], [])
    (writer.folder / "artefacts" / "sw2" / "1.txt").write_text("other")
    assert Writer(tmp_path, "one").done == frozenset()


def _rest(writer: Writer) -> Path:
    writer.add(DEVICES[1], [artifact("hostname sw1\nend\n", device="sw1")], [])
    return writer.close()


@pytest.mark.parametrize("when", range(1, 8))
def test_a_full_disk_keeps_what_was_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: int) -> None:
    writer = Writer(tmp_path, "one", started_at=STARTED)
    writer.add(DEVICES[0], [artifact("hostname sw2\nend\n", device="sw2")], [])
    calls = 0

    def full(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == when:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(InputError) as caught:
            _rest(writer)
    assert caught.value.code == "snapshot.disk_full"
    assert caught.value.fields == {"folder": str(writer.folder)}
    if not (tmp_path / "snapshots" / "one").exists():  # the very last flush comes after the rename
        again = Writer(tmp_path, "one")
        assert "sw2" in again.done
        again.add(DEVICES[1], [artifact("hostname sw1\nend\n", device="sw1")], [])
        again.close()
    assert [d.id for d in read(tmp_path / "snapshots" / "one").devices] == ["sw1", "sw2"]


def test_a_closed_snapshot_is_never_rewritten(tmp_path: Path) -> None:
    _write(tmp_path)
    with pytest.raises(InputError, match=r"snapshot\.exists"):
        Writer(tmp_path, "one")


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "a\\b", ".hidden", "x.partial", "x" * 200, "a b", "a\nb", "-x"]
)
def test_names_that_are_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"snapshot\.bad_id"):
        Writer(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("a file")
    with pytest.raises(InfraAuditError, match=r"snapshot\.not_writable"):
        Writer(tmp_path, "one")


def test_a_link_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / "one.partial").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InfraAuditError, match=r"snapshot\.not_writable"):
        Writer(tmp_path, "one")


HOSTILE = ["../../etc/passwd", "..", ".", "/etc/passwd", "a/../b", "a\\..\\b", "CON", "nul.cfg", "x" * 500, "本" * 120, "a\nb", "a\x00b", "%2e%2e", "end.", " ", "~", "sw1", "SW1", "Sw1"]  # fmt: skip


def test_hostile_device_names(tmp_path: Path) -> None:
    writer = Writer(tmp_path, "one")
    for name in HOSTILE:
        writer.add(Device(id=name), [artifact("end\n", device=name)], [])
    snapshot = read(writer.close())
    assert sorted(d.id for d in snapshot.devices) == sorted(HOSTILE)
    folders = [p.name for p in (snapshot.path / "artefacts").iterdir()]
    assert len({f.lower() for f in folders}) == len(HOSTILE)
    assert all(len(f) <= 255 and f.isascii() and not f.startswith(".") for f in folders)
    assert {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("*")} == {"snapshots"}
    assert all(snapshot.artifacts[name][0].device == name for name in HOSTILE)


@pytest.mark.parametrize("path", ["../x", "/x", "a/../b", "a//b", "./a", "a\\b", "", "c:/x", "a/./b"])
def test_paths_that_leave_the_folder(path: str) -> None:
    assert not layout.inside(path)


def test_the_manifest_says_what_was_redacted_and_no_more(tmp_path: Path) -> None:
    manifest: dict[str, Any] = json.loads((_write(tmp_path) / "snapshot.json").read_text("utf-8"))
    entry = manifest["devices"][0]["artifacts"][0]
    assert entry["redactions"] == {"door": [2]}
    assert entry["complete"] == "yes"
    assert entry["lines"] == 3


def test_what_a_device_answered_is_redacted_too(tmp_path: Path) -> None:
    writer = Writer(tmp_path, "one")
    writer.add(
        DEVICES[0],
        [],
        [NotCollected(device="sw2", reason=Reason("collect.refused", {"answer": "% password Zq7kanaria"}))],
    )
    assert b"Zq7kanaria" not in b"".join(_tree(writer.close()).values())
