"""Bytes to lines.

A line ends at a line feed and nowhere else, but in a text that has none and several carriage returns (`str.splitlines` would also break at VT, FF, NEL and U+2028 and move every
number after it). The text stored in a snapshot is the lines, each followed by a line feed; a source without a final line feed has the same lines.
"""

import re
from dataclasses import dataclass, field

from infra_audit.model.reason import Reason
from infra_audit.snapshot import encodings
from infra_audit.snapshot.clean import clean

LIMIT_BYTES = 50_000_000
"""Larger artefacts are refused: no configuration is that long, and every later step is bounded by it."""

LONG_LINE = 8_192
"""Characters; a longer line with a hint of a secret is taken out whole by the redactor: rules take time that grows faster than a line."""

_MAGIC = (
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"\x7fELF",
    b"%PDF-",
    b"\x89PNG",
    b"7z\xbc\xaf",
    b"Rar!",
    b"BZh",
    b"\xfd7zXZ",
    b"\xd0\xcf\x11\xe0",
)
_JUNK = re.compile(rb"[\x00-\x02\x04-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_JUNK_SHARE = 0.02
_SAMPLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text as lines, before redaction: it may hold secrets and stays in memory."""

    lines: tuple[str, ...] = field(repr=False)
    encoding: str
    damaged: tuple[tuple[int, Reason], ...] = ()
    """Line number from 1 and what was cleaned."""


def decode(data: bytes, *, limit: int = LIMIT_BYTES) -> Decoded | Reason:
    """Return the lines of an artefact, or why it has none (`decode.*`). An empty artefact is the caller's to judge."""
    if len(data) > limit:
        return Reason("decode.too_large", {"bytes": len(data), "limit": limit})
    if _binary(data):
        return Reason("decode.binary", {"bytes": len(data)})
    text, encoding = encodings.decode(data)
    text = text.removeprefix("\ufeff")
    if "\n" not in text and text.rstrip("\r").count("\r") > 1:
        text = text.replace("\r", "\n")  # some terminals save so; one line would have every return overwrite the last
    pieces = text.split("\n")
    if pieces[-1] == "":  # the final line feed ends a line, it does not begin one
        pieces.pop()
    lines: list[str] = []
    damaged: list[tuple[int, Reason]] = []
    for number, piece in enumerate(pieces, 1):
        line, reason = clean(piece)
        lines.append(line)
        if reason is not None:
            damaged.append((number, reason))
    return Decoded(tuple(lines), encoding, tuple(damaged))


def _binary(data: bytes) -> bool:
    """Tell whether the bytes are no text in any encoding."""
    if data.startswith(_MAGIC):
        return True
    if encodings.by_mark(data):
        return False
    sample = data[:_SAMPLE]
    return len(_JUNK.findall(sample)) > _JUNK_SHARE * max(len(sample), 50)
