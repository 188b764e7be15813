"""One rule as a page for a reader: what it asks, by which clause, why, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_audit import yamlfile
from infra_audit.cli.output import terminal_width
from infra_audit.cli.rule_words import judged
from infra_audit.model.rule import Rule
from infra_audit.model.standard import Catalogue, Clause
from infra_audit.reports.columns import reason_text
from infra_audit.texts import Language, said, text
from infra_audit.texts.layout import wrap

Areas = Mapping[str, frozenset[str]]
"""Areas of the facts that each platform gives."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page: a label of texts/cli.yaml, and its lines."""

    label: str
    lines: tuple[str, ...]
    code: bool = False
    """Text to be copied or compared: it is not wrapped."""


def rule_page(rule: Rule, known: Catalogue, lang: Language, areas: Areas | None = None) -> Iterator[str]:
    """Yield the lines of the page."""
    yield rule.id
    yield rule.title[lang]
    yield ""
    for part in parts(rule, known, lang, areas or {}):
        yield text("cli", f"rule.{part.label}", lang)
        for line in part.lines:
            indent = " " * (4 + len(line) - len(line.lstrip(" ")))
            rows = [line.lstrip(" ")] if part.code else wrap(line.lstrip(" "), terminal_width() - len(indent))
            yield from (f"{indent}{row}".rstrip() for row in rows)


def parts(rule: Rule, known: Catalogue, lang: Language, areas: Areas) -> Iterator[Part]:
    """Yield the parts of the page that have something to say."""
    for part in _all_parts(rule, known, lang, areas):
        if part.lines:
            yield part


def _all_parts(rule: Rule, known: Catalogue, lang: Language, areas: Areas) -> Iterator[Part]:
    yield Part("force", (_force(rule, lang),))
    yield Part("severity", (severity(rule, lang),))
    yield Part("clauses", tuple(_clause(name, known, lang) for name in rule.clauses))
    yield Part("conditions", tuple(_condition(name, known, lang) for name in rule.conditions))
    if rule.kinds:
        yield Part("kinds", (", ".join(text("reports", f"kind.{kind}", lang) for kind in rule.kinds),))
    yield Part("in_force", tuple(_in_force(rule, lang)))
    if rule.question:
        yield Part("question", (rule.question[lang],))
    yield Part("judged", tuple(judged(rule, lang)))
    yield Part("needs", (", ".join(rule.needs),) if rule.needs else ())
    yield Part("parameters", tuple(_parameters(rule, lang)))
    yield Part("rationale", (rule.rationale[lang],))
    yield Part("remediation", tuple(remediation(rule, lang)), code=True)
    yield Part("examples", tuple(_yaml(rule.definition.get("examples", ()))), code=True)
    yield Part("counterexamples", tuple(_yaml(rule.definition.get("x-counterexamples", ()))), code=True)
    yield Part("unknown", tuple(_yaml(rule.definition.get("x-unknown", ()))), code=True)
    yield Part("related", tuple(related(rule, known, lang)))
    given, lacking = giving(rule, areas)
    if areas:
        yield Part("platforms", (", ".join(given) or text("cli", "rule.no_platform", lang),))
        yield Part("platforms_lacking", (", ".join(lacking),) if lacking else ())


def _force(rule: Rule, lang: Language) -> str:
    state = text("reports", f"force.{rule.force}", lang)
    return f"{state}: {reason_text(rule.idle.to_json(), lang)}" if rule.idle else state


def severity(rule: Rule, lang: Language) -> str:
    """Return the severity with what differs by zone."""
    zones = [
        f"{zone}: {text('reports', f'severity.{severity}', lang)}" for zone, severity in rule.zone_severity.items()
    ]
    return ", ".join([text("reports", f"severity.{rule.severity}", lang), *zones])


def remediation(rule: Rule, lang: Language) -> Iterator[str]:
    """Yield the suggestions by platform, as they would be typed."""
    for name, value in rule.remediation.items():
        yield f"{name}:"
        yield from (f"  {line}" for line in said(value, lang).strip("\n").split("\n"))


def related(rule: Rule, known: Catalogue, lang: Language) -> Iterator[str]:
    """Yield what the clauses of the rule answer to elsewhere, a line a clause there: never more than `related`."""
    found: dict[str, str] = {}
    for name in rule.clauses:
        clause = known.clauses.get(name)
        for other in clause.crosswalk if clause else ():
            strength = clause.strength.get(other, "") if clause else ""
            if found.get(other) != "full":
                found[other] = strength
    for other, strength in found.items():
        mark = f"{text('reports', f'strength.{strength}', lang)} " if strength else ""
        yield f"{mark}{_clause(other, known, lang)}"


def giving(rule: Rule, areas: Areas) -> tuple[list[str], list[str]]:
    """Return the platforms that give every area the rule needs, and those that give only some of them."""
    needs = set(rule.needs)
    given = [name for name, found in sorted(areas.items()) if needs <= found]
    return given, [name for name, found in sorted(areas.items()) if needs & found and not needs <= found]


def _in_force(rule: Rule, lang: Language) -> Iterator[str]:
    for name, values in rule.in_force.to_json().items():
        yield text("cli", f"rule.in_force.{name}", lang, names=", ".join(values))


def _parameters(rule: Rule, lang: Language) -> Iterator[str]:
    stated: Mapping[str, Any] = rule.definition["x-infra-audit"].get("parameters", {})
    for name, value in rule.parameters.items():
        entry = stated.get(name, {})
        shown = text("reports", "asked.unset", lang) if value in (None, []) else _plain(value)
        yield text("cli", "rule.parameter", lang, name=name, value=shown)
        bounds = _bounds(entry.get("schema", {}), lang)
        if bounds:
            yield f"  {text('cli', 'rule.bounds', lang, bounds=bounds)}"
        if entry.get("why"):
            yield f"  {said(entry['why'], lang)}"


def _bounds(schema: Mapping[str, Any], lang: Language) -> str:
    """Return the range that a municipality may choose from."""
    least = schema.get("minimum", schema.get("minItems"))
    most = schema.get("maximum", schema.get("maxItems"))
    choices = schema.get("enum") or schema.get("items", {}).get("enum")
    if choices:
        return _plain(choices)
    if least is None and most is None:
        return ""
    code = "rule.range_items" if "minItems" in schema or "maxItems" in schema else "rule.range"
    return text("cli", code, lang, least="" if least is None else least, most="" if most is None else most)


def _plain(value: Any) -> str:
    return ", ".join(_plain(v) for v in value) if isinstance(value, list | tuple) else str(value)


def _yaml(cases: Sequence[Any]) -> list[str]:
    return [line for case in cases for line in yamlfile.dumps([case]).rstrip("\n").split("\n")]


def _clause(name: str, known: Catalogue, lang: Language) -> str:
    clause: Clause | None = known.clauses.get(name)
    return f"{name} {clause.title[lang]}" if clause and clause.title else name


def _condition(name: str, known: Catalogue, lang: Language) -> str:
    condition = known.conditions.get(name)
    return f"{name} {condition.title[lang]}" if condition and condition.title else name
