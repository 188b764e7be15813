"""`infra-audit platform`: which platforms are known, what of them is parsed, and what becomes of a text."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command, SubGroup
from infra_audit.config import Known
from infra_audit.errors import InputError, UsageError
from infra_audit.model.device import Device
from infra_audit.model.evidence import Collection, Completeness, RawArtifact
from infra_audit.model.reason import Reason
from infra_audit.pipeline import Audit, Target
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the group."""
    return SubGroup("platform", lang, builders={"list": _list, "show": _show, "lint": _lint, "try": _try})


def _list(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.parsers.describe import describe

        audit = Audit(options.to_settings(lang, values))
        output.write([describe(p) for _, p in sorted(audit.platforms.items())], "platforms", lang, values)
        return Exit.OK

    return Command("list", lang, params=[*options.run(lang), *options.output(lang)], callback=run, code="platform.list")


def _show(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.cli import platform_page
        from infra_audit.collectors.commands import commands
        from infra_audit.parsers.describe import describe

        platform = options.to_platform(Audit(options.to_settings(lang, values)).platforms, values["name"])
        if values["format"] == "table" and values["output"] is None:
            click.echo(platform_page.on_terminal(platform, lang, output.terminal_width()), nl=False)
        else:
            record = {**describe(platform), "sent": list(commands(platform))}
            output.write([record], "platforms", lang, values)
        return Exit.OK

    params = [click.Argument(["name"]), *options.run(lang), *options.output(lang)]
    return Command("show", lang, params=params, callback=run, code="platform.show")


def _lint(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.parsers.lint import lint

        known = Audit(options.to_settings(lang, values)).platforms
        chosen = [options.to_platform(known, name) for name in values["names"]] or list(known.values())
        problems = [(p.name, problem) for p in chosen for problem in lint(p)]
        for name, problem in problems:
            place = f"{name}/{problem.artifact}:{problem.line}"
            click.echo(f"{place}: {text('reasons', problem.reason.code, lang, **problem.reason.fields)}")
        output.say(text("cli", "platform.lint.done", lang, platforms=len(chosen), problems=len(problems)))
        return Exit.INPUT if problems else Exit.OK

    params = [click.Argument(["names"], nargs=-1, required=False), *options.run(lang)]
    return Command("lint", lang, params=params, callback=run, code="platform.lint")


def _try(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.cli import try_view

        audit = Audit(options.to_settings(lang, values))
        counted: Counter[str] = Counter()
        heads: Counter[str] = Counter()

        def chosen() -> Iterator[dict[str, Any]]:
            for record in _lines(audit, values, lang):
                counted[record["state"]] += 1
                counted["refused"] += record["refused"]
                if record["state"] == "unparsed":
                    heads[try_view.head_of(record["text"])] += 1
                if not values["only"] or record["state"] in values["only"]:
                    yield record

        if values["format"] == "table" and values["output"] is None:
            try_view.show(chosen(), lang, every=values["all"])
            sys.stdout.flush()
        else:
            output.write(chosen(), "lines", lang, values)
        for line in try_view.summary(counted, heads, lang):
            output.say(line)
        return Exit.OK if counted else Exit.INCOMPLETE

    path = options.AnyPath()
    params = [
        click.Argument(["file"], type=path, metavar="FILE"), options.option(lang, "--platform", metavar="NAME"),
        options.option(lang, "--source", metavar="ID"),
        options.option(lang, "--only", type=click.Choice(["used", "ignored", "unparsed", "blank"]), multiple=True),
        *options.run(lang), *options.output(lang),
    ]  # fmt: skip
    return Command("try", lang, params=params, callback=run, code="platform.try")


def _lines(audit: Audit, values: dict[str, Any], lang: Language) -> Iterator[dict[str, Any]]:
    """Yield what became of each line of each target; say why a target has none."""
    known = Known(platform=values["platform"], complete=True)
    targets = [_answer(audit, values)] if values["source"] else audit.read([values["file"]], known)
    for target in targets:
        for missing in target.missing:
            told = text("reasons", missing.reason.code, lang, **missing.reason.fields)
            output.say(f"{target.device.id}: {told}")
        if target.platform is not None:
            yield from audit.explain(target)


def _answer(audit: Audit, values: dict[str, Any]) -> Target:
    """Return a file as the answer to one command: only a log tells by itself what was asked."""
    if values["platform"] is None:
        raise UsageError("usage.source_alone")
    platform = options.to_platform(audit.platforms, values["platform"])
    if values["source"] not in platform.sources:
        known = ", ".join(platform.sources)
        raise UsageError("usage.no_source", name=values["source"], platform=platform.name, known=known)
    file: Path = values["file"]
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError("file.unreadable", file=str(file), what=type(error).__name__) from error
    device = Device(id=file.name, platform=platform.name, source="flag")
    raw = RawArtifact(
        device=device.id,
        source=values["source"],
        name=file.name,
        data=data,
        collector="files",
        complete=Completeness.YES,
        complete_reason=Reason("complete.operator"),
    )
    return audit.prepare(Collection(device=device, artifacts=(raw,)))
