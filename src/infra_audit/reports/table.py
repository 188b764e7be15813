"""Tables and finding blocks for a terminal of any width, aligned with Japanese text."""

import re
from collections.abc import Iterable, Sequence

from infra_audit.reports import finding_blocks
from infra_audit.reports.column import Column
from infra_audit.reports.columns import TABLES, headings, row
from infra_audit.reports.interface import Output, Record
from infra_audit.texts.layout import printable, width, wrap


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
    natural = {n: max([width(heads[n]), *(max(map(width, r[n].split("\n"))) for r in rows)]) for n in kept}
    kept = _that_fit(kept, natural, columns, output.width)
    floors = [natural[n] if columns[n].whole or columns[n].right else _longest_word([r[n] for r in rows]) for n in kept]
    soft = [n for n, place in enumerate(kept) if not columns[place].whole]
    _lower(floors, [n for n in soft if not columns[kept[n]].words], output.width)
    _lower(floors, soft, output.width)
    widths = fit([natural[n] for n in kept], output.width, floors)
    body = [["\n".join(wrap(r[n], w)) for n, w in zip(kept, widths, strict=True)] for r in rows]
    head = ["\n".join(wrap(heads[n], w)) for n, w in zip(kept, widths, strict=True)]
    align = ["right" if columns[n].right else "left" for n in kept]
    # Under `headers` tabulate would make every column two wider than its heading; so they are rows like all others.
    lines = ["-" * max(map(width, "\n".join(cells).split("\n"))) for cells in zip(head, *body, strict=True)]
    text = tabulate(
        [head, lines, *body], tablefmt="plain", colalign=align, disable_numparse=True, preserve_whitespace=True
    )
    return "\n".join(line.rstrip() for line in text.split("\n")) + "\n"


_READABLE = 20
"""A text column narrower than this is hard to read; extra columns are left out before that."""


def _longest_word(cells: Sequence[str]) -> int:
    """Return the width that keeps ids, addresses and the like in one piece; Japanese may break anywhere."""
    words = [w for cell in cells for w in re.findall(r"[!-+\--~]+,?", cell)]
    return min(max(map(len, words), default=0), _READABLE)


def _lower(floors: list[int], soft: Sequence[int], total: int) -> None:
    """Lower the highest of the soft floors until all columns fit: a broken word is easier to read than a broken table."""
    room = total - 2 * (len(floors) - 1)
    while sum(max(floor, _NARROWEST) for floor in floors) > room:
        highest = max(soft, key=lambda n: floors[n], default=None)
        if highest is None or floors[highest] <= _NARROWEST:
            return
        floors[highest] -= 1


def _that_fit(kept: list[int], natural: dict[int, int], columns: Sequence[Column], total: int) -> list[int]:
    """Leave out extra columns, the last first, until the others are readable."""
    kept = list(kept)
    while True:
        least = sum(natural[n] if columns[n].whole else min(natural[n], _READABLE) for n in kept) + 2 * (len(kept) - 1)
        extras = [n for n in kept if columns[n].extra]
        if least <= total or not extras:
            return kept
        kept.remove(extras[-1])


def fit(natural: Sequence[int], total: int, floors: Sequence[int] = (), gap: int = 2) -> list[int]:
    """Return column widths that together fit into `total` columns: the widest columns give way first.

    `floors` are widths that columns keep whatever happens; no column gets narrower than `_NARROWEST`.
    """
    widths = list(natural)
    least = [max(_NARROWEST, floor) for floor in floors] or [_NARROWEST] * len(widths)
    room = total - gap * (len(widths) - 1)
    while sum(widths) > room:
        giving = [n for n in range(len(widths)) if widths[n] > least[n]]
        if not giving:
            break
        widths[max(giving, key=lambda n: widths[n])] -= 1
    return widths


_NARROWEST = 8
"""No column is made narrower than this to fit."""
