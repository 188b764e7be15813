"""`infra-audit rules export` and `rules diff`: the baseline in force as a document, and two of them side by side."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from infra_audit.baselines import changes, export, overlay
from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command
from infra_audit.config import Settings, settings
from infra_audit.errors import InputError
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text

SHIPPED = "shipped"
"""Names the rules of the package, with nothing laid over them."""


def export_command(lang: Language) -> click.Command:
    """Build `rules export`."""

    def run(**values: Any) -> Exit:
        baseline = Audit(options.to_settings(lang, values)).baseline
        place = values["file"]
        if place is None:
            click.echo(export.text(export.document(baseline)), nl=False)
            return Exit.OK
        files = {place: export.document(baseline)}
        if str(values["file"]).endswith(("/", "\\")) or Path(place).is_dir():
            files = {str(Path(place) / name): found for name, found in export.documents(baseline).items()}
        for name, found in files.items():
            _write(Path(name), export.text(found))
        output.say(text("cli", "rules.export.done", lang, place=place, count=len(files), digest=baseline.digest))
        return Exit.OK

    out = click.Option(["--out", "file"], help=text("cli", "option.export_out", lang), metavar="FILE")
    return Command("export", lang, params=[out, *options.deriving(lang)], callback=run, code="rules.export")


def diff_command(lang: Language) -> click.Command:
    """Build `rules diff`."""

    def run(**values: Any) -> Exit:
        base = options.to_settings(lang, values)
        before, after = (_side(values[name], base) for name in ("before", "after"))
        found = [change.to_json() for change in changes.compare(before, after)]
        output.write(found, "rule_changes", lang, values)
        digests = [side.get("x-baseline", {}).get("digest", "-") for side in (before, after)]
        output.say(text("cli", "rules.diff.done", lang, count=len(found), before=digests[0], after=digests[1]))
        return Exit.OK

    sides = [click.Argument([name], metavar=letter) for name, letter in (("before", "A"), ("after", "B"))]
    return Command("diff", lang, params=[*sides, *options.output(lang)], callback=run, code="rules.diff")


def _side(name: str, base: Settings) -> dict[str, Any]:
    """Return the exported document of a baseline: an export, a folder of exports, an overlay, settings or an edition."""
    path = Path(name)
    if name == SHIPPED:
        return export.document(Audit(base).baseline)
    if (path / overlay.NAME).is_file():
        return export.document(Audit(replace(base, overlays=(path,))).baseline)
    if path.is_dir():
        parts = [_read(part) for part in sorted(path.glob("*.schema.json"))]
        if not parts:
            raise InputError("baseline.no_side", name=name)
        return {**parts[0], "$defs": {rule: entry for part in parts for rule, entry in part["$defs"].items()}}
    if path.suffix == ".json" and path.is_file():
        return _read(path)
    if path.is_file():
        return export.document(Audit(settings(path, {"lang": base.lang})).baseline)
    if path.exists() or name not in {standard.edition for standard in Audit(base).standards.standards}:
        raise InputError("baseline.no_side", name=name)
    return export.document(Audit(replace(base, edition=name)).baseline)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("file.unreadable", file=str(path), what=type(error).__name__) from error
    except json.JSONDecodeError as error:
        raise InputError("yaml.invalid", file=str(path), line=error.lineno, what=error.msg) from error
    if not isinstance(data, dict) or "x-baseline" not in data or "$defs" not in data:
        raise InputError("baseline.no_side", name=str(path))
    return data


def _write(path: Path, written: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written, encoding="utf-8")
    except OSError as error:
        raise InputError("output.unwritable", file=str(path), what=type(error).__name__) from error
