"""`infra-audit scan`: collect, store, parse, check and report: the everyday command."""

from pathlib import Path
from typing import Any

import click

from infra_audit.cli import options, output
from infra_audit.cli.collect import targets
from infra_audit.cli.exits import Exit, Tally
from infra_audit.cli.group import Command
from infra_audit.cli.store import store
from infra_audit.cli.summary import say_status, summarise
from infra_audit.config import Scope, Settings
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the command."""

    def run(**values: Any) -> Exit:
        settings = options.to_settings(lang, values)
        audit = Audit(settings)
        folder = store(audit, settings, lang, values, lambda a, done: targets(a, values, done))
        return report(folder, settings, options.to_scope(values), lang, values)

    params = [
        options.paths(required=False), *options.inventory(lang), *options.reaching(lang), *options.known(lang),
        *options.judging(lang), *options.run(lang), *options.output(lang),
    ]  # fmt: skip
    return Command("scan", lang, params=params, callback=run)


def report(folder: Path, settings: Settings, scope: Scope, lang: Language, values: dict[str, Any]) -> Exit:
    """Judge a snapshot, print the findings and keep them beside the snapshot, never inside it."""
    audit = Audit(settings)
    known = options.to_known({"platform": None, "kind": None, "zone": (), "complete": False})
    findings = list(audit.findings(audit.documents(audit.read([folder], known)), scope))
    tally = Tally(settings.fail_on)
    records = list(tally.records(findings))
    output.write(records, "findings", lang, values)
    if values["format"] == "table":
        summarise(tally, lang, values)
    reports = settings.out / "reports" / folder.name
    reports.mkdir(parents=True, exist_ok=True)
    for name, kind in (
        ("json", "findings.ndjson"),
        ("xlsx", "findings.xlsx"),
        ("csv", "findings.csv"),
        ("markdown", "findings.md"),
    ):
        output.write(records, "findings", lang, {"format": name, "output": reports / kind, "all": True})
    output.say(text("cli", "scan.written", lang, snapshot=folder, reports=reports))
    say_status(tally, lang)
    return tally.status()
