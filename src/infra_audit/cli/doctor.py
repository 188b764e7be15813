"""`infra-audit doctor`: what is installed, what is missing, and which overlays are in force."""

import importlib.metadata
import json
import locale
import platform as machine
import shutil
import sys
import time
from collections.abc import Iterator
from typing import Any

import click

from infra_audit import __version__, catalogue, resources
from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command
from infra_audit.config import Settings
from infra_audit.model.rule import Override, OverrideKind
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text

_LIBRARIES = (
    "click",
    "rich",
    "tabulate",
    "wcwidth",
    "PyYAML",
    "ttp",
    "jsonschema",
    "jsonschema-rs",
    "XlsxWriter",
    "cryptography",
)
_OPTIONAL = ("netmiko", "ansible-runner", "ansible-core", "asyncssh")
"""What only collecting, reading an Ansible inventory, or the demo needs."""


def command(lang: Language) -> click.Command:
    """Build the command."""

    def run(**values: Any) -> Exit:
        settings = options.to_settings(lang, values)
        records = list(checks(settings))
        output.write(records, "checks", lang, values)
        return Exit.INCOMPLETE if any(r["state"] == "missing" for r in records) else Exit.OK

    params = [p for p in [*options.run(lang), *options.judging(lang)] if p.name in (*options.DERIVING, "platforms")]
    return Command("doctor", lang, params=[*params, *options.output(lang)], callback=run)


def checks(settings: Settings) -> Iterator[dict[str, str]]:
    """Yield one record a check: check, state (ok, warning, missing), value."""
    yield _check("version", "ok", f"infra-audit {__version__}, Python {machine.python_version()}, {machine.system()}")
    for name in _LIBRARIES:
        yield _library("library", name, "missing")
    for name in _OPTIONAL:
        yield _library("optional", name, "warning")
    ssh = shutil.which("ssh")
    yield _check("ssh", "ok" if ssh else "warning", ssh or "-")
    encoding = locale.getpreferredencoding(do_setlocale=False)
    yield _check(
        "encoding",
        "ok" if encoding.lower().replace("-", "") == "utf8" else "warning",
        f"{encoding}, stdout {sys.stdout.encoding}",
    )
    zone = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    yield _check("clock", "ok" if time.time() > _RELEASED else "warning", zone)
    for kind in ("playbooks", "schemas", "inventories"):
        yield _check("shipped", "ok", f"{kind}: {resources.root(kind)}")
    known = catalogue.platforms(settings.platforms)
    yield _check("platforms", "ok", ", ".join(sorted(known)))
    for folder in settings.platforms:
        yield _check("overlay", "ok", f"platforms: {folder}")
    yield from _baseline(settings)


def _baseline(settings: Settings) -> Iterator[dict[str, str]]:
    """Yield what is in force and all in which it differs from what is shipped."""
    baseline = Audit(settings).baseline
    counts = ", ".join(f"{text('reports', f'force.{f}', settings.lang)} {n}" for f, n in baseline.counts().items())
    yield _check("baseline", "ok", f"{counts}, sha256 {baseline.digest}")
    chosen = {"edition": baseline.edition, "model": baseline.model, "parameters": baseline.parameter_file}
    for name, value in chosen.items():
        if value is not None:
            yield _check(name, "ok", value)
    for layer in baseline.layers:
        yield _check("overlay", "ok", f"{layer.folder}: {layer.title[settings.lang]}, {layer.edition}")
    for rule in baseline.broken:
        yield _check("broken_rule", "missing", f"{rule.file}: {rule.id}: {rule.problems[0].code}")
    for override in baseline.overrides:
        if override.kind is not OverrideKind.CLAUSES:  # one a rule: `rules list` has them
            yield _check("override", "ok", _override(override, settings.lang))


def _override(override: Override, lang: Language) -> str:
    what = text("reports", f"override.{override.kind}", lang)
    name = f"{override.rule} {override.name}".strip()
    sides = f"{json.dumps(override.before, ensure_ascii=False)} → {json.dumps(override.after, ensure_ascii=False)}"
    detail = sides if override.after is not None else override.reason or override.replaced
    return ": ".join(part for part in (what, name, detail, override.file) if part)


_RELEASED = 1_763_000_000
"""A time before this release (Unix seconds): a clock behind it is wrong, and expiry dates would be judged wrongly."""


def _library(check: str, name: str, absent: str) -> dict[str, str]:
    try:
        return _check(check, "ok", f"{name} {importlib.metadata.version(name)}")
    except importlib.metadata.PackageNotFoundError:
        return _check(check, absent, name)


def _check(check: str, state: str, value: str) -> dict[str, str]:
    return {"check": check, "state": state, "value": value}
