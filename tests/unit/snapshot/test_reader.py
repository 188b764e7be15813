import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra_audit.errors import InputError, IntegrityError
from infra_audit.model.device import Device
from infra_audit.snapshot.reader import read
from infra_audit.snapshot.writer import Writer
from tests.unit.snapshot.example import artifact


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    writer = Writer(tmp_path, "one", started_at="2026-11-23T00:00:00+00:00")
    for name in ("sw1", "sw2"):
        writer.add(Device(id=name), [artifact(f"hostname {name}\nend\n", device=name)], [])
    return writer.close()


def _rehash(folder: Path, name: str) -> None:
    """Do what a forger does who knows of the sums."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(
        "".join(f"{digest if n.endswith('  ' + name) else n[:64]}{n[64:]}\n" for n in lines)
    )


def _manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads((folder / "snapshot.json").read_text("utf-8"))
    change(data)
    (folder / "snapshot.json").write_text(json.dumps(data), "utf-8")
    _rehash(folder, "snapshot.json")


def _link(folder: Path) -> None:
    file = folder / "artefacts/sw1/1.txt"
    outside = folder.parent / "outside.txt"
    outside.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(outside)


def _linked_folder(folder: Path) -> None:
    target = folder.parent / "elsewhere"
    (folder / "artefacts/sw1").rename(target)
    (folder / "artefacts/sw1").symlink_to(target)


def _append(folder: Path, name: str) -> None:
    sums = folder / "SHA256SUMS"
    sums.write_text(f"{sums.read_text()}{'0' * 64}  {name}\n")


TAMPERED: list[tuple[str, str, Callable[[Path], object]]] = [
    ("integrity.changed", "artefacts/sw1/1.txt", lambda f: (f / "artefacts/sw1/1.txt").write_text("hostname x\nend\n")),
    ("integrity.changed", "snapshot.json", lambda f: (f / "snapshot.json").write_bytes((f / "snapshot.json").read_bytes() + b" ")),
    ("integrity.changed", "inventory.json", lambda f: (f / "inventory.json").write_text("{}")),
    ("integrity.missing", "artefacts/sw2/1.txt", lambda f: (f / "artefacts/sw2/1.txt").unlink()),
    ("integrity.missing", "SHA256SUMS", lambda f: (f / "SHA256SUMS").unlink()),
    ("integrity.missing", "snapshot.json", lambda f: (f / "snapshot.json").unlink()),
    ("integrity.extra", "artefacts/sw2/2.txt", lambda f: (f / "artefacts/sw2/2.txt").write_text("x")),
    ("integrity.extra", ".hidden", lambda f: (f / ".hidden").write_text("x")),
    ("integrity.not_a_file", "artefacts/sw1/1.txt", _link),
    ("integrity.not_a_file", "artefacts/sw1", _linked_folder),
    ("integrity.sums", "SHA256SUMS", lambda f: (f / "SHA256SUMS").write_text("nothing\n")),
    ("integrity.sums", "SHA256SUMS", lambda f: (f / "SHA256SUMS").write_text("")),
    ("integrity.sums", "SHA256SUMS", lambda f: _append(f, "../outside")),
    ("integrity.sums", "SHA256SUMS", lambda f: _append(f, "/etc/passwd")),
    ("integrity.sums", "SHA256SUMS", lambda f: (f / "SHA256SUMS").write_text((f / "SHA256SUMS").read_text() * 2)),
    ("integrity.manifest", "snapshot.json", lambda f: _manifest(f, lambda d: d.pop("tool"))),
    ("integrity.manifest", "snapshot.json", lambda f: _manifest(f, lambda d: d["devices"][0]["artifacts"].clear())),
    ("integrity.manifest", "snapshot.json", lambda f: _manifest(f, lambda d: d["devices"][0]["artifacts"][0].update(file="artefacts/../x/1.txt"))),
    ("integrity.manifest", "snapshot.json", lambda f: _manifest(f, lambda d: d["devices"][0]["artifacts"][0].update(sha256="0" * 64))),
    ("integrity.manifest", "snapshot.json", lambda f: _manifest(f, lambda d: d.update(schema="urn:infra-audit:snapshot:99"))),
    ("integrity.manifest", "inventory.json", lambda f: _manifest(f, lambda d: d["devices"].append({**d["devices"][0], "id": "sw3", "artifacts": []}))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "file", "tamper"), TAMPERED)
def test_tampering_is_found_and_the_file_named(
    folder: Path, code: str, file: str, tamper: Callable[[Path], object]
) -> None:
    tamper(folder)
    with pytest.raises(IntegrityError) as caught:
        read(folder)
    assert caught.value.code == code
    assert caught.value.exit_code == 5
    assert caught.value.fields["file"] == str(folder / file)


def test_json_that_is_none(folder: Path) -> None:
    (folder / "snapshot.json").write_text("{")
    _rehash(folder, "snapshot.json")
    with pytest.raises(IntegrityError, match=r"integrity\.manifest"):
        read(folder)


def test_a_file_changed_after_the_snapshot_was_opened(folder: Path) -> None:
    snapshot = read(folder)
    assert snapshot.artifacts["sw2"]
    (folder / "artefacts/sw1/1.txt").write_text("hostname x\nend\n")
    with pytest.raises(IntegrityError, match=r"integrity\.changed"):
        snapshot.artifacts["sw1"]


def test_every_single_byte_counts(folder: Path) -> None:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        for at in {0, len(data) // 2, len(data) - 1}:
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            with pytest.raises(IntegrityError):
                read(folder)
        path.write_bytes(data)
    read(folder)


def test_what_is_no_closed_snapshot(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"snapshot\.not_found"):
        read(tmp_path)
    writer = Writer(tmp_path, "one")
    with pytest.raises(InputError, match=r"snapshot\.not_closed"):
        read(writer.folder)
    moved = writer.folder.rename(tmp_path / "moved")
    with pytest.raises(InputError, match=r"snapshot\.not_closed"):
        read(moved)


def test_the_digest_names_the_contents(folder: Path) -> None:
    assert read(folder).digest == hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()


BLOCKED = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("netmiko", "paramiko", "ansible", "ansible_runner", "asyncssh"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
from pathlib import Path
from infra_audit.snapshot.reader import read
snapshot = read(Path(sys.argv[1]))
print(*(len(snapshot.artifacts[d.id][0].lines) for d in snapshot.devices))
"""


def test_reads_without_network_libraries(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "2"]
