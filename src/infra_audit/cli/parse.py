"""`infra-audit parse`: facts, provenance, and what was not understood."""

from collections.abc import Iterable, Iterator
from typing import Any

import click

from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command
from infra_audit.cli.summary import say_guesses
from infra_audit.model.facts import CoverageState, FactsDocument
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text

UNPARSED_SHOWN = 20
"""Lines that were not understood, shown before the rest is only counted."""


def command(lang: Language) -> click.Command:
    """Build the command."""

    def run(**values: Any) -> Exit:
        audit = Audit(options.to_settings(lang, values))
        audit.inventory = options.to_inventory(values)
        targets = audit.read(values["paths"], options.to_known(values), audit.inventory)
        seen = _Seen(every=values["all"])
        output.write(seen.records(audit.documents(targets)), "documents", lang, values)
        if seen.unparsed and values["format"] == "table" and values["output"] is None:
            click.echo()
            output.write(seen.unparsed, "unparsed", lang, values)
            if len(seen.unparsed) < seen.count:
                output.say(text("cli", "parse.more_unparsed", lang, count=seen.count - len(seen.unparsed)))
        say_guesses(audit, lang)
        return Exit.INCOMPLETE if seen.unreadable else Exit.OK

    params = [
        options.paths(),
        *options.known(lang),
        *options.inventory(lang),
        *options.run(lang),
        *options.output(lang),
    ]
    return Command("parse", lang, params=params, callback=run)


class _Seen:
    """Watches documents pass: unparsed lines alone are in order, a target that could not be read at all is not."""

    def __init__(self, *, every: bool) -> None:
        """`every`: keep all unparsed lines, not only those that are shown."""
        self.unreadable = False
        self.unparsed: list[dict[str, Any]] = []
        self.count = 0
        self._most = None if every else UNPARSED_SHOWN

    def records(self, documents: Iterable[FactsDocument]) -> Iterator[dict[str, Any]]:
        for document in documents:
            states = {c.state for c in document.coverage.values()}
            self.unreadable |= not states & {CoverageState.PARSED, CoverageState.PARTIAL}
            record = document.to_json()
            self.count += len(record["unparsed"])
            room = None if self._most is None else self._most - len(self.unparsed)
            subject = record["facts"]["subject"]["id"]
            self.unparsed += [{"subject": subject, **line} for line in record["unparsed"][:room]]
            yield record
