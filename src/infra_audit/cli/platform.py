"""`infra-audit platform`: which platforms are known and what of them is parsed."""

from typing import Any

import click

from infra_audit.catalogue import by_alias
from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command, SubGroup
from infra_audit.errors import UsageError
from infra_audit.model.platform import Platform
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the group."""
    return SubGroup("platform", lang, builders={"list": _list, "show": _show, "lint": _lint})


def _record(platform: Platform) -> dict[str, Any]:
    from infra_audit.parsers.engine import compile_platform

    compiled = compile_platform(platform)
    return {
        "platform": platform.name,
        "title": dict(platform.data["title"]),
        "aliases": list(platform.aliases),
        "default_kind": platform.default_kind,
        "sources": list(platform.sources),
        "areas": sorted({area.partition("/")[0] for template in compiled.templates for area in template.areas}),
        "templates": len(compiled.templates),
        "netmiko": platform.data.get("netmiko"),
        "login_writes": platform.data.get("login", {}).get("writes", False),
    }


def _list(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        audit = Audit(options.to_settings(lang, values))
        output.write([_record(p) for _, p in sorted(audit.platforms.items())], "platforms", lang, values)
        return Exit.OK

    return Command("list", lang, params=[*options.run(lang), *options.output(lang)], callback=run, code="platform.list")


def _show(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        platform = _named(Audit(options.to_settings(lang, values)), values["name"])
        output.write([_record(platform)], "platforms", lang, values)
        if values["format"] == "table":
            for source, data in platform.sources.items():
                output.say(f"{source}: {data.get('command') or data.get('path')}")
            for area in _record(platform)["areas"]:
                output.say(f"  {area}")
        return Exit.OK

    params = [click.Argument(["name"]), *options.run(lang), *options.output(lang)]
    return Command("show", lang, params=params, callback=run, code="platform.show")


def _lint(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.parsers.lint import lint

        audit = Audit(options.to_settings(lang, values))
        chosen = [_named(audit, name) for name in values["names"]] or list(audit.platforms.values())
        problems = [(p.name, problem) for p in chosen for problem in lint(p)]
        for name, problem in problems:
            click.echo(f"{name}: {text('reasons', problem.reason.code, lang, **problem.reason.fields)}")
        output.say(text("cli", "platform.lint.done", lang, platforms=len(chosen), problems=len(problems)))
        return Exit.INPUT if problems else Exit.OK

    params = [click.Argument(["names"], nargs=-1, required=False), *options.run(lang)]
    return Command("lint", lang, params=params, callback=run, code="platform.lint")


def _named(audit: Audit, name: str) -> Platform:
    platform = by_alias(audit.platforms, name)
    if platform is None:
        raise UsageError("usage.no_platform", name=name, known=", ".join(sorted(audit.platforms)))
    return platform
