"""The picture docs/check.svg: the real output of `infra-audit check` on one configuration of the example city.

Every character stands at its own column, so that Japanese takes two of them in any viewer, as on a terminal.
"""

import os
import pty
import subprocess
import sys
from html import escape
from pathlib import Path

from infra_audit.texts.layout import width

ROOT = Path(__file__).resolve().parents[1]
CITY = ROOT / "inventories" / "example-city" / "devices"
COMMAND = ["infra-audit", "check", "acc-sw-in1/running-config.txt", "--zone", "internet"]
COLUMNS, LINES = 84, 40
CELL, ROW, MARGIN = 8.4, 19, 14
BLANK = "\N{NO-BREAK SPACE}"
COLOURS = {"$": "#8ae234", "不適合": "#ff6b6b", "証跡なし": "#fce94f"}


def make() -> str:
    """Run the command on a terminal of its own and return a picture of what it shows, the end of it last."""
    shown = _output([sys.executable, "-m", "infra_audit", *COMMAND[1:]]).splitlines()
    if len(shown) > LINES:
        tail = 8
        shown = [*shown[: LINES - tail], "  ...", *shown[-tail:]]
    return draw([f"$ {' '.join(COMMAND)}", *shown])


def draw(lines: list[str]) -> str:
    """Return an SVG picture of lines on a terminal."""
    wide, high = 2 * MARGIN + COLUMNS * CELL, 2 * MARGIN + len(lines) * ROW
    rows = "\n".join(_row(line, number) for number, line in enumerate(lines) if line.strip())
    style = (
        "font-family: 'Noto Sans Mono CJK JP', 'MS Gothic', 'Osaka-Mono', monospace; font-size: 14px; white-space: pre"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" width="{wide:.0f}" height="{high}">\n'
        f'<rect width="100%" height="100%" rx="8" fill="#1e1e1e"/>\n<g style="{style}" fill="#e6e6e6">\n{rows}\n</g>\n</svg>\n'
    )


def _row(line: str, number: int) -> str:
    colour = next((value for start, value in COLOURS.items() if line.startswith(start)), None)
    places, column = [], 0
    for character in line:
        places.append(f"{MARGIN + column * CELL:.1f}")
        column += width(character)
    fill = f' fill="{colour}"' if colour else ""
    return f'<text y="{MARGIN + (number + 0.75) * ROW:.1f}" x="{" ".join(places)}"{fill}>{escape(line.replace(" ", BLANK))}</text>'


def _output(command: list[str]) -> str:
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": str(COLUMNS), "INFRA_AUDIT_LANG": "ja"}
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.STDOUT, cwd=CITY, env=env):
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux ends a terminal whose other side is closed with an error
                break
            if not part:
                break
            parts.append(part)
    return b"".join(parts).decode("utf-8").replace("\r\n", "\n")
