"""Which encoding a text is in, for the encodings that network devices and servers in Japan write.

Order: byte order mark, UTF-16 without one, ISO-2022-JP by its escapes, strict UTF-8, then CP932 against EUC-JP by how
Japanese the result reads. A text that fits none as a whole is decoded line by line: captures of several sessions mix them.
"""

import re
from collections import Counter

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SHIFT_IN = re.compile(rb"\x1b(?:\$[@B]|\([IJ])")
_HIGH = re.compile(rb"[\x80-\xff]")
_EXPECTED = re.compile("[\u3001\u3002\u3040-\u30ff\u4e00-\u9fff\uff01-\uff5e]")
_HALF_WIDTH = re.compile("[\uff61-\uff9f]+")
_HALF_WORD = re.compile("[\uff73\uff76-\uff84\uff8a-\uff8e]\uff9e|[\uff8a-\uff8e]\uff9f|[\uff71-\uff9d]\uff70")
"""A voiced or long sound as half-width kana write it."""
_HALF_PUNCTUATION = re.compile("[\uff61-\uff65]")
_EUC_HALF_WIDTH = re.compile(rb"(?:\x8e[\xa1-\xdf]){3}")
"""Three half-width kana of EUC-JP; as CP932 three kanji of one narrow range in a row."""
_UNEXPECTED = re.compile("[\u0400-\u04ff\u2500-\u257f\ue000-\uf8ff]")
_SAMPLE_BYTES = 1_000_000
_SCORED = 20_000
"""Characters that decide between two encodings; more would say the same."""

REPLACEMENT = "\ufffd"


def by_mark(data: bytes) -> str | None:
    """Return the encoding that a byte order mark, or every second byte being zero, shows."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    sample = data[:4096]
    half = len(sample) // 2
    if half >= 4:
        if sample[1::2].count(0) > 0.3 * half and sample[0::2].count(0) < 0.02 * half:
            return "utf-16-le"
        if sample[0::2].count(0) > 0.3 * half and sample[1::2].count(0) < 0.02 * half:
            return "utf-16-be"
    return None


def decode(data: bytes) -> tuple[str, str]:
    """Return text and encoding. Bytes that fit nowhere become U+FFFD; line feeds are never lost."""
    name = by_mark(data)
    if name:
        return data.decode(name, "replace"), name
    if not _HIGH.search(data):
        return _seven_bit(data)
    text = _strict(data, "utf-8")
    if text is not None:
        return text, "utf-8"
    text, name = _japanese(data)
    if text is not None:
        return text, name
    return _by_line(data)


def _seven_bit(data: bytes) -> tuple[str, str]:
    if _SHIFT_IN.search(data):
        text = _strict(data, "iso2022_jp_ext")
        if text is not None and text.count("\n") == data.count(b"\n"):
            return text, "iso2022_jp"
    return data.decode("ascii"), "ascii"


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _japanese(data: bytes) -> tuple[str | None, str]:
    """Return the better of CP932 and EUC-JP, or no text when the bytes are valid in neither."""
    if _EUC_HALF_WIDTH.search(data):
        text = _strict(data, "euc_jp")
        if text is not None:
            return text, "euc_jp"
    best: tuple[float, str, str] | None = None
    for name in ("euc_jp", "cp932"):  # on equal scores CP932, the more usual one
        text = _strict(data, name)
        if text is not None and (best is None or _score(text) >= best[0]):
            best = (_score(text), text, name)
    return (best[1], best[2]) if best else (None, "")


def _score(text: str) -> float:
    """Return how much a text reads like Japanese: kana and kanji for it, what wrong decoding makes against it."""
    sample = re.sub(r"[\x00-\x7f]+", " ", text[:_SAMPLE_BYTES])[:_SCORED]
    runs = _HALF_WIDTH.findall(sample)
    # Half-width kana come in words; EUC-JP read as CP932 has single ones and half-width punctuation between them.
    half = sum(_half_width(run) for run in runs)
    half -= 6 * len(_HALF_PUNCTUATION.findall(sample))
    mixed = len(
        re.findall("[\uff61-\uff9f][\u3040-\u30ff\u4e00-\u9fff]|[\u3040-\u30ff\u4e00-\u9fff][\uff61-\uff9f]", sample)
    )
    return 2 * len(_EXPECTED.findall(sample)) + half - 4 * mixed - 3 * len(_UNEXPECTED.findall(sample))


def _half_width(run: str) -> float:
    if len(run) < 3:
        return -3.0 * len(run)
    return (1.25 if _HALF_WORD.search(run) or len(run) % 2 else 0.75) * len(run)


def _by_line(data: bytes) -> tuple[str, str]:
    """Decode each line by itself; the encoding named is the one of most lines, `mixed` when there are several."""
    seen: Counter[str] = Counter()
    lines = []
    for raw in data.split(b"\n"):
        if not _HIGH.search(raw):
            lines.append(raw.decode("ascii"))
            continue
        text, name = _strict(raw, "utf-8"), "utf-8"
        if text is None:
            text, name = _japanese(raw)
        if text is None:
            lines.append(_replaced(raw))
            continue
        seen[name] += 1
        lines.append(text)
    return "\n".join(lines), "mixed" if len(seen) > 1 else next(iter(seen), "unknown")


def _replaced(raw: bytes) -> str:
    """Return the line in the encoding that loses the fewest bytes."""
    candidates = [raw.decode(name, "replace") for name in ("utf-8", "cp932", "euc_jp")]
    return min(candidates, key=lambda text: text.count(REPLACEMENT))
