"""Tables and finding blocks for a terminal of any width, aligned with Japanese text."""

from collections.abc import Iterable

from infra_audit.reports import finding_blocks
from infra_audit.reports.columns import TABLES, headings, row
from infra_audit.reports.interface import Output, Record
from infra_audit.reports.layout import fit, printable, width, wrap


def write(records: Iterable[Record], output: Output) -> None:
    """Write findings as blocks that show the deciding lines, every other kind as one table."""
    if output.kind == "findings":
        finding_blocks.write(records, output)
        return
    rows = [[printable(cell) for cell in row(output.kind, record, output.lang)] for record in records]
    output.stream.write(render(rows, output))


def render(rows: list[list[str]], output: Output) -> str:
    """Return one table that fits the width; columns without any cell are left out."""
    from tabulate import tabulate

    columns = TABLES[output.kind]
    heads = headings(output.kind, output.lang)
    kept = [n for n in range(len(columns)) if not rows or any(r[n] for r in rows)]
    natural = [max([width(heads[n]), *(max(map(width, r[n].split("\n"))) for r in rows)]) for n in kept]
    widths = fit(natural, output.width)
    body = [["\n".join(wrap(r[n], w)) for n, w in zip(kept, widths, strict=True)] for r in rows]
    head = ["\n".join(wrap(heads[n], w)) for n, w in zip(kept, widths, strict=True)]
    align = ["right" if columns[n].right else "left" for n in kept]
    text = tabulate(
        body,
        headers=head,
        tablefmt="simple",
        colalign=align if rows else None,
        disable_numparse=True,
        preserve_whitespace=True,
    )
    return "\n".join(line.rstrip() for line in text.split("\n")) + "\n"
