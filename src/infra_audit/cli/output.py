"""Results on stdout through a report; everything else on stderr."""

import contextlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from infra_audit.errors import InputError
from infra_audit.registry import REPORTS, Registry
from infra_audit.reports.interface import Output, Record
from infra_audit.texts import Language
from infra_audit.texts.layout import printable


def write(records: Iterable[Record], kind: str, lang: Language, values: dict[str, Any]) -> None:
    """Write records of one kind in the format and to the place that the flags name."""
    report = Registry(REPORTS).load(values["format"])
    with _stream(values["output"], values["format"]) as stream:
        report(
            records,
            Output(
                kind=kind, lang=lang, stream=stream, path=values["output"], width=terminal_width(), all=values["all"]
            ),
        )


def terminal_width() -> int:
    """Return the columns of the terminal; 80 where there is none."""
    return max(shutil.get_terminal_size((80, 24)).columns, 40)


@contextlib.contextmanager
def _stream(path: Path | None, format_name: str) -> Iterator[TextIO]:
    if path is None or format_name == "xlsx":
        if (
            isinstance(sys.stdout.encoding, str)
            and sys.stdout.encoding.lower() != "utf-8"
            and hasattr(sys.stdout, "reconfigure")
        ):
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
        yield sys.stdout
        return
    # Excel reads a CSV file as UTF-8 only when it starts with a byte order mark.
    encoding = "utf-8-sig" if format_name == "csv" else "utf-8"
    with _open(path, encoding) as stream:
        yield stream


def _open(path: Path, encoding: str) -> TextIO:
    try:
        return path.open("w", encoding=encoding, newline="", errors="surrogateescape")
    except OSError as error:
        raise InputError("output.unwritable", file=str(path), what=type(error).__name__) from error


def say(message: str) -> None:
    """Say something that is not a result."""
    click.echo(printable(message), err=True)
