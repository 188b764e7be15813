"""`infra-audit check`: judge files, folders and snapshots."""

from typing import Any

import click

from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit, Tally
from infra_audit.cli.group import Command
from infra_audit.cli.summary import say_baseline, say_guesses, say_status, say_waivers, summarise
from infra_audit.pipeline import Audit, is_snapshot
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the command."""
    argument = options.paths(required=False)

    def run(**values: Any) -> Exit:
        settings = options.to_settings(lang, values)
        if not values["paths"] and settings.attestations is None:  # answers of persons can be judged alone
            raise click.MissingParameter(param=argument)
        audit = Audit(settings)
        audit.inventory = options.to_inventory(values)
        targets = audit.read(values["paths"], options.to_known(values), audit.inventory)
        tally = Tally(settings.fail_on)
        findings = audit.findings(audit.documents(targets), options.to_scope(values))
        output.write(tally.records(findings), "findings", lang, values)
        if values["format"] == "table":
            summarise(tally, lang, values)
        if not all(is_snapshot(path) for path in values["paths"]):
            output.say(text("cli", "check.nothing_stored", lang))
        say_guesses(audit, lang)
        say_baseline(audit, lang)
        say_waivers(audit, lang)
        say_status(tally, lang)
        return tally.status()

    params = [
        argument,
        *options.known(lang),
        *options.inventory(lang),
        *options.judging(lang),
        *options.run(lang),
        *options.output(lang),
    ]
    return Command("check", lang, params=params, callback=run)
