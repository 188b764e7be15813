"""`infra-audit rules`: what is judged, by which clause, and whether the rules themselves are in order."""

import json
from typing import Any

import click

from infra_audit.baselines import lint
from infra_audit.baselines.loader import load
from infra_audit.baselines.source import read_all
from infra_audit.cli import coverage, options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command, SubGroup
from infra_audit.cli.rule_page import rule_page
from infra_audit.cli.rules_export import diff_command, export_command
from infra_audit.cli.summary import say_baseline
from infra_audit.errors import UsageError
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the group."""
    builders = {
        "list": _list, "show": _show, "lint": _lint, "test": _test, "export": export_command, "diff": diff_command,
        "coverage": coverage.command,
    }  # fmt: skip
    return SubGroup("rules", lang, builders=builders)


def _audit(lang: Language, values: dict[str, Any]) -> Audit:
    return Audit(options.to_settings(lang, values))


def _list(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        audit = _audit(lang, values)
        changed: dict[str, list[dict[str, Any]]] = {}
        for override in audit.baseline.overrides:
            changed.setdefault(override.rule, []).append(override.to_json())
        rules = [{**rule.to_json(), "overrides": changed.get(rule.id, [])} for rule in audit.baseline.rules]
        output.write(rules, "rules", lang, values)
        say_baseline(audit, lang)
        return Exit.OK

    return Command(
        "list", lang, params=[*options.deriving(lang), *options.output(lang)], callback=run, code="rules.list"
    )


def _show(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        audit = _audit(lang, values)
        rule = audit.baseline.rule(values["rule"])
        if rule is None:
            raise UsageError("usage.no_rule", name=values["rule"])
        if values["format"] == "json":
            click.echo(json.dumps({"id": rule.id, **rule.definition}, ensure_ascii=False, indent=2))
        else:
            from infra_audit.cli.platform_page import areas

            click.echo("\n".join(rule_page(rule, audit.standards, lang, areas(audit.platforms))))
        return Exit.OK

    formats = options.option(lang, "--format", type=click.Choice(["table", "json"]), default="table")
    params = [click.Argument(["rule"]), *options.deriving(lang), formats]
    params.append(options.option(lang, "--lang", type=click.Choice(["ja", "en"]), expose_value=False))
    return Command("show", lang, params=params, callback=run, code="rules.show")


def _lint(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        audit = _audit(lang, values)
        files = list(read_all(audit.rule_folders))
        known = audit.standards
        problems = lint.lint(files, clauses=known.ids, conditions=frozenset(known.conditions))
        by_name = {file.name: file for file in files}
        for problem in problems:
            line = by_name[problem.file].line(problem.rule, problem.pointer)
            what = text("lint", problem.code, lang, **problem.fields)
            click.echo(f"{problem.file}:{line}: {problem.rule}: {problem.pointer}: {problem.code} {what}")
        count = sum(len(file.rules) for file in files)
        output.say(text("cli", "rules.lint.done", lang, rules=count, problems=len(problems)))
        return Exit.INPUT if problems else Exit.OK

    return Command("lint", lang, params=options.deriving(lang), callback=run, code="rules.lint")


def _test(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.baselines import selftest

        # As their files state them: examples were written for the values that stand there, not for the organisation's.
        results = selftest.run(load(_audit(lang, values).rule_folders))
        for failure in results.failures:
            click.echo(str(failure))
        output.say(text("cli", "rules.test.done", lang, counts=results.summary, problems=len(results.failures)))
        return Exit.INPUT if results.failures else Exit.OK

    return Command("test", lang, params=options.deriving(lang), callback=run, code="rules.test")
