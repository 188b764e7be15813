"""Names inside a snapshot folder, and the JSON form of its manifest.

snapshot.json    what was collected from each device and what was not
inventory.json   the devices as the inventory described them
artefacts/DEVICE/N.txt
SHA256SUMS       of all other files; `sha256sum -c SHA256SUMS` checks it
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from infra_audit.model.evidence import Artifact, Completeness, Detected, NotCollected, Redaction
from infra_audit.model.reason import Reason

SCHEMA = "urn:infra-audit:snapshot:1"
MANIFEST = "snapshot.json"
INVENTORY = "inventory.json"
SUMS = "SHA256SUMS"
ARTEFACTS = "artefacts"
PARTIAL = ".partial"
STATE = "state"
"""Folder of finished devices inside an unfinished snapshot; gone when it is closed."""

ID = re.compile(r"(?!.*\.partial$)[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

_SUM = re.compile(r"([0-9a-f]{64})  (\S.*)")
_LONGEST_FOLDER = 200
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)")
"""Names that Windows gives to devices."""

Json = dict[str, Any]


def folder_name(device: str) -> str:
    """Return the folder of a device: its id percent-encoded, safe on every file system and never a path."""
    name = quote(device, safe="", errors="surrogatepass").replace("~", "%7E")
    if name[:1] in (".", "") or _RESERVED.match(name):
        name = f"%{ord(name[0]):02X}{name[1:]}" if name else "%"
    if name.endswith("."):
        name = name[:-1] + "%2E"
    if len(name) > _LONGEST_FOLDER:
        name = f"{name[:150]}~{hashlib.sha256(device.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    return name


def dump(value: Any) -> bytes:
    """Return the bytes of a JSON file: UTF-8, unescaped, indented, keys in the order given."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def sums(files: Mapping[str, str]) -> bytes:
    """Return the contents of SHA256SUMS for digests by path."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(files.items())).encode("ascii")


def read_sums(text: str) -> dict[str, str] | None:
    """Return digests by path, or None when a line is malformed, names a path twice or leads out of the folder."""
    found: dict[str, str] = {}
    for line in text.removesuffix("\n").split("\n"):
        match = _SUM.fullmatch(line)
        if match is None or match[2] in found or not inside(match[2]):
            return None
        found[match[2]] = match[1]
    return found


def inside(path: str) -> bool:
    """Tell whether a path of a manifest is relative, plain and stays in its folder."""
    parts = PurePosixPath(path).parts
    plain = bool(parts) and "\\" not in path and "\x00" not in path and ":" not in parts[0]
    return plain and not path.startswith("/") and ".." not in parts and "/".join(parts) == path


def artifact_json(artifact: Artifact, file: str) -> Json:
    """Return the entry of an artefact in the manifest."""
    redactions: dict[str, list[int]] = {}
    for redaction in artifact.redactions:
        redactions.setdefault(redaction.kind, []).append(redaction.line)
    return {
        "file": file,
        "source": artifact.source,
        "name": artifact.name,
        "command": artifact.command,
        "collected_at": artifact.collected_at,
        "collector": artifact.collector,
        "encoding": artifact.encoding,
        "lines": len(artifact.lines),
        "complete": str(artifact.complete),
        "complete_reason": artifact.complete_reason.to_json(),
        "exit": artifact.exit,
        "sha256": artifact.sha256,
        "source_sha256": artifact.source_sha256,
        "redactions": {kind: redactions[kind] for kind in sorted(redactions)},
        "damaged": [{"line": line, "reason": reason.to_json()} for line, reason in artifact.damaged],
        "detected": _detected_json(artifact.detected),
    }


def _detected_json(detected: Detected | None) -> Json | None:
    if detected is None:
        return None
    return {"sure": detected.sure, "score": detected.score, "lines": [list(span) for span in detected.lines]}


def _detected_of(entry: Json | None) -> Detected | None:
    if entry is None:
        return None
    return Detected(sure=entry["sure"], score=entry["score"], lines=tuple((a, b) for a, b in entry["lines"]))


def artifact_of(entry: Json, device: str, lines: tuple[str, ...]) -> Artifact:
    """Return the artefact that `artifact_json` described; it is named by its file in the snapshot."""
    redactions = [Redaction(line=line, kind=kind) for kind, found in entry["redactions"].items() for line in found]
    return Artifact(
        device=device,
        source=entry["source"],
        name=entry["file"],
        lines=lines,
        sha256=entry["sha256"],
        source_sha256=entry["source_sha256"],
        encoding=entry["encoding"],
        collector=entry["collector"],
        command=entry["command"],
        collected_at=entry["collected_at"],
        exit=entry["exit"],
        complete=Completeness(entry["complete"]),
        complete_reason=Reason.from_json(entry["complete_reason"]),
        damaged=tuple((d["line"], Reason.from_json(d["reason"])) for d in entry["damaged"]),
        redactions=tuple(sorted(redactions, key=lambda r: r.line)),
        detected=_detected_of(entry.get("detected")),
    )


def missing_json(missing: NotCollected) -> Json:
    """Return the entry of what was not collected."""
    return {"source": missing.source, "reason": missing.reason.to_json(), "collected_at": missing.collected_at}


def missing_of(entry: Json, device: str) -> NotCollected:
    """Return what `missing_json` described."""
    return NotCollected(
        device=device,
        reason=Reason.from_json(entry["reason"]),
        source=entry["source"],
        collected_at=entry["collected_at"],
    )
