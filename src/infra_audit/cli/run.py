"""Run one command: every way it can end becomes one clear line and one exit status."""

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from infra_audit import __version__
from infra_audit.cli import language
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Group, lang_option
from infra_audit.errors import InfraAuditError, InputError
from infra_audit.texts import Language, hint, text
from infra_audit.texts.layout import printable

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

COMMANDS = (
    "demo", "scan", "collect", "parse", "check", "diff", "rules", "inventory", "waiver", "attest", "platform", "doctor",
)  # fmt: skip


def app(lang: Language) -> Group:
    """Return the whole command line in one language."""
    modules = {name: f"infra_audit.cli.{name}" for name in COMMANDS}
    group = Group("infra-audit", lang, modules=modules, code="infra-audit", context_settings={"max_content_width": 100})
    group.params.append(lang_option(lang))
    group.params.append(
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help=text("cli", "option.version", lang),
        )
    )
    return group


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    lang = language.of(arguments)
    if getattr(sys, "stdout", None) is None:  # closed by the caller, who wants the status only
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as the process
    try:
        status = app(lang).main(arguments, prog_name="infra-audit", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (BrokenPipeError, SystemExit):  # click makes the latter of a broken pipe, and of nothing else here
        # The reader of our output went away (`| head`), and the rest was not looked at: that is no "all is well".
        _drop_output()
        return Exit.INCOMPLETE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place where every error ends: as a line and a status
        message, status = _ending(error, lang)
        _say(message)
    return int(status or 0)


def _ending(error: BaseException, lang: Language) -> tuple[str, int]:
    """Return what to say of an error, and its exit status."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            return error.ctx.get_help() if error.ctx else "", Exit.USAGE
        case click.UsageError():
            return usage_text(error, lang), Exit.USAGE
        case InfraAuditError():
            return "\n".join(error_text(one, lang) for one in (error, *error.others)), error.exit_code
        case OSError() if error.errno in _DISK_FULL:
            _drop_output()
            return error_text(InputError("output.disk_full"), lang), InputError.exit_code
        case KeyboardInterrupt() | click.Abort():
            return text("cli", "interrupted", lang), Exit.INTERRUPTED
        case _:
            return _internal(error, lang), Exit.INTERNAL


def error_text(error: InfraAuditError, lang: Language) -> str:
    """Return the line, and what to do, of an error."""
    fields = {name: str(value) for name, value in error.fields.items()}
    what = text("errors", error.code, lang, **fields)
    advice = hint(error.code, lang, **fields)
    return f"{what}\n  {advice}" if advice else what


def usage_text(error: click.UsageError, lang: Language) -> str:
    """Return a usage error in the reader's language; click's own words only where the kind of error is not known."""
    match error:
        case click.NoSuchOption():
            what = text("cli", "usage.no_option", lang, name=error.option_name)
        case click.BadOptionUsage():
            what = text("cli", "usage.no_value", lang, name=error.option_name)
        case click.MissingParameter():
            what = text("cli", "usage.missing", lang, name=_parameter(error.param))
        case click.BadParameter():
            what = text("cli", "usage.bad", lang, name=_parameter(error.param), what=_wanted(error, lang))
        case _:
            what = text("cli", "usage.other", lang, what=error.format_message())
    path = error.ctx.command_path if error.ctx else "infra-audit"
    return f"{what}\n  {text('cli', 'usage.help', lang, command=path)}"


def _wanted(error: click.BadParameter, lang: Language) -> str:
    """Return what a parameter takes."""
    match error.param.type if error.param else None:
        case click.Choice() as kind:
            code, fields = "choice", {"values": ", ".join(map(str, kind.choices))}
        case click.IntRange() as kind:
            code, fields = "range", {"low": str(kind.min), "high": str(kind.max)}
        case click.types.FloatParamType():
            code, fields = "number", {}
        case click.DateTime():
            code, fields = "date", {}
        case click.Path() as kind if not (kind.file_okay and kind.dir_okay):
            code, fields = "file" if kind.file_okay else "folder", {}
        case _:
            return error.message
    return text("cli", f"wanted.{code}", lang, **fields)


def _parameter(param: click.Parameter | None) -> str:
    if param is None:
        return "?"
    return (
        param.opts[-1]
        if isinstance(param, click.Option)
        else (param.metavar or param.name or "?").upper().removesuffix("...")
    )


def _drop_output() -> None:
    """Send what is left of stdout to nowhere: flushing it at the end would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"infra-audit {__version__}")
        ctx.exit()


def _say(message: str) -> None:
    click.echo(printable(message), err=True)


def _internal(error: BaseException, lang: Language) -> str:
    """Write the traceback to a log file of its own; messages of foreign exceptions may quote input and stay out."""
    import traceback

    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "infra-audit"
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = folder / "error.log"
        log.write_text("".join([*frames, type(error).__qualname__, "\n"]), encoding="utf-8")
    except OSError:
        return text("cli", "internal.no_log", lang, what=type(error).__qualname__)
    return text("cli", "internal", lang, what=type(error).__qualname__, file=str(log))
