"""`infra-audit waiver`: what was approved, whether it still holds, and a form for a new one."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from infra_audit.baselines.waivers import WaiverState
from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command, SubGroup
from infra_audit.cli.summary import say_waivers
from infra_audit.errors import InputError, UsageError
from infra_audit.model.rule import Rule
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text

_DERIVING = (*options.DERIVING, "waivers", "as_of")


def command(lang: Language) -> click.Command:
    """Build the group."""
    return SubGroup("waiver", lang, builders={"list": _list, "check": _check, "form": _form})


def _options(lang: Language) -> list[click.Parameter]:
    return [p for p in (*options.judging(lang), *options.run(lang)) if p.name in _DERIVING]


def _list(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        audit = _audit(lang, values)
        output.write([use.to_json() for use in audit.waivers.uses()], "waivers", lang, values)
        return Exit.OK

    return Command("list", lang, params=[*_options(lang), *options.output(lang)], callback=run, code="waiver.list")


def _check(lang: Language) -> click.Command:
    """Build the check: with evidence, whether each still covers something; without, what its own text tells."""

    def run(**values: Any) -> Exit:
        audit = _audit(lang, values)
        if values["paths"]:
            targets = audit.read(values["paths"], options.to_known(values), options.to_inventory(values))
            for _ in audit.findings(audit.documents(targets), options.to_scope(values)):
                pass
        uses = audit.waivers.uses()
        output.write([use.to_json() for use in uses], "waivers", lang, values)
        say_waivers(audit, lang, unused=bool(values["paths"]))
        wrong = [
            use for use in uses
            if use.state not in (WaiverState.VALID, WaiverState.NOT_YET) or (values["paths"] and use.is_unused)
        ]  # fmt: skip
        output.say(text("cli", "waiver.checked", lang, count=len(uses), wrong=len(wrong), day=audit.today.isoformat()))
        return Exit.FINDINGS if wrong else Exit.OK

    params = [
        options.paths(required=False), *options.known(lang), *options.inventory(lang), *options.judging(lang),
        *options.run(lang), *options.output(lang),
    ]  # fmt: skip
    return Command("check", lang, params=params, callback=run, code="waiver.check")


def _form(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        audit = _audit(lang, values)
        rule = audit.baseline.rule(values["rule"])
        if rule is None:
            raise UsageError("usage.no_rule", name=values["rule"])
        written = form(rule, audit.today, values, lang)
        if values["output"] is None:
            click.echo(written, nl=False)
        else:
            _write(values["output"], written)
        return Exit.OK

    params = [
        click.Argument(["rule"]),
        options.option(lang, "--subject", multiple=True, metavar="ID"),
        options.option(lang, "--zone", multiple=True, metavar="ID"),
        options.option(lang, "--item", multiple=True, metavar="KEY"),
        *[p for p in _options(lang) if p.name != "waivers"],
        options.option(lang, "-o", "--output", type=click.Path(path_type=Path, dir_okay=False)),
        options.option(lang, "--lang", type=click.Choice(["ja", "en"]), expose_value=False),
    ]
    return Command("form", lang, params=params, callback=run, code="waiver.form")


def form(rule: Rule, today: dt.date, values: dict[str, Any], lang: Language) -> str:
    """Return a waiver file with one entry to fill in: what is left empty is refused, a missing approver is told."""
    year_end = dt.date(today.year + (today > dt.date(today.year, 3, 31)), 3, 31)
    lines = [
        f"# {text('cli', 'waiver.form.head', lang)}",
        f"# {rule.id}: {rule.title[lang]} ({', '.join(rule.clauses)})",
        "waivers:",
        f"  - id: {_quoted('')}  # {text('cli', 'waiver.form.id', lang)}",
        f"    rule: {rule.id}",
    ]
    scope = {"subjects": values["subject"], "zones": values["zone"], "items": values["item"]}
    if not values["subject"] and not values["zone"]:
        scope["subjects"] = ("",)
    for name, named in scope.items():
        if named:
            note = text("cli", f"waiver.form.{name}", lang)
            lines.append(f"    {name}: [{', '.join(_quoted(one) for one in named)}]  # {note}")
    blank = ("approver", "owner", "reason", "measure")
    lines += [f"    {name}: {_quoted('')}  # {text('cli', f'waiver.form.{name}', lang)}" for name in blank]
    lines += [
        f"    from: {_quoted(today.isoformat())}",
        f"    until: {_quoted(year_end.isoformat())}  # {text('cli', 'waiver.form.until', lang)}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """Return a YAML text in double quotes."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _audit(lang: Language, values: dict[str, Any]) -> Audit:
    return Audit(options.to_settings(lang, values))


def _write(path: Path, written: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(written)
    except OSError as error:
        raise InputError("output.unwritable", file=str(path), what=type(error).__name__) from error
