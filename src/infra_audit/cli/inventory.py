"""`infra-audit inventory`: a ledger of equipment (機器台帳) into an inventory, and what an inventory says."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command, SubGroup
from infra_audit.errors import InputError, UsageError
from infra_audit.inventory.ledger import columns as maps
from infra_audit.inventory.ledger import form, reading, writing
from infra_audit.inventory.ledger.columns import FIELDS, ColumnMap
from infra_audit.inventory.ledger.reading import Ledger
from infra_audit.inventory.ledger.rows import Complaint
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text


def command(lang: Language) -> click.Command:
    """Build the group."""
    builders = {"import": _import, "show": _show, "columns": _columns, "template": _template}
    return SubGroup("inventory", lang, builders=builders)


def _map(lang: Language) -> click.Option:
    return options.option(lang, "--columns", type=click.Path(path_type=Path, dir_okay=False))


def _import(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        settings = options.to_settings(lang, values)
        audit = Audit(settings)
        ledger = reading.read(
            values["ledger"],
            maps.load(values["columns"]),
            audit.platforms,
            zones=audit.zone_ids(),
            skip_unknown=values["skip_unknown"],
        )
        _say_unread(ledger, lang)
        _say(ledger.left_out, lang)
        if ledger.complaints:
            _say(ledger.complaints, lang)
            raise InputError("ledger.complaints", file=str(ledger.file), count=len(ledger.complaints))
        if not ledger.entries:
            raise InputError("ledger.empty", file=str(ledger.file))
        file, *registers = writing.write(ledger, values["out"], values["registers"])
        said = {"count": len(ledger.entries), "file": file, "left_out": len(ledger.left_out), "retired": ledger.retired}
        output.say(text("ledger", "written", lang, **said))
        for register in registers:
            output.say(text("ledger", "registers", lang, file=register))
        return Exit.INCOMPLETE if ledger.left_out else Exit.OK

    ledger = click.Argument(["ledger"], type=options.AnyPath(), metavar="LEDGER")
    out = click.Option(
        ["--out"], type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR",
        help=text("ledger", "option.out", lang),
    )  # fmt: skip
    skip = options.option(lang, "--skip-unknown", is_flag=True)
    config = [p for p in options.run(lang) if p.name in ("config", "platforms")]
    registers = click.Option(
        ["--registers"], type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
        help=text("ledger", "option.registers", lang),
    )  # fmt: skip
    params = [ledger, out, registers, _map(lang), skip, *config]
    return Command("import", lang, params=params, callback=run, code="inventory.import")


def _say(complaints: Iterable[Complaint], lang: Language) -> None:
    for complaint in complaints:
        output.say(f"{complaint.place}: {text('ledger', f'cell.{complaint.code}', lang, **complaint.fields)}")


def _say_unread(ledger: Ledger, lang: Language) -> None:
    """Say what nothing reads: a column with a heading that the map does not know may be one that was meant."""
    if ledger.unread_columns:
        named = ", ".join(f"{cell.text.split()[0]} ({cell.place})" for cell in ledger.unread_columns)
        output.say(text("ledger", "unread_columns", lang, columns=named))
    if ledger.unread_sheets:
        output.say(text("ledger", "unread_sheets", lang, sheets=", ".join(ledger.unread_sheets)))


def _show(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        inventory = options.to_inventory(values)
        if inventory is None:
            raise UsageError("usage.no_inventory")
        devices = Audit(options.to_settings(lang, values)).devices(inventory)
        output.write([device.to_json() for device in devices], "devices", lang, values)
        return Exit.OK

    config = [p for p in options.run(lang) if p.name in ("config", "platforms")]
    params = [*options.inventory(lang), *config, *options.output(lang)]
    return Command("show", lang, params=params, callback=run, code="inventory.show")


def _columns(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        output.write(_records(maps.load(values["columns"])), "ledger_columns", lang, values)
        return Exit.OK

    params = [_map(lang), *options.output(lang)]
    return Command("columns", lang, params=params, callback=run, code="inventory.columns")


def _records(columns: ColumnMap) -> Iterator[dict[str, Any]]:
    """Yield what the map says: the headings of each field, then the words of each table."""
    for name in FIELDS:
        yield {"field": name, "written": list(columns.headings(name)), "means": None}
    for table in ("kind", "zone", "role"):
        by_value: dict[str, list[str]] = {}
        for word, value in columns.data["values"].get(table, {}).items():
            by_value.setdefault(", ".join(value) if isinstance(value, list) else value, []).append(word)
        for meaning, words in by_value.items():
            yield {"field": table, "written": words, "means": meaning}
    for entry in columns.data["values"].get("platform", ()):
        written = [f"{name}: {value}" for name, value in entry.items() if name != "platform"]
        yield {"field": "platform", "written": written, "means": entry["platform"]}
    for name, words in (("state", columns.data["values"].get("retired", [])), ("blank", columns.data["blank"])):
        yield {"field": name, "written": list(words), "means": "retired" if name == "state" else "blank"}


def _template(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        file: Path = values["out"]
        if file.exists():
            raise InputError("ledger.exists", file=str(file))
        data = form.workbook(maps.load(values["columns"]), lang)
        try:
            file.write_bytes(data)
        except OSError as error:
            raise InputError("output.unwritable", file=str(file), what=type(error).__name__) from error
        output.say(text("ledger", "template", lang, file=file))
        return Exit.OK

    out = click.Option(
        ["--out"], type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE",
        help=text("ledger", "option.template_out", lang),
    )  # fmt: skip
    return Command("template", lang, params=[out, _map(lang)], callback=run, code="inventory.template")
