r"""A log of a terminal (TeraTerm, PuTTY): several commands and their answers in one file, with prompts between.

Each answer to a command that a platform names as a source becomes a part of its own. All other lines of the part are
blanked, so that line n of the part is line n of the file. A part is whole when the prompt came back after it, and not
behind a pager that the reader left.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_audit.model.platform import Platform

_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ONE_CHARACTER_A_BYTE = "latin-1"
_NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00\x07]")
_TAKEN_BACK = re.compile(r"[^\x08]\x08|^\x08+")
_STAMP = r"\[[0-9A-Za-z][^\]\n]{7,39}\] ?"
"""Time that a terminal program writes before every line when it is told to."""
_SHORTEST_WORD = 2
_DETECT_THRESHOLD = 2


@dataclass(frozen=True, slots=True)
class Part:
    """The answer to one command of a log."""

    platform: Platform
    hostname: str
    """The prompt without its last sign; empty where the prompt has no name."""
    source: str
    command: str
    """As typed."""
    data: bytes
    whole: bool
    """The prompt came back after the answer, and not in the place of a pager."""


@dataclass(frozen=True, slots=True)
class _Prompt:
    line: int
    stamped: bool
    """The line begins with a time, as do all others of the log."""
    behind_pager: bool
    """The prompt was written over something else: the reader left the pager, and more would have followed."""
    hostname: str
    command: str
    source: str | None


def split(data: bytes, platforms: Mapping[str, Platform]) -> list[Part]:
    """Return the parts of a log, or an empty list when the bytes are no log of one of the platforms.

    The last whole answer to a command wins over earlier ones, as it is the newest.
    """
    mark, encoding = next((found for found in _BOMS if data.startswith(found[0])), (b"", _ONE_CHARACTER_A_BYTE))
    text = data[len(mark) :].decode(encoding, "replace")  # line feeds stay where they are, which is all that is used
    if not _may_be_a_log(text, platforms):
        return []
    lines = text.split("\n")
    read = [(platform, _prompts(lines, platform)) for platform in platforms.values()]
    candidates = [(platform, prompts) for platform, prompts in read if _commands(prompts)]
    if not candidates:
        return []
    platform, prompts = max(candidates, key=lambda c: (_commands(c[1]), _likeness(lines, c[0])))
    parts: dict[tuple[str, str], Part] = {}
    for prompt, after in _answers(prompts):
        assert prompt.source is not None
        end = after.line if after else len(lines)
        part = Part(
            platform=platform,
            hostname=prompt.hostname,
            source=prompt.source,
            command=prompt.command,
            data=mark + _only(lines, prompt, end).encode(encoding, "surrogatepass"),
            whole=after is not None and not after.behind_pager,
        )
        key = (part.hostname, part.source)
        if part.whole or not (key in parts and parts[key].whole):
            parts[key] = part
    return list(parts.values())


def _may_be_a_log(text: str, platforms: Mapping[str, Platform]) -> bool:
    """Look quickly for a command after the sign of a prompt: most files are no logs, and some are very long."""
    commands = [
        s["command"] for p in platforms.values() if "login" in p.data for s in p.sources.values() if "command" in s
    ]
    words = sorted({re.escape(command[:_SHORTEST_WORD]) for command in commands})
    return bool(words) and re.search(rf"[>#$%][ \t]*(?:{'|'.join(words)})", text) is not None


def _commands(prompts: Sequence[_Prompt]) -> int:
    return sum(1 for prompt in prompts if prompt.source)


def _likeness(lines: Sequence[str], platform: Platform) -> int:
    """Return how much the text looks like the platform: the tie-break when two know the same commands.

    What stands around an answer, such as its end marker, counts too: an answer may be too short to tell a platform.
    How a whole answer begins does not: `hostname NAME` is the beginning for several platforms.
    """
    rules: Sequence[Any] = platform.data.get("detect", ())
    frames = {
        pattern
        for source in platform.sources.values()
        for pattern in (
            *source.get("header", ()),
            *(source[name] for name in ("end", "size") if name in source),
        )
    }
    bare = [re.sub(f"^{_STAMP}", "", line) for line in lines]
    weights: list[int] = [rule["weight"] for rule in rules if any(re.search(rule["pattern"], line) for line in bare)]
    return sum(weights) + sum(any(re.search(pattern, line) for line in bare) for pattern in frames)


def _prompts(lines: Sequence[str], platform: Platform) -> list[_Prompt]:
    """Return the lines that begin with a prompt of a device that was asked something we know."""
    pattern = platform.data.get("login", {}).get("prompt")
    if pattern is None:
        return []
    line_of_prompt = re.compile(rf"(?P<stamp>{_STAMP})?(?P<prompt>{pattern})[ \t]*(?P<command>.*)")
    commands = [(name, s["command"]) for name, s in platform.sources.items() if "command" in s]
    found = []
    for number, line in enumerate(lines):
        match = line_of_prompt.fullmatch(_visible(line))
        if match is not None:
            command = match["command"].strip()
            source = next((name for name, full in commands if _is_short_for(command, full)), None)
            stamped = match["stamp"] is not None
            behind = _is_behind(match["prompt"], line)
            found.append(_Prompt(number, stamped, behind, _hostname(match["prompt"]), command, source))
    asked = {prompt.hostname for prompt in found if prompt.source}
    return [p for p in found if p.hostname in asked and (p.hostname or p.source or _ends_here(p, lines))]


def _visible(line: str) -> str:
    """Return what a line shows: without control characters, after its last inner carriage return."""
    text = _NOISE.sub("", line.rstrip("\r "))
    while "\x08" in text:
        text = _TAKEN_BACK.sub("", text)
    return text.rpartition("\r")[2].rstrip()


def _is_behind(prompt: str, line: str) -> bool:
    """Whether a prompt stands behind something that the terminal has overwritten."""
    before = _NOISE.sub("", line).partition(prompt.rstrip())[0]
    return bool(re.sub(f"^{_STAMP}", "", before).strip("\r\b "))


def _hostname(prompt: str) -> str:
    """Return the name in a prompt: what stands before its sign and before a mode in brackets."""
    return re.sub(r"[ (].*|[>#$%]$", "", prompt.strip())


def _ends_here(prompt: _Prompt, lines: Sequence[str]) -> bool:
    """Whether a bare prompt without a name is one: else it could be a comment line. Nothing may follow it."""
    return not prompt.command and not any(line.strip() for line in lines[prompt.line + 1 :])


def _is_short_for(typed: str, full: str) -> bool:
    """Return whether a typed command is the full one or an abbreviation of each of its words, such as `sh run`."""
    short, long = typed.split(), full.split()
    if len(short) != len(long):
        return False
    return typed == full or all(
        len(s) >= min(_SHORTEST_WORD, len(f)) and f.startswith(s) for s, f in zip(short, long, strict=True)
    )


def _answers(prompts: Sequence[_Prompt]) -> Iterator[tuple[_Prompt, _Prompt | None]]:
    """Yield each command of a source with the prompt after its answer; None where the file ends first."""
    for prompt, after in zip(prompts, [*prompts[1:], None], strict=True):
        if prompt.source is not None:
            yield prompt, after


def _only(lines: Sequence[str], prompt: _Prompt, end: int) -> str:
    """Return the text with every line blanked but those after the prompt's up to, without, `end`."""
    answer = list(lines[prompt.line + 1 : end])
    if prompt.stamped:
        answer = [re.sub(f"^{_STAMP}", "", line) for line in answer]
    return "\n".join([""] * (prompt.line + 1) + answer + [""] * (len(lines) - end))
