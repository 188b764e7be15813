"""`infra-audit rules coverage`: what the rules say of each clause, of which findings are told when there are any."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from infra_audit.baselines import matrix
from infra_audit.baselines.clauses import ClauseCounter, Judgement
from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command
from infra_audit.config import Scope
from infra_audit.errors import BaselineError
from infra_audit.model.finding import Finding
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the command."""

    def run(**values: Any) -> Exit:
        audit = Audit(options.to_settings(lang, values))
        counter = ClauseCounter(audit.standards, audit.baseline)
        for found in _found(audit, values):
            counter.add(found)
        view = values["view"]
        kind = f"coverage_{view}" if view != "clauses" else "coverage"
        output.write(matrix.rows(counter, view, values["clauses"]), kind, lang, values)
        if not values["paths"]:
            output.say(text("cli", "coverage.no_findings", lang))
        return Exit.OK

    params = [
        options.paths(required=False),
        options.option(lang, "--view", type=click.Choice(list(matrix.VIEWS)), default="clauses"),
        *options.known(lang),
        *options.inventory(lang),
        *options.judging(lang),
        *options.run(lang),
        *options.output(lang),
    ]
    return Command("coverage", lang, params=params, callback=run, code="rules.coverage")


def _found(audit: Audit, values: dict[str, Any]) -> Iterator[Finding | Judgement]:
    """Yield the findings of files that hold some, and those that judging the other paths gives now."""
    files = [path for path in values["paths"] if holds_findings(path)]
    wanted = tuple(values["rules"]) or ("",)
    for path in files:
        yield from (judgement for judgement in read(path) if judgement.rule.startswith(wanted))
    targets: Sequence[Path] = [path for path in values["paths"] if path not in files]
    if targets or values["inventory"]:
        read_targets = audit.read(targets, options.to_known(values), options.to_inventory(values))
        yield from audit.findings(audit.documents(read_targets), Scope(rules=values["rules"]))


LONGEST_LINE = 2**24
"""Bytes looked at to see what a file is."""


def holds_findings(path: Path) -> bool:
    """Say whether a file begins like one that `--format json` wrote: a configuration is never that."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        try:
            first = json.loads(stream.readline(LONGEST_LINE))
        except (ValueError, RecursionError):
            return False
    return isinstance(first, dict) and {"rule", "verdict", "subject"} <= first.keys()


def read(path: Path) -> Iterator[Judgement]:
    """Yield the findings of a file. Raises BaselineError at the first line that is none."""
    with path.open(encoding="utf-8", errors="surrogateescape") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                try:
                    yield Judgement.read(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                    raise BaselineError("baseline.not_findings", file=str(path), line=number) from error
