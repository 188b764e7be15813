"""`infra-audit platform try` on a terminal: each line with what became of it, and in the end what to write next."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from infra_audit.cli.output import terminal_width
from infra_audit.parsers.accounting import COMPARED_ONLY
from infra_audit.parsers.explain import STATES, fact_text
from infra_audit.texts import Language, said, text
from infra_audit.texts.layout import printable

_STYLES = {"used": "green", "ignored": "dim", "unparsed": "bold red", "blank": "dim"}
_FACTS = 6
"""Facts shown of one line; all of them with `--all`."""
_HEADS = 10
"""Beginnings of unread lines told at the end."""
_WORDS = 2
"""Words that make a beginning."""


def show(records: Iterable[Mapping[str, Any]], lang: Language, *, every: bool) -> None:
    """Write the lines to stdout; colours only on a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=sys.stdout,
        width=terminal_width(),
        highlight=False,
        no_color=None if sys.stdout.isatty() else True,
        soft_wrap=True,
    )
    artifact = None
    for record in records:
        if record["artifact"] != artifact:
            artifact = record["artifact"]
            console.print(
                Text(f"== {printable(record['device'])}: {printable(artifact)} ({record['source']})", style="bold")
            )
        style = _STYLES[record["state"]]
        line = Text(f"{record['line']:>5} ")
        line.append(_label(record, lang), style="bold yellow" if record["refused"] else style)
        line.append(f" {printable(record['text'])}", style="" if record["state"] == "used" else style)
        console.print(line)
        for detail in _details(record, lang, every=every):
            console.print(Text(f"        {printable(detail)}", style="cyan" if record["state"] == "used" else style))


def _label(record: Mapping[str, Any], lang: Language) -> str:
    return text("cli", "try.refused" if record["refused"] else f"try.{record['state']}", lang)


def _details(record: Mapping[str, Any], lang: Language, *, every: bool) -> list[str]:
    names = ", ".join(record["templates"])
    if record["pattern"] == COMPARED_ONLY:
        return [text("cli", "try.no_template", lang)]
    if record["state"] == "ignored":
        why = said(record["why"] or record["pattern"], lang)
        return [text("cli", "try.by_list", lang, list=text("reports", f"list.{record['list']}", lang), why=why)]
    if record["state"] == "unparsed":
        touched = [text("cli", "try.touches", lang, areas=", ".join(record["areas"]))] if record["areas"] else []
        return [
            *([text("cli", "try.refused_by", lang, templates=names)] if record["refused"] and names else []),
            *touched,
        ]
    if record["state"] == "blank":
        return []
    facts = record["facts"] if every else record["facts"][:_FACTS]
    more = len(record["facts"]) - len(facts)
    told = [fact_text(fact) for fact in facts] or [text("cli", "try.frame", lang)]
    told[0] += f"  [{names}]"
    return [*told, *([text("cli", "try.more", lang, count=more)] if more else [])]


def summary(counted: Counter[str], heads: Counter[str], lang: Language) -> list[str]:
    """Return the counts and the commonest beginnings of unread lines."""
    fields = {state: counted[state] for state in STATES}
    lines = [
        text("cli", "try.counts", lang, total=sum(counted[s] for s in STATES), refused=counted["refused"], **fields)
    ]
    if heads:
        lines.append(text("cli", "try.heads", lang))
        lines += [f"  {count:>5}  {printable(head)}" for head, count in heads.most_common(_HEADS)]
    return lines


def head_of(line: str) -> str:
    """Return the beginning by which unread lines are counted: the words a template would have to know."""
    return " ".join(line.split()[:_WORDS])
