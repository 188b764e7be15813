"""What was collected, before and after it was made safe to keep."""

from dataclasses import dataclass, field
from enum import StrEnum

from infra_audit.model.device import Device
from infra_audit.model.reason import Reason

UNKNOWN_COMPLETENESS = Reason("complete.unknown")


class Completeness(StrEnum):
    """Whether an artefact is known to hold everything the device would say."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawArtifact:
    """The answer to one command, or one file, as the bytes came. Held in memory only: it may hold secrets."""

    device: str
    source: str | None
    """Source id of platform.yaml (such as running-config); None for a file whose platform is not yet known."""
    name: str
    """A plain file's path relative to its argument; the command or path on a collected device."""
    data: bytes = field(repr=False)
    collector: str
    """Entry-point name of the collector."""
    command: str | None = None
    """The command sent, or the path read."""
    collected_at: str | None = None
    """ISO 8601 with zone; None for a plain file."""
    exit: int | None = None
    """Exit status on hosts that have one."""
    complete: Completeness = Completeness.UNKNOWN
    """YES only when the collector itself has proof (prompt came back, size header, operator's word)."""
    complete_reason: Reason = UNKNOWN_COMPLETENESS
    source_sha256: str | None = None
    """Of the whole file, when `data` is a part of it (one command of a terminal log); None = of `data`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCollected:
    """A device, or one source of it, that could not be read."""

    device: str
    reason: Reason
    source: str | None = None
    """None: nothing at all was collected from the device."""
    collected_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """All that came from one device, and what did not. What every collector yields, one a device."""

    device: Device
    artifacts: tuple[RawArtifact, ...] = ()
    missing: tuple[NotCollected, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """One secret that was replaced by a mark."""

    line: int
    kind: str
    """plain, type7, md5_crypt, private_key, forged ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """How the platform of a text was found out, when nobody said it."""

    sure: bool
    """False: few lines speak for it, or another platform is close."""
    score: int
    """Sum of the weights of the patterns of platform.yaml that match."""
    lines: tuple[tuple[int, int], ...]
    """The lines it rests on, first and last of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """An artefact without secrets, as it is stored and parsed. `lines[n - 1]` is line n of the source file."""

    device: str
    source: str
    """Source id of platform.yaml."""
    name: str
    """What evidence cites: `artefacts/<device>/<n>.txt` in a snapshot, the relative path of a plain file."""
    lines: tuple[str, ...]
    """Redacted text split at \\n only, one trailing \\r of each line removed. Line count equals the source's."""
    sha256: str
    """Of the redacted text as stored."""
    source_sha256: str
    """Of the bytes as they came."""
    encoding: str
    collector: str
    command: str | None = None
    collected_at: str | None = None
    exit: int | None = None
    complete: Completeness = Completeness.UNKNOWN
    complete_reason: Reason = UNKNOWN_COMPLETENESS
    damaged: tuple[tuple[int, Reason], ...] = ()
    """Lines that were cleaned of pager residue, control characters and the like, with the reason."""
    redactions: tuple[Redaction, ...] = ()
    detected: Detected | None = None
    """None: the platform was named by a person or the inventory."""
