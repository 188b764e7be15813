"""What the gatherer of playbooks/ prints: one block a source, its bytes in base64, its state and size at the end.

    #infra-audit gather 1
    #begin SOURCE
    <base64, of gzip when the end says so>
    #end SOURCE state=present|absent|unreadable|missing_tool exit=N size=BYTES gzip=yes|no
    #done COUNT

The text is not trusted: it may be cut anywhere, mixed with the words of a login script, or made up.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HEADER = "#infra-audit gather 1"
SOURCE_LIMIT_BYTES = 32 * 1024 * 1024
"""More than this from one command or file is not kept."""

_BEGIN = re.compile(r"#begin (?P<source>[A-Za-z0-9_.-]+)")
_END = re.compile(
    r"#end (?P<source>[A-Za-z0-9_.-]+) state=(?P<state>present|absent|unreadable|missing_tool)"
    r" exit=(?P<exit>\d{1,3}) size=(?P<size>\d{1,12}) gzip=(?P<gzip>yes|no)"
)
_DONE = re.compile(r"#done (?P<count>\d{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What came of one source."""

    source: str
    state: str | None
    """present, absent, unreadable or missing_tool; None when its end never came."""
    data: bytes = b""
    exit: int | None = None
    size: int | None = None
    """Bytes that the target counted."""
    too_long: bool = False

    @property
    def whole(self) -> bool:
        """Whether everything that the target counted came."""
        return self.state is not None and not self.too_long and len(self.data) == self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The answer of one host."""

    blocks: tuple[Block, ...]
    began: bool
    """The gatherer said its first line."""
    ended: bool
    """It said its last line, and as many blocks came as it counted."""


def read(text: str) -> Gathered:
    """Read what a host printed. Whatever it is, this never fails; a source that comes twice counts once."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    try:
        start = lines.index(HEADER)
    except ValueError:
        return Gathered(blocks=(), began=False, ended=False)
    blocks: dict[str, Block] = {}
    ended = False
    for item in _items(lines[start + 1 :]):
        if isinstance(item, Block):
            blocks.setdefault(item.source, item)
        else:
            ended = item == len(blocks)
    return Gathered(blocks=tuple(blocks.values()), began=True, ended=ended)


def _items(lines: Iterable[str]) -> Iterator[Block | int]:
    """Yield blocks, and the count of the last line."""
    source: str | None = None
    body: list[str] = []
    for line in lines:
        if not line.startswith("#"):
            body.append(line)
        elif begin := _BEGIN.fullmatch(line):
            if source is not None:
                yield _cut(source, body)
            source, body = begin["source"], []
        elif (end := _END.fullmatch(line)) and end["source"] == source:
            yield _block(end, body)
            source, body = None, []
        elif done := _DONE.fullmatch(line):
            yield int(done["count"])
    if source is not None:
        yield _cut(source, body)


def _block(end: re.Match[str], body: list[str]) -> Block:
    size = int(end["size"])
    too_long = size > SOURCE_LIMIT_BYTES
    data = b"" if too_long else _decode(body, zipped=end["gzip"] == "yes")
    return Block(
        source=end["source"],
        state=end["state"],
        data=data[:SOURCE_LIMIT_BYTES],
        exit=int(end["exit"]),
        size=size,
        too_long=too_long or len(data) > SOURCE_LIMIT_BYTES,
    )


def _cut(source: str, body: list[str]) -> Block:
    """Return what came before the text broke off: whole lines of base64 only, as the last one may be cut."""
    data = _decode(body[:-1], zipped=None)
    return Block(source=source, state=None, data=data[:SOURCE_LIMIT_BYTES])


def _decode(body: list[str], *, zipped: bool | None) -> bytes:
    """Return the bytes of base64 lines; `zipped` None looks for itself. What cannot be read is left out."""
    text = "".join("".join(body).split())
    try:
        data = base64.b64decode(text[: len(text) - len(text) % 4], validate=True)
    except (binascii.Error, ValueError):
        return b""
    if zipped is None:
        zipped = data.startswith(b"\x1f\x8b")
    if not zipped:
        return data
    try:  # a small answer may unpack to a huge one
        return zlib.decompressobj(wbits=31).decompress(data, SOURCE_LIMIT_BYTES + 1)
    except zlib.error:
        return b""
