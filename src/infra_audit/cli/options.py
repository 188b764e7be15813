"""Options that several commands share, and how they become settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from infra_audit.catalogue import by_alias, near
from infra_audit.config import Known, Scope, Settings, settings
from infra_audit.errors import InputError, UsageError
from infra_audit.model.device import KINDS
from infra_audit.model.platform import Platform
from infra_audit.pipeline import Inventory
from infra_audit.texts import Language, text

_LONGEST_NAME = 80
"""Characters shown of a name that cannot be one."""


class AnyPath(click.Path):
    """A path whose fitness the command itself judges, in the reader's language and with the status of bad input."""

    def __init__(self) -> None:
        """Leave every check to the command."""
        super().__init__(path_type=Path, readable=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse the empty name: a script whose variable is unset would otherwise read the folder it stands in."""
        if value == "":
            raise UsageError("usage.empty_path")
        try:
            Path(value).exists()
        except (OSError, ValueError) as error:  # longer than any name may be
            raise InputError("input.not_found", file=f"{str(value)[:_LONGEST_NAME]} ...") from error
        return super().convert(value, param, ctx)


MODELS = ("alpha", "alpha_prime", "beta", "beta_prime")
DERIVING = ("config", "baselines", "overlays", "parameters", "resilience_model")
"""Options that say which baseline is in force."""
FORMATS = ("table", "json", "markdown", "csv", "xlsx")
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


def option(lang: Language, *names: str, **attributes: Any) -> click.Option:
    """Return an option whose help is `option.NAME` of texts/cli.yaml."""
    name = next(n for n in names if n.startswith("--")).removeprefix("--").replace("-", "_")
    return click.Option(list(names), help=text("cli", f"option.{name}", lang), **attributes)


def paths(*, required: bool = True, name: str = "paths") -> click.Argument:
    """Return the argument PATH..., files, folders or snapshots."""
    return click.Argument([name], nargs=-1, required=required, type=AnyPath(), metavar="PATH...")


def run(lang: Language) -> list[click.Parameter]:
    """Return the options of every command that reads or judges."""
    return [
        option(lang, "--config", type=_FILE, envvar="INFRA_AUDIT_CONFIG"),
        option(lang, "--platforms", type=_FOLDER, multiple=True),
        option(lang, "--acknowledgements", type=_FILE),
    ]


def judging(lang: Language) -> list[click.Parameter]:
    """Return the options of commands that judge."""
    return [
        option(lang, "--rules", multiple=True, metavar="ID"),
        option(lang, "--clauses", multiple=True, metavar="ID"),
        option(lang, "--baselines", type=_FOLDER, multiple=True),
        option(lang, "--overlays", type=_FOLDER, multiple=True),
        option(lang, "--parameters", type=_FILE),
        option(lang, "--registers", type=AnyPath(), metavar="DIR"),
        option(lang, "--zones", type=AnyPath(), metavar="FILE"),
        option(lang, "--resilience-model", type=click.Choice(MODELS)),
        option(lang, "--waivers", type=_FILE, multiple=True),
        option(lang, "--attestations", type=_FOLDER),
        option(lang, "--fail-on", type=click.Choice(["critical", "high", "medium", "low"])),
        option(lang, "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD"),
        option(lang, "--engine", type=click.Choice(["fast", "reference"])),
    ]


def deriving(lang: Language) -> list[click.Parameter]:
    """Return the options of commands that need only the baseline in force."""
    return [p for p in (*judging(lang), *run(lang)) if p.name in DERIVING]


def known(lang: Language) -> list[click.Parameter]:
    """Return the options that say what plain files cannot say themselves."""
    return [
        option(lang, "--platform", metavar="NAME"),
        option(lang, "--kind", type=click.Choice(KINDS), metavar="KIND"),
        option(lang, "--zone", multiple=True, metavar="ID"),
        option(lang, "--complete", is_flag=True),
    ]


def inventory(lang: Language) -> list[click.Parameter]:
    """Return the options that name an Ansible inventory."""
    return [
        option(lang, "-i", "--inventory", type=click.Path(path_type=Path), multiple=True),
        option(lang, "--limit", multiple=True, metavar="NAME"),
        option(lang, "--vault-password-file", type=_FILE),
        option(lang, "--vault-id", multiple=True, metavar="LABEL@FILE"),
    ]


def reaching(lang: Language) -> list[click.Parameter]:
    """Return the options of commands that connect to devices."""
    return [
        option(lang, "--out", type=click.Path(path_type=Path, file_okay=False)),
        option(lang, "--id", metavar="ID"),
        option(lang, "--known-hosts", type=click.Path(path_type=Path, dir_okay=False)),
        option(lang, "--record-first-use", is_flag=True, default=None),
        option(lang, "--max-sessions", type=click.IntRange(1, 200)),
        option(lang, "--max-sessions-per-zone", type=click.IntRange(1, 200)),
        option(lang, "--connect-timeout", "connect_timeout_seconds", type=float, metavar="SECONDS"),
        option(lang, "--command-timeout", "command_timeout_seconds", type=float, metavar="SECONDS"),
    ]


def output(lang: Language) -> list[click.Parameter]:
    """Return the options of every command that prints a table."""
    return [
        option(lang, "--format", type=click.Choice(FORMATS), default="table"),
        option(lang, "-o", "--output", type=click.Path(path_type=Path, dir_okay=False)),
        option(lang, "--all", is_flag=True),
        option(lang, "--lang", type=click.Choice(["ja", "en"]), expose_value=False),
    ]


def to_settings(lang: Language, values: dict[str, Any]) -> Settings:
    """Return the settings that the flags, over the file they name, give."""
    flags = dict(values)
    if flags.get("as_of"):
        flags["as_of"] = flags["as_of"].date()
    return settings(flags.get("config"), {**flags, "lang": lang})


def to_platform(known: Mapping[str, Platform], name: str) -> Platform:
    """Return the platform that a name or alias means. Raises UsageError when there is none."""
    platform = by_alias(known, name)
    if platform is None:
        raise UsageError("usage.no_platform", name=name, known=near(known, name))
    return platform


def to_known(values: dict[str, Any]) -> Known:
    """Return what the flags say of plain files."""
    return Known(
        platform=values["platform"], kind=values["kind"], zones=values["zone"] or None, complete=values["complete"]
    )


def to_scope(values: dict[str, Any]) -> Scope:
    """Return the rules in scope."""
    return Scope(rules=values["rules"], clauses=values["clauses"])


def to_inventory(values: dict[str, Any]) -> Inventory | None:
    """Return the inventory named, if one is."""
    if not values["inventory"]:
        return None
    return Inventory(
        paths=values["inventory"],
        vault_password_file=values["vault_password_file"],
        vault_ids=values["vault_id"],
        limit=values["limit"],
    )
