"""Click commands whose headings follow the reader's language, and a group that imports only the command asked for."""

import importlib
from collections.abc import Sequence
from typing import Any

import click

from infra_audit.errors import UsageError
from infra_audit.texts import Language, text
from infra_audit.texts.layout import width, wrap


class Command(click.Command):
    """A command with headings in the reader's language."""

    def __init__(self, name: str, lang: Language, **attributes: Any) -> None:
        """Take the help text from texts/cli.yaml, entry `NAME.help`."""
        code = attributes.pop("code", name)
        super().__init__(name, help=text("cli", f"{code}.help", lang), add_help_option=False, **attributes)
        self.lang = lang
        if name != "infra-audit" and not any("--lang" in param.opts for param in self.params):
            self.params.append(lang_option(lang))
        self.params.append(_help_option(lang))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse arguments too many in the reader's language."""
        extra = ctx.allow_extra_args
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not extra:
            raise UsageError("usage.extra", what=" ".join(rest))
        return rest

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=text("cli", "heading.usage", self.lang) + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the help text, wrapped by columns: a Japanese character takes two."""
        formatter.write("\n")
        for line in wrap(self.help or "", formatter.width - 4):
            formatter.write(f"  {line}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        rows = [record for record in (p.get_help_record(ctx) for p in self.get_params(ctx)) if record and record[1]]
        if rows:
            with formatter.section(text("cli", "heading.options", self.lang)):
                _write_rows(formatter, rows)


class Group(Command, click.Group):
    """Commands by name; the module of a command is imported when the command is run."""

    def __init__(self, name: str, lang: Language, *, modules: dict[str, str], **attributes: Any) -> None:
        """`modules` maps each command to a module with a function `command(lang)`."""
        super().__init__(name, lang, **attributes)
        self.modules = modules

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse an unknown command in the reader's language."""
        if args[0] not in self.modules and not args[0].startswith("-"):
            raise UsageError("usage.no_command", name=args[0], known=", ".join(self.modules))
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of use, not of the alphabet."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import and build one command."""
        module = self.modules.get(cmd_name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(module).command(self.lang)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - like its siblings
        """Write the names with their first lines, without importing a command."""
        prefix = "" if self.name == "infra-audit" else f"{self.name}."
        rows = [(name, text("cli", f"{prefix}{name}.short", self.lang)) for name in self.modules]
        with formatter.section(text("cli", "heading.commands", self.lang)):
            _write_rows(formatter, rows)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write options, then commands."""
        Command.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)


class SubGroup(Group):
    """A group whose commands are functions of one module, each building one command."""

    def __init__(self, name: str, lang: Language, *, builders: dict[str, Any], **attributes: Any) -> None:
        """`builders` maps each command to a function of the language."""
        super().__init__(name, lang, modules=dict.fromkeys(builders, ""), **attributes)
        self.builders = builders

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Build one command."""
        builder = self.builders.get(cmd_name)
        command: click.Command | None = builder(self.lang) if builder else None
        return command


_NAMES_WIDE = 30
"""Columns of names; a longer one has a line of its own."""


def _write_rows(formatter: click.HelpFormatter, rows: Sequence[tuple[str, str]]) -> None:
    """Write names and what they mean side by side, wrapped by columns: click counts characters, and only breaks at blanks."""
    indent = " " * formatter.current_indent
    first = min(max(width(name) for name, _ in rows), _NAMES_WIDE) + 2
    for name, meaning in rows:
        lines = wrap(meaning, formatter.width - formatter.current_indent - first)
        beside = width(name) <= first - 2
        if not beside:
            formatter.write(f"{indent}{name}\n")
        for number, line in enumerate(lines):
            label = name if beside and number == 0 else ""
            formatter.write(f"{indent}{label}{' ' * (first - width(label))}{line}\n")


def lang_option(lang: Language) -> click.Option:
    """Return the option that names the language; it is read before any command line is parsed."""
    return click.Option(
        ["--lang"], type=click.Choice(["ja", "en"]), expose_value=False, help=text("cli", "option.lang", lang)
    )


def _help_option(lang: Language) -> click.Option:
    def show(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit()

    return click.Option(
        ["-h", "--help"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help=text("cli", "option.help", lang),
    )
