"""`infra-audit rules`: what is judged, by which clause, and whether the rules themselves are in order."""

import json
from typing import Any

import click

from infra_audit.baselines.loader import Baseline, load
from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command, SubGroup
from infra_audit.errors import UsageError
from infra_audit.model.rule import Rule
from infra_audit.texts import Language


def command(lang: Language) -> click.Command:
    """Build the group."""
    return SubGroup(
        "rules", lang, builders={"list": _list, "show": _show, "lint": _lint, "test": _test, "coverage": _coverage}
    )


def _baseline(lang: Language, values: dict[str, Any]) -> Baseline:
    settings = options.to_settings(lang, values)
    return load(settings.baselines, settings.parameters)


def _overlay(lang: Language) -> list[click.Parameter]:
    wanted = {"baselines", "parameters"}
    return [p for p in options.judging(lang) if p.name in wanted] + [p for p in options.run(lang) if p.name == "config"]


def record(rule: Rule) -> dict[str, Any]:
    """Return a rule as `rules list --format json` shows it."""
    return {
        "id": rule.id,
        "title": dict(rule.title),
        "clauses": list(rule.clauses),
        "conditions": list(rule.conditions),
        "severity": str(rule.severity),
        "kinds": list(rule.kinds),
        "needs": list(rule.needs),
        "mode": "automated",
    }


def _list(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        output.write([record(r) for r in _baseline(lang, values).rules], "rules", lang, values)
        return Exit.OK

    return Command("list", lang, params=[*_overlay(lang), *options.output(lang)], callback=run, code="rules.list")


def _show(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        rule = next((r for r in _baseline(lang, values).rules if r.id == values["rule"]), None)
        if rule is None:
            raise UsageError("usage.no_rule", name=values["rule"])
        click.echo(json.dumps({"id": rule.id, **rule.schema}, ensure_ascii=False, indent=2))
        return Exit.OK

    return Command("show", lang, params=[click.Argument(["rule"]), *_overlay(lang)], callback=run, code="rules.show")
