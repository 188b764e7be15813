"""`infra-audit collect`: an inventory, or plain files, into a snapshot."""

from collections.abc import Iterator
from typing import Any

import click

from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command
from infra_audit.cli.kit import make_kit
from infra_audit.cli.store import store
from infra_audit.collectors.commands import commands
from infra_audit.errors import UsageError
from infra_audit.model.device import Device
from infra_audit.model.platform import Platform
from infra_audit.pipeline import Audit, Target
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the command."""

    def run(**values: Any) -> Exit:
        if values["paths"] and (values["print_commands"] or values["kit"]):
            raise UsageError("usage.extra", what=" ".join(map(str, values["paths"])))
        if values["host"] and not values["kit"]:
            raise UsageError("kit.host_alone")
        if values["print_commands"]:
            return _print_commands(lang, values)
        if values["kit"]:
            return make_kit(lang, values)
        settings = options.to_settings(lang, values)
        audit = Audit(settings)
        folder = store(audit, settings, lang, values, lambda a, done: targets(a, values, done))
        missing = [t for t in audit.read([folder], options.to_known(values)) if not t.artifacts]
        output.say(text("cli", "collect.written", lang, folder=folder))
        for target in missing:
            output.say(text("cli", "collect.missing", lang, device=target.device.id))
        return Exit.INCOMPLETE if missing else Exit.OK

    params = [
        options.paths(required=False), *options.inventory(lang), *options.reaching(lang), *options.known(lang),
        *options.run(lang),
        options.option(lang, "--print-commands", is_flag=True),
        options.option(lang, "--kit", type=click.Choice(["teraterm"])), options.option(lang, "--host", metavar="ADDRESS"),
        *options.output(lang),
    ]  # fmt: skip
    return Command("collect", lang, params=params, callback=run)


def _print_commands(lang: Language, values: dict[str, Any]) -> Exit:
    """Print what would be sent, to the devices of the inventory or to any device of the platforms; nothing is reached."""
    audit = Audit(options.to_settings(lang, values))
    inventory = options.to_inventory(values)
    asked: list[tuple[Platform, Device | None]]
    if inventory is not None:
        asked = [(audit.platform(device), device) for device in audit.devices(inventory)]
    elif values["platform"]:
        asked = [(options.to_platform(audit.platforms, values["platform"]), None)]
    else:
        asked = [(platform, None) for _, platform in sorted(audit.platforms.items())]
    records = (record for platform, device in asked for record in commands(platform, device))
    output.write(records, "commands", lang, values)
    return Exit.OK


def targets(audit: Audit, values: dict[str, Any], done: set[str]) -> Iterator[Target]:
    """Yield what the flags name, without the devices that are already done."""
    inventory = options.to_inventory(values)
    if inventory is not None and not values["paths"]:
        yield from audit.collect(inventory, done)
    elif values["paths"]:
        yield from (
            t for t in audit.read(values["paths"], options.to_known(values), inventory) if t.device.id not in done
        )
    else:
        raise UsageError("usage.nothing_to_collect")
