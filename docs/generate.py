"""Make what is generated anew: the picture of the README and the sample report. `make docs`; a test finds stale ones."""

import subprocess
import sys
from pathlib import Path

from docs import picture

ROOT = Path(__file__).resolve().parents[1]
CITY = ROOT / "inventories" / "example-city" / "devices"
SAMPLE = ("acc-sw-mn2/running-config.txt", "--zone", "mynumber", "--complete", "--as-of", "2026-04-01")
"""The switch of the example city with the most findings; its rules on console, remote access and ports are in scope."""
SCOPE = ("mic-r8:4.2", "mic-r8:4.3", "mic-r8:6.5")


def pages() -> dict[Path, str]:
    """Return every generated file with its text."""
    return {
        ROOT / "docs" / "check.svg": picture.make(),
        ROOT / "reports" / "sample" / "findings.ja.md": _report("ja"),
        ROOT / "reports" / "sample" / "findings.en.md": _report("en"),
    }


def _report(lang: str) -> str:
    scope = [word for clause in SCOPE for word in ("--clauses", clause)]
    command = [sys.executable, "-m", "infra_audit", "check", *SAMPLE, *scope, "--format", "markdown", "--lang", lang]
    return subprocess.run(command, cwd=CITY, capture_output=True, text=True, check=False, encoding="utf-8").stdout


def main() -> None:
    """Write all pages."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
