"""One platform as a page: `platform show` on a terminal, and docs/platforms in Markdown. Nothing of any platform stands here."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra_audit.collectors.commands import commands
from infra_audit.model.platform import Platform
from infra_audit.parsers.describe import describe, given_areas
from infra_audit.registry import REPORTS, Registry
from infra_audit.reports.interface import Output, Record
from infra_audit.texts import LANGUAGES, Language, text
from infra_audit.texts.layout import wrap


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a page: a heading, and a paragraph or a table."""

    heading: str
    """Code of texts/cli.yaml, without `page.`."""
    paragraph: str = ""
    kind: str = ""
    """Kind of the records (reports/columns.py); empty: there is no table."""
    records: tuple[Record, ...] = ()


def parts(platform: Platform, lang: Language) -> Iterator[Part]:
    """Yield the parts of the page of a platform, empty ones too: that there is nothing is worth knowing."""
    record = describe(platform)
    yield Part("about", "\n".join(_about(record, lang)))
    yield Part("basis", record["basis"][lang] if record["basis"] else text("reports", "label.not_stated", lang))
    yield Part("sent", kind="sent", records=tuple(commands(platform)))
    yield Part("template_files", kind="templates", records=tuple(record["template_files"]))
    yield Part("defaults", kind="defaults", records=tuple(record["defaults"]))
    yield Part("statements", kind="statements", records=tuple(record["statements"]))
    yield Part("not_parsed_yet", kind="not_parsed_yet", records=tuple(record["not_parsed_yet"]))
    yield Part("counts", "\n".join(_counts(record, lang)))


def _about(record: Mapping[str, Any], lang: Language) -> Iterator[str]:
    yield _said("title", lang, value=record["title"][lang])
    yield _said("kind", lang, value=text("reports", f"kind.{record['default_kind']}", lang))
    yield _said("aliases", lang, value=", ".join(record["aliases"]))
    way = next((name for name in ("netmiko", "playbook") if record[name]), None)
    yield _said(f"collected.{way or 'files'}", lang, value=record[way] if way else "")
    privilege = record["privilege"]
    levels = " / ".join(privilege.values()) if privilege else text("reports", "label.not_stated", lang)
    yield _said("privilege", lang, value=levels)
    yield _said("areas", lang, value=", ".join(record["areas"]))


def _counts(record: Mapping[str, Any], lang: Language) -> Iterator[str]:
    yield _said("count.irrelevant", lang, value=record["ignored"]["irrelevant"])
    yield _said("count.not_parsed_yet", lang, value=record["ignored"]["not_parsed_yet"])
    yield _said("count.absent", lang, value=len(record["absent"]))
    yield _said("count.secrets", lang, value=record["secrets"])
    yield _said("count.derive", lang, value=", ".join(record["derive"]) or "-")


def _said(code: str, lang: Language, **fields: object) -> str:
    return text("cli", f"page.{code}", lang, **fields)


def areas(platforms: Mapping[str, Platform]) -> Mapping[str, frozenset[str]]:
    """Return the areas of the facts that each platform gives."""
    return {name: given_areas(platform) for name, platform in platforms.items()}


def on_terminal(platform: Platform, lang: Language, columns: int) -> str:
    """Return the page for a terminal."""
    shown = []
    for part in parts(platform, lang):
        lines = [line for line in part.paragraph.split("\n") if line]
        body = "\n".join(f"  {row}" for line in lines for row in wrap(line, columns - 2))
        shown.append(f"{_said(part.heading, lang)}\n{_table(part, lang, 'table', columns) if part.kind else body}")
    return "\n\n".join(page.rstrip("\n") for page in shown) + "\n"


def markdown(platform: Platform) -> str:
    """Return the page in Markdown, in each language after the other."""
    lines = [f"# {platform.data['title']['ja']}", "", _said("generated", "ja"), _said("generated", "en")]
    for lang in LANGUAGES:
        for part in parts(platform, lang):
            lines += ["", f"## {_said(part.heading, lang)}", ""]
            lines += [f"- {line}" for line in part.paragraph.split("\n") if line] if not part.kind else []
            lines += [_table(part, lang, "markdown", 0).rstrip("\n")] if part.kind else []
    return "\n".join(lines) + "\n"


def index(platforms: Mapping[str, Platform]) -> str:
    """Return the page that lists all platforms, in each language after the other."""
    lines = [
        f"# {_said('index', 'ja')} / {_said('index', 'en')}",
        "",
        _said("generated", "ja"),
        _said("generated", "en"),
    ]
    for lang in LANGUAGES:
        lines += ["", f"## {_said('index', lang)}", "", _said("index.head", lang), "|---|---|---|---|---|"]
        for name, platform in sorted(platforms.items()):
            record = describe(platform)
            basis = record["basis"][lang] if record["basis"] else text("reports", "label.not_stated", lang)
            kind = text("reports", f"kind.{record['default_kind']}", lang)
            lines.append(
                f"| [{name}]({name}.md) | {record['title'][lang]} | {kind} | {len(record['areas'])} | {basis} |"
            )
    return "\n".join(lines) + "\n"


def _table(part: Part, lang: Language, format_name: str, columns: int) -> str:
    if not part.records:
        return f"  {_said('none', lang)}" if format_name == "table" else _said("none", lang)
    stream = io.StringIO()
    Registry(REPORTS).load(format_name)(part.records, Output(kind=part.kind, lang=lang, stream=stream, width=columns))
    return stream.getvalue()
