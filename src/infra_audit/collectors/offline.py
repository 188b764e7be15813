"""Reads plain files: a file, a folder, a revision of a repository, a log of a terminal, the folder of a backup tool.

Needs no network.

A bad file in a folder is data, so that the rest goes on; only an argument that is itself bad is an error.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from infra_audit.catalogue import by_alias
from infra_audit.collectors.interface import Observer
from infra_audit.collectors.offline_files import PlainFile, find, is_regular
from infra_audit.collectors.terminal_log import Part, split
from infra_audit.model.device import Device
from infra_audit.model.evidence import UNKNOWN_COMPLETENESS, Collection, Completeness, NotCollected, RawArtifact
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason

COLLECTOR = "files"
LIMIT_BYTES = 50_000_000
_OPERATOR = Reason("complete.operator")
_RETURNED = Reason("collect.prompt_returned")


def collect(
    paths: Sequence[Path],
    *,
    platforms: Mapping[str, Platform],
    platform: str | None,
    complete: bool,
    observer: Observer,
    cancel: threading.Event,
) -> Iterator[Collection]:
    """Yield one collection a file, in the order of the arguments, then of their paths.

    `platform` is the operator's word for all files, `complete` his word that they are whole. A log of several devices
    gives one collection a device, with the name of its prompt behind the id of the file. Raises InputError for an
    argument that is bad, before anything is read.
    """
    said = by_alias(platforms, platform) if platform else None
    known = {said.name: said} if said else platforms
    for file in find(paths):
        observer.started(file.id)
        if cancel.is_set():
            collections = [_nothing(_device(file, platform), Reason("collect.cancelled"))]
        else:
            collections = _read(file, known, platform, complete=complete)
        missing = [m for c in collections for m in c.missing]
        observer.finished(file.id, missing[0].reason if missing else None)
        yield from collections


def _read(
    file: PlainFile, platforms: Mapping[str, Platform], platform: str | None, *, complete: bool
) -> list[Collection]:
    device = _device(file, platform)
    data = _bytes(file)
    if isinstance(data, Reason):
        return [_nothing(device, data)]
    parts = split(data, platforms)
    if parts:
        return _from_log(file, data, parts, complete=complete)
    artifact = RawArtifact(
        device=file.id,
        source=None,
        name=file.name,
        data=data,
        collector=COLLECTOR,
        complete=Completeness.YES if complete else Completeness.UNKNOWN,
        complete_reason=_OPERATOR if complete else UNKNOWN_COMPLETENESS,
    )
    return [Collection(device=device, artifacts=(artifact,))]


def _bytes(file: PlainFile) -> bytes | Reason:
    """Return the contents of a file, or why it has none worth reading."""
    path = file.path
    try:
        if file.blob is not None:
            size = file.blob.size
            return _worth(file.blob.read()) if size <= LIMIT_BYTES else _too_large(size)
        if path.is_dir():
            return Reason("collect.file_unreadable", {"what": PermissionError.__name__})
        if not is_regular(path):
            return Reason("collect.not_a_file")
        size = path.stat().st_size
        if size > LIMIT_BYTES:
            return _too_large(size)
        return _worth(path.read_bytes())
    except OSError as error:
        return Reason("collect.file_unreadable", {"what": type(error).__name__})


def _too_large(size: int) -> Reason:
    return Reason("collect.file_too_large", {"bytes": size, "limit": LIMIT_BYTES})


def _worth(data: bytes) -> bytes | Reason:
    return data if data.strip(b"\x00\t\n\r \xef\xbb\xbf\xff\xfe") else Reason("collect.file_empty")


def _from_log(file: PlainFile, data: bytes, parts: Sequence[Part], *, complete: bool) -> list[Collection]:
    digest = hashlib.sha256(data).hexdigest()
    names = list(dict.fromkeys(part.hostname for part in parts))
    collections = []
    for name in names:
        own = [part for part in parts if part.hostname == name]
        device = _device(file, own[0].platform.name, suffix=f"/{name}" if len(names) > 1 else "")
        artifacts = [_part(device, file, part, digest, complete=complete) for part in own]
        collections.append(Collection(device=device, artifacts=tuple(artifacts)))
    return collections


def _part(device: Device, file: PlainFile, part: Part, digest: str, *, complete: bool) -> RawArtifact:
    known = part.whole or complete
    reason = _RETURNED if part.whole else _OPERATOR if complete else UNKNOWN_COMPLETENESS
    return RawArtifact(
        device=device.id,
        source=part.source,
        name=f"{file.name}#{part.source}",
        data=part.data,
        collector=COLLECTOR,
        command=part.command,
        complete=Completeness.YES if known else Completeness.UNKNOWN,
        complete_reason=reason,
        source_sha256=digest,
    )


def _device(file: PlainFile, platform: str | None, suffix: str = "") -> Device:
    return Device(id=file.id + suffix, platform=platform, source="assumed", place=file.argument)


def _nothing(device: Device, reason: Reason) -> Collection:
    return Collection(device=device, missing=(NotCollected(device=device.id, reason=reason),))
