"""Reads a closed snapshot. Nothing is used before its hash was verified, and nothing outside the folder is read.

Needs no network library and no Ansible: the snapshot holds the resolved inventory.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra_audit import resources
from infra_audit.errors import InputError, IntegrityError
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, NotCollected
from infra_audit.snapshot import layout
from infra_audit.snapshot.layout import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A verified snapshot."""

    id: str
    path: Path
    started_at: str
    closed_at: str
    tool: Mapping[str, str]
    digest: str
    """sha256 of SHA256SUMS: names the snapshot with all that is in it."""
    devices: tuple[Device, ...]
    """By id."""
    artifacts: Mapping[str, tuple[Artifact, ...]]
    """By device id; read, and verified once more, when asked for."""
    missing: Mapping[str, tuple[NotCollected, ...]]
    """By device id."""


def read(path: Path) -> Snapshot:
    """Return a snapshot after verifying every file of it.

    Raises InputError when there is none, or it was never closed; IntegrityError naming the file that is changed, missing,
    not in the sums, or no plain file.
    """
    if path.name.endswith(layout.PARTIAL) or (path / layout.STATE).is_dir():
        raise InputError("snapshot.not_closed", folder=str(path))
    if not (path / layout.MANIFEST).is_file() and not (path / layout.SUMS).is_file():
        raise InputError("snapshot.not_found", folder=str(path))
    sums_data = _bytes(path, layout.SUMS)
    sums = _sums(path, sums_data)
    _same_files(path, sums)
    for name, digest in sums.items():
        _verified(path, name, digest)
    manifest = _document(path, layout.MANIFEST, sums)
    _valid(path, manifest)
    entries: dict[str, Json] = {entry["id"]: entry for entry in manifest["devices"]}
    _agrees(path, entries, sums)
    return Snapshot(
        id=manifest["id"],
        path=path,
        started_at=manifest["started_at"],
        closed_at=manifest["closed_at"],
        tool=manifest["tool"],
        digest=hashlib.sha256(sums_data).hexdigest(),
        devices=_devices(path, _document(path, layout.INVENTORY, sums), entries),
        artifacts=_Artifacts(path, entries),
        missing={name: tuple(layout.missing_of(m, name) for m in entry["missing"]) for name, entry in entries.items()},
    )


class _Artifacts(Mapping[str, tuple[Artifact, ...]]):
    """The artefacts of each device, read when asked for: a snapshot may be larger than the memory."""

    def __init__(self, path: Path, entries: Mapping[str, Json]) -> None:
        self._path = path
        self._entries = entries

    def __getitem__(self, device: str) -> tuple[Artifact, ...]:
        return tuple(self._artifact(device, entry) for entry in self._entries[device]["artifacts"])

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def _artifact(self, device: str, entry: Json) -> Artifact:
        data = _verified(self._path, entry["file"], entry["sha256"])
        try:
            lines = data.decode("utf-8").removesuffix("\n").split("\n") if data else []
        except UnicodeDecodeError:
            raise IntegrityError("integrity.manifest", file=str(self._path / entry["file"]), what="utf-8") from None
        return layout.artifact_of(entry, device, tuple(lines))


def _sums(path: Path, data: bytes) -> dict[str, str]:
    try:
        sums = layout.read_sums(data.decode("ascii"))
    except UnicodeDecodeError:
        sums = None
    if sums is None or layout.MANIFEST not in sums or layout.INVENTORY not in sums:
        raise IntegrityError("integrity.sums", file=str(path / layout.SUMS))
    return sums


def _same_files(path: Path, sums: Mapping[str, str]) -> None:
    """Compare the files that are there with those in the sums; a link or device file is none."""
    found = set()
    for folder, folders, names in os.walk(path, followlinks=False):
        for name in sorted([*folders, *names]):
            file = Path(folder, name)
            mode = file.lstat().st_mode
            if stat.S_ISDIR(mode):
                continue
            if not stat.S_ISREG(mode):
                raise IntegrityError("integrity.not_a_file", file=str(file))
            found.add(file.relative_to(path).as_posix())
    found.discard(layout.SUMS)
    for name in sorted(found - sums.keys()):
        raise IntegrityError("integrity.extra", file=str(path / name))
    for name in sorted(sums.keys() - found):
        raise IntegrityError("integrity.missing", file=str(path / name))


def _verified(path: Path, name: str, digest: str) -> bytes:
    """Return the bytes of a file whose hash agrees."""
    data = _bytes(path, name)
    if hashlib.sha256(data).hexdigest() != digest:
        raise IntegrityError("integrity.changed", file=str(path / name))
    return data


def _bytes(path: Path, name: str) -> bytes:
    """Return the bytes of a plain file, never those that a link points to."""
    file = path / name
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise IntegrityError("integrity.not_a_file", file=str(file))
            return stream.read()
    except FileNotFoundError:
        raise IntegrityError("integrity.missing", file=str(file)) from None
    except PermissionError as error:
        raise InputError("file.unreadable", file=str(file), what=type(error).__name__) from error
    except OSError as error:
        raise IntegrityError("integrity.not_a_file", file=str(file)) from error


def _document(path: Path, name: str, sums: Mapping[str, str]) -> Json:
    try:
        value: Json = json.loads(_verified(path, name, sums[name]))
    except ValueError:
        raise IntegrityError("integrity.manifest", file=str(path / name), what="JSON") from None
    return value


@cache
def _validator() -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(
        json.loads((resources.root("schemas") / "snapshot.schema.json").read_text("utf-8"))
    )


def _valid(path: Path, manifest: Json) -> None:
    error = next(iter(_validator().iter_errors(manifest)), None)
    if error is not None:
        place = "/".join(str(part) for part in error.instance_path)
        raise IntegrityError("integrity.manifest", file=str(path / layout.MANIFEST), what=place or "/")


def _agrees(path: Path, entries: Mapping[str, Json], sums: Mapping[str, str]) -> None:
    """Hold the manifest against the sums: the same artefacts with the same hashes."""
    named = {a["file"]: a["sha256"] for entry in entries.values() for a in entry["artifacts"]}
    stored = {name: digest for name, digest in sums.items() if name.startswith(f"{layout.ARTEFACTS}/")}
    others = sums.keys() - stored.keys() - {layout.MANIFEST, layout.INVENTORY}
    differing = sorted({name for name, _ in named.items() ^ stored.items()} | others)
    if differing:
        raise IntegrityError("integrity.manifest", file=str(path / layout.MANIFEST), what=differing[0])


def _devices(path: Path, inventory: Json, entries: Mapping[str, Json]) -> tuple[Device, ...]:
    try:
        devices = tuple(Device.from_json(data) for data in inventory["devices"])
    except (KeyError, TypeError):
        raise IntegrityError("integrity.manifest", file=str(path / layout.INVENTORY), what="devices") from None
    if sorted(d.id for d in devices) != sorted(entries):
        raise IntegrityError("integrity.manifest", file=str(path / layout.INVENTORY), what="devices")
    return devices
