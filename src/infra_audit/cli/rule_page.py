"""One rule as a page for a reader: what it asks, by which clause, why, and what to do."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra_audit.cli.output import terminal_width
from infra_audit.model.rule import Rule
from infra_audit.model.standard import Catalogue
from infra_audit.texts import Language, said, text
from infra_audit.texts.layout import wrap


def rule_page(rule: Rule, known: Catalogue, lang: Language) -> Iterator[str]:
    """Yield the lines of the page."""
    yield rule.id
    yield rule.title[lang]
    yield ""
    for label, content in _parts(rule, known, lang):
        lines = wrap(content, terminal_width() - 4)
        yield text("cli", f"rule.{label}", lang)
        yield from (f"    {line}" for line in lines)


def _parts(rule: Rule, known: Catalogue, lang: Language) -> Iterator[tuple[str, str]]:
    yield "severity", _severity(rule, lang)
    yield "clauses", "\n".join(_clause(name, known, lang) for name in rule.clauses)
    yield "conditions", ", ".join(rule.conditions)
    if rule.kinds:
        yield "kinds", ", ".join(text("reports", f"kind.{kind}", lang) for kind in rule.kinds)
    yield "needs", ", ".join(rule.needs)
    if rule.parameters:
        yield "parameters", "\n".join(f"{name}: {value}" for name, value in rule.parameters.items())
    yield "rationale", rule.rationale[lang]
    if rule.remediation:
        yield "remediation", "\n".join(f"{name}: {_said(value, lang)}" for name, value in rule.remediation.items())


def _severity(rule: Rule, lang: Language) -> str:
    zones = [
        f"{zone}: {text('reports', f'severity.{severity}', lang)}" for zone, severity in rule.zone_severity.items()
    ]
    return ", ".join([text("reports", f"severity.{rule.severity}", lang), *zones])


def _clause(name: str, known: Catalogue, lang: Language) -> str:
    clause = known.clauses.get(name)
    return f"{name} {clause.title[lang]}" if clause else name


def _said(value: str | Mapping[str, Any], lang: Language) -> str:
    return " / ".join(line.strip() for line in said(value, lang).strip().split("\n"))
