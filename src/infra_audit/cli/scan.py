"""`infra-audit scan`: collect, store, parse, check and report: the everyday command."""

import json
from pathlib import Path
from typing import Any

import click

from infra_audit.baselines import matrix
from infra_audit.baselines.clauses import ClauseCounter
from infra_audit.cli import options, output
from infra_audit.cli.collect import targets
from infra_audit.cli.exits import Exit, Tally
from infra_audit.cli.group import Command
from infra_audit.cli.store import store
from infra_audit.cli.summary import say_baseline, say_guesses, say_status, say_waivers, summarise
from infra_audit.config import Known, Scope, Settings
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the command."""

    def run(**values: Any) -> Exit:
        settings = options.to_settings(lang, values)
        audit = Audit(settings)
        folder = store(audit, settings, lang, values, lambda a, done: targets(a, values, done))
        say_guesses(audit, lang)
        return report(folder, settings, options.to_scope(values), lang, values)

    params = [
        options.paths(required=False), *options.inventory(lang), *options.reaching(lang), *options.known(lang),
        *options.judging(lang), *options.run(lang), *options.output(lang),
    ]  # fmt: skip
    return Command("scan", lang, params=params, callback=run)


def report(folder: Path, settings: Settings, scope: Scope, lang: Language, values: dict[str, Any]) -> Exit:
    """Judge a snapshot, print findings and clauses, and keep them beside the snapshot, never inside it."""
    audit = Audit(settings)
    audit.inventory = options.to_inventory(values) if "inventory" in values else None
    findings = list(audit.findings(audit.documents(audit.read([folder], Known())), scope))
    tally = Tally(settings.fail_on)
    records = list(tally.records(findings))
    counter = ClauseCounter(audit.standards, audit.baseline)
    for finding in findings:
        counter.add(finding)
    clauses = matrix.rows(counter, "clauses")
    output.write(records, "findings", lang, values)
    if values["format"] == "table" and values["output"] is None:  # a file holds the findings, and is not written twice
        summarise(tally, lang, values)
        click.echo()
        output.write(
            [c for c in clauses if c["result"] and c["clause"] in audit.standards.clauses], "clauses", lang, values
        )
    reports = settings.out / "reports" / folder.name
    reports.mkdir(parents=True, exist_ok=True)
    for file, kind, found in (
        ("findings", "findings", records),
        ("clauses", "clauses", clauses),
        ("audit", "coverage_audit", matrix.rows(counter, "audit")),
    ):
        for name, suffix in FILES.items():
            output.write(found, kind, lang, {"format": name, "output": reports / f"{file}.{suffix}", "all": True})
    record = {
        **audit.baseline.to_json(),
        "standards": {standard.id: standard.edition for standard in audit.standards.standards},
        "as_of": audit.today.isoformat(),
        "waivers": [use.to_json() for use in audit.waivers.uses()],
        "registers": audit.joined(),
    }
    (reports / BASELINE).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    output.say(text("cli", "scan.written", lang, snapshot=folder, reports=reports))
    say_baseline(audit, lang)
    say_waivers(audit, lang)
    say_status(tally, lang)
    return tally.status()


BASELINE = "baseline.json"
"""What was in force when the findings were made: digest, overlays, what they changed, what is not in force."""
FILES = {"json": "ndjson", "xlsx": "xlsx", "csv": "csv", "markdown": "md"}
"""Formats that every scan is kept in, and their file name endings."""
