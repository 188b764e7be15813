"""What every report gets and gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from infra_audit.texts import Language

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where and how a report is written."""

    kind: str
    """Kind of the records: findings, subjects, clauses, rules, platforms, changes or checks (see columns.py)."""
    lang: Language
    stream: TextIO
    """Text goes here."""
    path: Path | None = None
    """A file to write instead, for formats that are not text."""
    width: int = 80
    """Columns of the terminal, for formats that wrap."""
    all: bool = False
    """Show what is in order too."""


class Report(Protocol):
    """A format: writes records of one kind."""

    def __call__(self, records: Iterable[Record], output: Output) -> None:
        """Write all records."""
