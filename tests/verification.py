"""The result of `make test-full`, kept in the repository with the commit it is of."""

import subprocess
from pathlib import Path


def write(path: Path, summary: list[str], figures: list[str], *, passed: bool, python: str) -> None:
    """Write the counts and figures of one full run as Markdown."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    dirty = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=False).stdout.strip()
    state = " with uncommitted changes" if dirty else ""
    text = [
        "# Verification",
        "",
        "Made by `make test-full`: every long loop in full.",
        "",
        f"- commit: `{commit or 'unknown'}`{state}",
        f"- result: {'passed' if passed else 'FAILED'}",
        f"- Python: {python}",
        "",
        "```",
        *summary,
        "```",
        "",
        "## Figures",
        "",
        "What the tests over the corpus counted.",
        "",
        "```",
        *figures,
        "```",
        "",
    ]
    path.write_text("\n".join(text), encoding="utf-8")
