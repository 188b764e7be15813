"""NDJSON: one record a line, UTF-8 unescaped, keys in the order of the contract."""

import json
from collections.abc import Iterable

from infra_audit.reports.interface import Output, Record


def write(records: Iterable[Record], output: Output) -> None:
    """Write each record as it comes."""
    for record in records:
        output.stream.write(json.dumps(record, ensure_ascii=False) + "\n")
