"""Forms to be filled in by persons: one sheet a room, site, group of devices or role."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_audit.attestations import store
from infra_audit.attestations.documents import Place
from infra_audit.attestations.questions import Question
from infra_audit.errors import InputError
from infra_audit.model.attestation import About
from infra_audit.model.device import Device
from infra_audit.texts import Language, text

FIELDS = ("answer", "answered_on", "by", "confirmed_by", "reason", "improvement", "evidence")
"""What a person fills in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSheet:
    """One page: whom or what it is about, and what is asked."""

    name: str
    """Short; unique within the form."""
    title: str
    about: About
    subjects: tuple[str, ...]
    questions: tuple[Question, ...]


def of_places(about: About, places: Iterable[Place], questions: Sequence[Question]) -> list[FormSheet]:
    """Return one sheet a room or site."""
    return [
        FormSheet(
            name=place.id,
            title=f"{place.title}（{place.id}）" if place.title else place.id,
            about=about,
            subjects=(place.id,),
            questions=tuple(questions),
        )
        for place in places
        if place.about is about
    ]


def of_devices(devices: Iterable[Device], questions: Sequence[Question], lang: Language) -> list[FormSheet]:
    """Return one sheet a kind of device; an answer speaks of all devices of the sheet."""
    groups: dict[str, list[str]] = {}
    for device in devices:
        groups.setdefault(device.kind or "", []).append(device.id)
    sheets = []
    for kind, names in sorted(groups.items()):
        asked = tuple(question for question in questions if question.concerns(kind or None))
        said = text("reports", f"kind.{kind}", lang) if kind else "-"
        title = text("attest", "form.devices", lang, kind=said, count=len(names), names=", ".join(sorted(names)))
        if asked:
            sheet = FormSheet(
                name=kind or "-", title=title, about=About.DEVICE, subjects=tuple(sorted(names)), questions=asked
            )
            sheets.append(sheet)
    return sheets


def of_roles(questions: Sequence[Question], lang: Language) -> list[FormSheet]:
    """Return one sheet a role."""
    roles = dict.fromkeys(question.role for question in questions)
    return [
        FormSheet(
            name=role,
            title=text("attest", f"role.{role}", lang),
            about=About.ROLE,
            subjects=(role,),
            questions=tuple(question for question in questions if question.role == role),
        )
        for role in roles
    ]


def of_organisation(name: str, title: str, questions: Sequence[Question]) -> list[FormSheet]:
    """Return the sheet of the whole organisation."""
    return [FormSheet(name=name, title=title, about=About.ORGANISATION, subjects=(name,), questions=tuple(questions))]


def write(sheets: Sequence[FormSheet], path: Path, lang: Language) -> None:
    """Write a form, as Excel or YAML by the ending of the name. Raises InputError when it cannot be written."""
    if path.suffix.lower() == ".xlsx":
        from infra_audit.attestations.form_xlsx import workbook

        content = workbook(sheets, lang)
    else:
        content = as_yaml(sheets, lang).encode()
    try:
        with path.open("xb") as stream:  # never over a form that somebody may have filled in
            stream.write(content)
    except FileExistsError as error:
        raise InputError("attestation.exists", file=str(path)) from error
    except OSError as error:
        raise InputError("output.unwritable", file=str(path), what=type(error).__name__) from error


def as_yaml(sheets: Sequence[FormSheet], lang: Language) -> str:
    """Return a form as YAML: the questions stand in comments above what is to be filled in."""
    entries: list[dict[str, Any]] = []
    notes: list[str] = []
    for sheet in sheets:
        for question in sheet.questions:
            head = {"question": question.id, "about": str(sheet.about), "subjects": list(sheet.subjects)}
            entries.append({**head, **dict.fromkeys(FIELDS)})
            role = text("attest", f"role.{question.role}", lang)
            notes.append(f"[{question.number}] {sheet.title} / {role}\n{question.text[lang]}")
    choice: Mapping[str, str] = {
        a: text("attest", f"answer.{a}", lang) for a in ("yes", "partly", "no", "not_applicable")
    }
    head_lines = [
        text("attest", "form.title", lang),
        text("attest", "form.how", lang),
        "answer: " + ", ".join(f"{value} = {said}" for value, said in choice.items()),
        *(f"{name}: {text('attest', f'column.{name}', lang)}" for name in FIELDS[1:]),
        'evidence: [{"file": "photo.jpg"}]',
    ]
    comment = "\n".join(f"# {line}" for line in head_lines)
    return f"{comment}\n{store.written({'answers': entries}, notes)}"
