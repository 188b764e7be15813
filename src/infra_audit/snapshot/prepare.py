"""One artefact from the bytes as they came to what may be kept: decode, detect, redact, hash, judge completeness.

Line n of the result is line n of the source. `sha256` is that of the text as stored: UTF-8, each line followed by one line
feed. `source_sha256` is that of the bytes as they came.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra_audit.model.evidence import Artifact, Completeness, Detected, NotCollected, RawArtifact
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason
from infra_audit.snapshot.complete import judge, refusal
from infra_audit.snapshot.decode import LIMIT_BYTES, Decoded, decode
from infra_audit.snapshot.detect import detect
from infra_audit.snapshot.redact import Redactor


@dataclass(frozen=True, slots=True)
class Prepared:
    """An artefact without secrets, and the platform by whose rules it was read."""

    artifact: Artifact
    platform: Platform
    seems: str | None = None
    """The platform that the text surely looks like, where it is another one than was said."""


def stored(lines: Sequence[str]) -> bytes:
    """Return the bytes that a snapshot stores for these lines."""
    return "".join(f"{line}\n" for line in lines).encode()


def prepare(
    raw: RawArtifact,
    platforms: Mapping[str, Platform],
    platform: Platform | None,
    *,
    key: bytes | None = None,
    limit: int = LIMIT_BYTES,
) -> Prepared | NotCollected:
    """Return the artefact in a form that may be kept, or why there is none.

    `platform` None means to detect it. `key` is the organisation's, for fingerprints of secrets. Never raises for what the
    bytes hold.
    """
    decoded = decode(raw.data, limit=limit)
    if isinstance(decoded, Reason):
        return _missing(raw, decoded)
    detected = None
    if platform is None:
        if not any(line.strip() for line in decoded.lines):
            return _missing(raw, Reason("decode.empty"))
        detection = detect(decoded.lines, platforms)
        if detection.platform is None:
            assert detection.reason is not None
            return _missing(raw, detection.reason)
        platform, detected = detection.platform, detection.detected
    source = raw.source or _source_of(raw.command, platform)
    if source is None or source not in platform.sources:
        return _missing(raw, Reason("snapshot.unknown_source", {"command": raw.command or raw.source or ""}))
    seems = None if detected else _seems(decoded, platforms, platform, source)
    return _kept(raw, decoded, platform, source, key, detected, seems)


def _seems(decoded: Decoded, platforms: Mapping[str, Platform], platform: Platform, source: str) -> str | None:
    """Return the platform that a whole configuration surely looks like, unless it is the one that was said."""
    if source != platform.main_source:
        return None
    found = detect(decoded.lines, platforms)
    if found.platform is None or found.detected is None or not found.detected.sure:
        return None
    return found.platform.name if found.platform.name != platform.name else None


def _kept(
    raw: RawArtifact,
    decoded: Decoded,
    platform: Platform,
    source: str,
    key: bytes | None,
    detected: Detected | None,
    seems: str | None,
) -> Prepared | NotCollected:
    told = platform.sources[source]
    if (
        not any(line.strip() for line in decoded.lines)
        and raw.complete is not Completeness.YES
        and not told.get("empty_is_complete")
    ):
        return _missing(raw, Reason("decode.empty"), source)
    redacted = Redactor(platform, key).redact(decoded.lines)
    refused = refusal(redacted.lines, told, raw.command)
    if refused is not None:
        return _missing(raw, Reason("collect.refused", {"command": raw.command or raw.name, "answer": refused}), source)
    prompt = platform.data.get("login", {}).get("prompt")
    complete, reason = judge(raw, decoded.lines, told, prompt, decoded.damaged)
    if seems and complete is Completeness.YES and reason.code != "complete.operator":
        # An end marker of one platform proves nothing of a text of another.
        complete, reason = Completeness.UNKNOWN, Reason("complete.other_platform", {"seems": seems})
    artifact = Artifact(
        device=raw.device,
        source=source,
        name=raw.name,
        lines=redacted.lines,
        sha256=hashlib.sha256(stored(redacted.lines)).hexdigest(),
        source_sha256=raw.source_sha256 or hashlib.sha256(raw.data).hexdigest(),
        encoding=decoded.encoding,
        collector=raw.collector,
        command=raw.command,
        collected_at=raw.collected_at,
        exit=raw.exit,
        complete=complete,
        complete_reason=reason,
        damaged=decoded.damaged,
        redactions=redacted.redactions,
        detected=detected,
    )
    return Prepared(artifact, platform, seems)


def _missing(raw: RawArtifact, reason: Reason, source: str | None = None) -> NotCollected:
    return NotCollected(device=raw.device, reason=reason, source=source or raw.source, collected_at=raw.collected_at)


def _source_of(command: str | None, platform: Platform) -> str | None:
    """Return the source that a command asks for, abbreviated words allowed; without a command the main one."""
    if command is None:
        return platform.main_source
    typed = command.split()
    found = []
    for name, source in platform.sources.items():
        words = str(source.get("command") or source.get("path")).split()
        if typed == words:
            return name
        if len(typed) == len(words) and all(w.startswith(t) for t, w in zip(typed, words, strict=True)):
            found.append(name)
    return found[0] if len(found) == 1 else None
