"""`infra-audit rules`: what is judged, by which clause, and whether the rules themselves are in order."""

import json
from typing import Any

import click

from infra_audit import catalogue
from infra_audit.baselines import lint, standards
from infra_audit.baselines.loader import load
from infra_audit.baselines.source import read_all
from infra_audit.cli import coverage, options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command, SubGroup
from infra_audit.cli.rule_page import rule_page
from infra_audit.errors import UsageError
from infra_audit.model.rule import Baseline
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the group."""
    builders = {"list": _list, "show": _show, "lint": _lint, "test": _test, "coverage": coverage.command}
    return SubGroup("rules", lang, builders=builders)


def _baseline(lang: Language, values: dict[str, Any]) -> Baseline:
    settings = options.to_settings(lang, values)
    return load(settings.baselines, settings.parameters)


def _overlay(lang: Language) -> list[click.Parameter]:
    wanted = {"baselines", "parameters"}
    return [p for p in options.judging(lang) if p.name in wanted] + [p for p in options.run(lang) if p.name == "config"]


def _list(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        output.write([r.to_json() for r in _baseline(lang, values).rules], "rules", lang, values)
        return Exit.OK

    return Command("list", lang, params=[*_overlay(lang), *options.output(lang)], callback=run, code="rules.list")


def _show(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        rule = _baseline(lang, values).rule(values["rule"])
        if rule is None:
            raise UsageError("usage.no_rule", name=values["rule"])
        if values["format"] == "json":
            click.echo(json.dumps({"id": rule.id, **rule.definition}, ensure_ascii=False, indent=2))
        else:
            from infra_audit.cli.platform_page import areas

            settings = options.to_settings(lang, values)
            page = rule_page(rule, standards.load(), lang, areas(catalogue.platforms(settings.platforms)))
            click.echo("\n".join(page))
        return Exit.OK

    formats = options.option(lang, "--format", type=click.Choice(["table", "json"]), default="table")
    params = [click.Argument(["rule"]), *_overlay(lang), formats]
    params.append(options.option(lang, "--lang", type=click.Choice(["ja", "en"]), expose_value=False))
    return Command("show", lang, params=params, callback=run, code="rules.show")


def _lint(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        settings = options.to_settings(lang, values)
        files = list(read_all(settings.baselines))
        known = standards.load()
        problems = lint.lint(files, clauses=known.ids, conditions=frozenset(known.conditions))
        for problem in problems:
            what = text("lint", problem.code, lang, **problem.fields)
            click.echo(f"{problem.file}: {problem.rule}: {problem.pointer}: {problem.code} {what}")
        count = sum(len(file.rules) for file in files)
        output.say(text("cli", "rules.lint.done", lang, rules=count, problems=len(problems)))
        return Exit.INPUT if problems else Exit.OK

    return Command("lint", lang, params=_overlay(lang), callback=run, code="rules.lint")


def _test(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.baselines import selftest

        results = selftest.run(_baseline(lang, values))
        for failure in results.failures:
            click.echo(str(failure))
        output.say(text("cli", "rules.test.done", lang, counts=results.summary, problems=len(results.failures)))
        return Exit.INPUT if results.failures else Exit.OK

    return Command("test", lang, params=_overlay(lang), callback=run, code="rules.test")
