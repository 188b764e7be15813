"""The command line: thin, one module a command, every text in Japanese and English.

A command parses its flags into frozen settings, calls the pipeline, prints through a report and returns an exit status.
Importing this package imports nothing heavy: `--help` must stay below 0.2 s of CPU.
"""

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status; see `exits.py` for their meaning."""
    from infra_audit.cli.run import run

    return run(argv)
