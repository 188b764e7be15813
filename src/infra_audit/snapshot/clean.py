"""Traces of a terminal in a captured text: pager lines, redraws, backspaces, escape sequences, control characters.

One line in, one line out: line numbers never move. A line that had to be cleaned is damaged, because what the device
printed is only concluded from it. The one exception is a pager that the device wiped off the line before it went on.
"""

import re

from infra_audit.model.reason import Reason

_TRACE = re.compile("[\x00-\x02\x04-\x08\x0b-\x1f\x7f-\x9f\ufffd]|(?i:more|つづく|続く|press any key|^lines )")
"""Cheap first look; 0x03 stays, it delimits banners."""

_CONTROL = "[\x00-\x02\x04-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]"
_CONTROLS = re.compile(_CONTROL)
_SEQUENCE = re.compile("\x1b(?:\\[([0-9;?]*)([ -/]*[@-~])|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[()*+][0-9A-Za-z]|.)?")
_PAGER_WORDS = (
    r"-{2,}[ (<]*more[^\r\n\x08\x1b]{0,40}?[ )>]*-{2,}(?:, next page[^\r\n\x08\x1b]{0,60}quit: [\w-]+)?"
    r"|lines \d+-\d+(?:/\d+)?(?: \(END\))? ?(?=[\r\x08])"
    r"|<-+ ?more ?-+>"
    r"|-{2,} ?(?:つづく|続く) ?-{2,}"
    r"|press any key to continue[^\r\n\x08\x1b]{0,40}"
)
_ERASE = "(?: *(?:[\\r\\x08\\x7f]|\x1b\\[[0-9;?]*[A-Za-z]))*"
_PAGER = re.compile(
    rf"(?i)(?:^|(?<=[\r\x08]))[ ]*(?:{_PAGER_WORDS}){_ERASE}|(?:{_PAGER_WORDS})(?= *(?:[\r\x08\x1b]|$)){_ERASE}"
)


def clean(line: str) -> tuple[str, Reason | None]:
    """Return the line as a terminal would show it in the end, and why it is damaged (None: it was not)."""
    line = line.strip("\r")
    if not _TRACE.search(line):
        return line, None
    reason = None
    shown, pagers = _PAGER.subn("", line)
    if pagers and not _is_wiped(line, shown):
        reason = Reason("damaged.pager")
    if re.search("[\r\x08]", shown):
        shown, reason = _terminal(shown), reason or Reason("damaged.redraw")
    if "\x1b" in shown:
        shown, reason = _SEQUENCE.sub("", shown), reason or Reason("damaged.escape_sequence")
    if _CONTROLS.search(shown):
        shown, reason = _CONTROLS.sub("", shown), reason or Reason("damaged.control_characters")
    if "\ufffd" in shown:
        reason = Reason("damaged.encoding")
    return shown, reason


def _is_wiped(line: str, shown: str) -> bool:
    """Tell whether the device itself took the pager off the line before it went on: then nothing is only concluded.

    True only for one pager at the beginning whose every character was overwritten with a blank, with the cursor back at the
    first column, and something after it: with nothing after it the reader may have left the pager.
    """
    match = _PAGER.match(line)
    if match is None or line[match.end() :] != shown or not shown.strip() or "\x1b" in match[0]:
        return False
    cells, cursor = _cells(match[0])
    return cursor == 0 and not "".join(cells).strip()


def _terminal(line: str) -> str:
    """Return what a terminal shows after carriage returns, backspaces and erase sequences."""
    return "".join(_cells(line)[0]).rstrip()


def _cells(line: str) -> tuple[list[str], int]:
    """Return the characters of a line on a terminal and the column of the cursor."""
    cells: list[str] = []
    cursor = position = 0
    while position < len(line):
        character = line[position]
        position += 1
        if character == "\r":
            cursor = 0
        elif character == "\x08":
            cursor = max(0, cursor - 1)
        elif character == "\x1b":
            match = _SEQUENCE.match(line, position - 1)
            assert match is not None
            position = max(match.end(), position)
            cursor = _move(cells, cursor, match[1], match[2])
        else:
            cells[cursor : cursor + 1] = [character]
            cursor += 1
    return cells, cursor


def _move(cells: list[str], cursor: int, parameter: str | None, command: str | None) -> int:
    """Obey one escape sequence: erase in line and cursor left or right; all others change no text."""
    number = int(parameter) if parameter and parameter.isdigit() else 0
    if command == "K":
        if number == 0:
            del cells[cursor:]
        elif number == 1:
            cells[:cursor] = [" "] * min(cursor, len(cells))
        else:
            cells[:] = [" "] * min(cursor, len(cells))
    elif command == "D":
        return max(0, cursor - max(1, number))
    elif command == "C":
        cursor = min(cursor + max(1, number), len(cells))
    return cursor
