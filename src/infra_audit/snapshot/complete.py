"""Whether an artefact holds all that the device would say, and whether it is an answer at all.

Proof of `yes`: the collector's own (prompt came back, sizes agree, the operator's word), the platform's end marker as the last
line, or an exact size header. Proof of `no`: the collector's own, a truncation message, a size header that says more than is
there. Balanced blocks prove nothing. All else is `unknown`.

A prompt comes back too when the reader left the pager early, so it proves nothing where the end marker is missing or the
pager stands last. A text whose platform begins every configuration with a certain line is not complete without it: a
terminal that scrolled keeps only the tail. And no device has a configuration without a single statement: one that may show
nothing to this user answers so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from infra_audit.model.evidence import Completeness, RawArtifact
from infra_audit.model.reason import Reason

Verdict = tuple[Completeness, Reason]

_CARET = re.compile(r"\s*\^\s*")
_LINE_END_BYTES = 4
"""The header may or may not count the line ends around the text."""
_LOST_SHARE = 0.1
_LOST_BYTES = 64
"""Of a text with its end: headers of real devices differ that much, over banners and line ends."""
_RETURNED = "collect.prompt_returned"
_PAGER = "damaged.pager"
_REMARK = re.compile(r"^\s*($|[!#])")
"""Blank, or a comment in every syntax whose configuration is read as one text."""
_LARGEST_REFUSAL = 12
"""Lines; a longer answer is not a refusal, whatever one of its lines says."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def judge(
    raw: RawArtifact,
    lines: Sequence[str],
    source: Mapping[str, Any],
    prompt: str | None = None,
    damaged: Sequence[tuple[int, Reason]] = (),
) -> Verdict:
    """Return the completeness of an artefact and why.

    `lines` are decoded, redacted or not; `prompt` is a regex; `damaged` are the lines that were cleaned.
    """
    if raw.complete is Completeness.NO:
        return Completeness.NO, raw.complete_reason
    cut = _truncated(lines, source)
    if cut is not None:
        return Completeness.NO, cut
    if source.get("main") and not _says_anything(lines, source, prompt):
        return Completeness.UNKNOWN, Reason("complete.no_statement")
    if raw.complete is not Completeness.YES:
        return _by_text(raw.data, lines, source, prompt)
    if raw.complete_reason.code == _RETURNED:
        return _returned(raw, lines, source, prompt, damaged)
    return Completeness.YES, raw.complete_reason


def _says_anything(lines: Sequence[str], source: Mapping[str, Any], prompt: str | None) -> bool:
    """Tell whether a line is left besides blanks, comments, what stands around a text, and a prompt."""
    frame = [p for p in (*source.get("header", ()), source.get("comment"), source.get("size"), source.get("end")) if p]
    passed = [_REMARK, *map(_compiled, frame)]
    shown = (line for line in lines if not (prompt and _compiled(prompt).fullmatch(line.strip())))
    return any(not any(p.search(line) for p in passed) for line in shown)


def _returned(
    raw: RawArtifact,
    lines: Sequence[str],
    source: Mapping[str, Any],
    prompt: str | None,
    damaged: Sequence[tuple[int, Reason]],
) -> Verdict:
    """Return what the prompt after a text proves."""
    if "end" in source:
        found = _by_text(raw.data, lines, source, prompt)
        return (Completeness.YES, raw.complete_reason) if found[0] is Completeness.YES else found
    left = max((number for number, reason in damaged if reason.code == _PAGER), default=None)
    if left is not None and not any(
        line.strip() and not (prompt and _compiled(prompt).fullmatch(line.strip())) for line in lines[left - 1 :]
    ):
        return Completeness.UNKNOWN, Reason("complete.pager_left", {"line": left})
    return Completeness.YES, raw.complete_reason


def refusal(lines: Sequence[str], source: Mapping[str, Any], command: str | None = None) -> str | None:
    """Return the line by which a device refused the command, when the whole answer is that refusal."""
    patterns = [_compiled(p) for p in source.get("refused", ())]
    headers = [_compiled(p) for p in source.get("header", ())]
    said = []
    for line in lines:
        if not line.strip() or _CARET.fullmatch(line) or any(h.search(line) for h in headers):
            continue
        if command and line.rstrip().endswith(command):  # echo of the command, behind the prompt or alone
            continue
        said.append(line)
        if len(said) > _LARGEST_REFUSAL:
            return None
    refused = [line for line in said if any(p.search(line) for p in patterns)]
    return refused[0].strip() if refused and len(said) - len(refused) <= 2 else None


def _truncated(lines: Sequence[str], source: Mapping[str, Any]) -> Reason | None:
    patterns = source.get("truncated", ())
    if not patterns:
        return None
    joined = re.compile("|".join(f"(?:{p})" for p in patterns))
    for number, line in enumerate(lines, 1):
        if joined.search(line):
            return Reason("complete.truncated", {"line": number})
    return None


def _by_text(data: bytes, lines: Sequence[str], source: Mapping[str, Any], prompt: str | None) -> Verdict:
    if source.get("empty_is_complete") and not any(line.strip() for line in lines):
        return Completeness.YES, Reason("complete.empty_answer")
    size = _size(data, lines, source)
    ended = _ended(lines, source, prompt)
    if size is not None:
        said, seen = size
        lost = said - seen
        if (ended and lost > max(_LOST_BYTES, _LOST_SHARE * said)) or (not ended and lost > _LINE_END_BYTES):
            return Completeness.NO, Reason("complete.size_differs", {"said": said, "seen": seen})
        if not ended and abs(lost) <= _LINE_END_BYTES and "end" not in source:
            return Completeness.YES, Reason("complete.size", {"bytes": said})
    if ended:
        return _from_the_beginning(lines, source, ended)
    return Completeness.UNKNOWN, Reason("complete.no_end_marker" if "end" in source else "complete.unknown")


def _from_the_beginning(lines: Sequence[str], source: Mapping[str, Any], ended: int) -> Verdict:
    if "begin" in source and not all(
        any(_compiled(source["begin"]).search(line) for line in part) for part in _parts(lines, source)
    ):
        return Completeness.UNKNOWN, Reason("complete.no_beginning")
    return Completeness.YES, Reason("complete.end_marker", {"line": ended})


def _parts(lines: Sequence[str], source: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """Yield the lines of each part of the device, where a text holds several: each must have a beginning of its own."""
    border = _compiled(source["scope"]) if "scope" in source else None
    cuts = [0, *(n for n, line in enumerate(lines) if border and border.match(line)), len(lines)]
    for first, last in pairwise(cuts):
        part = lines[first + 1 if first else 0 : last]
        if border is None or any(line.strip() and not border.match(line) for line in part):
            yield part


def _ended(lines: Sequence[str], source: Mapping[str, Any], prompt: str | None) -> int | None:
    """Return the number of the end marker when nothing but blanks, comments and a prompt follows it."""
    if "end" not in source:
        return None
    end = _compiled(source["end"])
    passed = [_compiled(p) for p in (source.get("comment"),) if p]
    for number in range(len(lines), 0, -1):
        line = lines[number - 1]
        if end.search(line):
            return number
        if (
            line.strip()
            and not any(p.search(line) for p in passed)
            and not (prompt and _compiled(prompt).fullmatch(line.strip()))
        ):
            return None
    return None


def _size(data: bytes, lines: Sequence[str], source: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the size that the header says and the size of the text after it, in bytes with line feeds only."""
    if "size" not in source:
        return None
    header = _compiled(source["size"])
    for index, line in enumerate(lines[:100]):
        match = header.search(line)
        if match:
            body = data.split(b"\n", index + 1)[-1].replace(b"\r", b"").strip(b"\n")
            return int(match[1]), len(body)
    return None
