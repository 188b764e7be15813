"""Draw docs/check.svg: the real output of `infra-audit check` on one configuration of the example city."""

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CITY = ROOT / "inventories" / "example-city" / "devices"
COLUMNS, LINES = 88, 44


def main() -> None:
    """Run the command on a terminal of its own and keep what it shows."""
    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.console import Console
    from rich.text import Text

    command = ["infra-audit", "check", "acc-sw-mn1/running-config.txt", "--zone", "mynumber"]
    shown = " ".join(command)
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {shown}", style="bold green"))
    for line in _output([sys.executable, "-m", "infra_audit", *command[1:]]).splitlines()[:LINES]:
        style = "bold red" if line.startswith("不適合") else "yellow" if line.startswith("証跡なし") else ""
        console.print(Text(line, style=style))
    picture = console.export_svg(
        title="infra-audit", code_format=_without_web_fonts(CONSOLE_SVG_FORMAT), unique_id="check"
    )
    (ROOT / "docs" / "check.svg").write_text(picture, encoding="utf-8")


def _without_web_fonts(template: str) -> str:
    """Take out what would be fetched from the network, and the advertisement."""
    return re.sub(r"@font-face \{\{.*?\}\}|<!--.*?-->", "", template, flags=re.DOTALL)


def _output(command: list[str]) -> str:
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": str(COLUMNS), "INFRA_AUDIT_LANG": "ja"}
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.STDOUT, cwd=CITY, env=env):
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            parts.append(part)
    return b"".join(parts).decode("utf-8").replace("\r\n", "\n")


if __name__ == "__main__":
    main()
