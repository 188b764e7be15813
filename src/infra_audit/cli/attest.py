"""`infra-audit attest`: the self-inspection: make forms, take answers in, list and check them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.cli.group import Command, SubGroup
from infra_audit.errors import InputError, UsageError
from infra_audit.model.attestation import About
from infra_audit.model.device import Device
from infra_audit.pipeline import Audit
from infra_audit.texts import Language, text

_FOLDER = click.Path(path_type=Path, file_okay=False)


def command(lang: Language) -> click.Command:
    """Build the group."""
    return SubGroup("attest", lang, builders={"form": _form, "take": _take, "list": _list, "check": _check})


def _rules(lang: Language) -> list[click.Parameter]:
    """Return the options that say which rules ask."""
    return [*options.deriving(lang), *(p for p in options.judging(lang) if p.name == "as_of")]


def _known(lang: Language) -> list[click.Parameter]:
    """Return the options that say what there is to ask about."""
    return [*options.inventory(lang), options.option(lang, "--registers", type=_FOLDER)]


def _form(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.attestations import form

        audit = Audit(options.to_settings(lang, values))
        about = About(values["about"])
        sheets = _sheets(audit, about, values, lang)
        if not any(sheet.questions for sheet in sheets):
            raise InputError("attestation.nobody", about=text("attest", f"about.{about}", lang))
        form.write(sheets, values["out"], lang)
        count = sum(len(sheet.questions) for sheet in sheets)
        output.say(text("cli", "attest.form.done", lang, file=values["out"], sheets=len(sheets), questions=count))
        return Exit.OK

    params = [
        options.option(lang, "--for", "about", type=click.Choice([str(a) for a in About]), required=True),
        click.Option(
            ["--out"],
            type=click.Path(path_type=Path, dir_okay=False),
            required=True,
            help=text("cli", "option.form_out", lang),
        ),
        options.option(lang, "--subject", multiple=True, metavar="ID"),
        *_known(lang),
        options.option(lang, "--clauses", multiple=True, metavar="ID"),
        *_rules(lang),
    ]
    return Command("form", lang, params=params, callback=run, code="attest.form")


def _sheets(audit: Audit, about: About, values: dict[str, Any], lang: Language) -> Sequence[Any]:
    from infra_audit.attestations import form, places
    from infra_audit.baselines.scope import select

    chosen = select(audit.baseline, (), values["clauses"])
    asked = [q for q in audit.questions.values() if q.about is about and q.id in chosen and q.in_force]
    devices = _devices(audit, values)
    match about:
        case About.DEVICE:
            named = [d for d in devices if not values["subject"] or d.id in values["subject"]]
            named += [Device(id=name) for name in values["subject"] if name not in {d.id for d in devices}]
            return form.of_devices(named, asked, lang)
        case About.ROLE:
            return form.of_roles(asked, lang)
        case About.ORGANISATION:
            known = (audit.settings.organisation or {}).get("name", {})
            return form.of_organisation(audit.organisation, known.get(lang, audit.organisation), asked)
        case _:
            known = places.once([*audit.rooms(), *places.sites(d.site for d in devices)])
            wanted = places.named(about, values["subject"])
            if wanted:
                titles = {(place.about, place.id): place for place in known}
                known = [titles.get((place.about, place.id), place) for place in wanted]
            return form.of_places(about, known, asked)


def _devices(audit: Audit, values: dict[str, Any]) -> list[Device]:
    inventory = options.to_inventory(values)
    return audit.devices(inventory) if inventory is not None else []


def _take(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.attestations import take
        from infra_audit.cli.run import error_text

        audit = Audit(options.to_settings(lang, values))
        forms = [take.read(path) for path in values["forms"]]
        wrong = [problem for filled in forms for problem in take.problems(filled, audit.questions, audit.today)]
        for problem in wrong:
            output.say(error_text(problem, lang))
        if wrong:  # all or nothing: a person corrects the forms and takes them in again
            output.say(text("cli", "attest.take.nothing", lang, problems=len(wrong)))
            return Exit.INPUT
        for filled in forms:
            file, count = take.take(filled, values["into"])
            code = "done" if file is not None else "known" if count else "empty"
            output.say(text("cli", f"attest.take.{code}", lang, form=filled.path, file=file, answers=count))
        return Exit.OK

    params = [
        click.Argument(["forms"], nargs=-1, required=True, type=options.AnyPath(), metavar="FORM..."),
        options.option(lang, "--into", type=_FOLDER, required=True),
        *_rules(lang),
    ]
    return Command("take", lang, params=params, callback=run, code="attest.take")


def _list(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.attestations import listing, places

        audit = Audit(options.to_settings(lang, values))
        if audit.answers is None:
            raise UsageError("usage.no_attestations")
        devices = _devices(audit, values)
        known = places.once([*audit.rooms(), *places.sites(d.site for d in devices)])
        rows = list(listing.rows(audit.answers, known, devices, audit.organisation))
        output.write(rows, "attestations", lang, values)
        counts = {state: sum(row["state"] == state for row in rows) for state in STATES}
        output.say(text("cli", "attest.list.done", lang, **counts))
        return Exit.INCOMPLETE if counts["overdue"] or counts["unanswered"] else Exit.OK

    params = [*_attestations(lang), *_known(lang), *_rules(lang), *options.output(lang)]
    return Command("list", lang, params=params, callback=run, code="attest.list")


STATES = ("valid", "due_soon", "overdue", "unanswered")


def _check(lang: Language) -> click.Command:
    def run(**values: Any) -> Exit:
        from infra_audit.attestations import store

        settings = options.to_settings(lang, values)
        if settings.attestations is None:
            raise UsageError("usage.no_attestations")
        files = store.names(settings.attestations)
        broken = store.verify(settings.attestations)
        if broken or values["format"] != "table":
            output.write([one.to_json() for one in broken], "kept_files", lang, values)
        output.say(text("cli", "attest.check.done", lang, files=len(files), broken=len(broken)))
        return Exit.INTEGRITY if broken else Exit.OK

    params = [*_attestations(lang), *(p for p in _rules(lang) if p.name == "config"), *options.output(lang)]
    return Command("check", lang, params=params, callback=run, code="attest.check")


def _attestations(lang: Language) -> list[click.Parameter]:
    return [p for p in options.judging(lang) if p.name == "attestations"]
