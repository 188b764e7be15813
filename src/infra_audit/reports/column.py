"""One column of a table."""

from collections.abc import Callable
from dataclasses import dataclass

from infra_audit.reports.interface import Record
from infra_audit.texts import Language, text


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the code of its heading in texts/reports.yaml and how its cell is read from a record."""

    heading: str
    cell: Callable[[Record, Language], str]
    right: bool = False
    """Numbers stand to the right."""
    whole: bool = False
    """Never broken into lines: ids that a reader copies."""
    words: bool = False
    """Commands and the like, to be copied: their words are broken after those of all other columns."""
    extra: bool = False
    """Left out on a terminal that is too narrow for all columns."""


def word(topic: str, value: object, lang: Language) -> str:
    """Return a word of the contract (a verdict, a severity, a kind) as the reader says it."""
    return text("reports", f"{topic}.{value}", lang)
