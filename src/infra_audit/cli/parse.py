"""`infra-audit parse`: facts, provenance, and what was not understood."""

from collections.abc import Iterable, Iterator
from typing import Any

import click

from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command
from infra_audit.model.facts import CoverageState, FactsDocument
from infra_audit.pipeline import Audit
from infra_audit.texts import Language


def command(lang: Language) -> click.Command:
    """Build the command."""

    def run(**values: Any) -> Exit:
        audit = Audit(options.to_settings(lang, values))
        targets = audit.read(values["paths"], options.to_known(values), options.to_inventory(values))
        seen = _Seen()
        output.write(seen.records(audit.documents(targets)), "documents", lang, values)
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

    unreadable = False

    def records(self, documents: Iterable[FactsDocument]) -> Iterator[dict[str, Any]]:
        for document in documents:
            states = {c.state for c in document.coverage.values()}
            self.unreadable |= not states & {CoverageState.PARSED, CoverageState.PARTIAL}
            yield document.to_json()
