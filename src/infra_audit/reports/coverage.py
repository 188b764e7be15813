"""Cells of the coverage matrix and of the audit table."""

from collections.abc import Callable

from infra_audit.reports.column import Column, word
from infra_audit.reports.interface import Record
from infra_audit.texts import Language, text

RULES_SHOWN, SUBJECTS_SHOWN = 4, 3
"""Named in the cell of what was found; a row that is higher than a page prints only in part."""


def counts(*names: str, extra: bool = False) -> tuple[Column, ...]:
    """Return a column for each of some counts; where a record does not count it the cell is empty."""
    return tuple(Column(name, _count(name), right=True, extra=extra) for name in names)


def _count(name: str) -> Callable[[Record, Language], str]:
    return lambda record, _: str(record["counts"].get(name, ""))


def modes(record: Record, lang: Language) -> str:
    """Return how a clause is shown to be kept."""
    return "/".join(word("mode_short", mode, lang) for mode in record["mode"])


def outcome(record: Record, lang: Language) -> str:
    """Return the result; where nothing was judged, whether that is because nothing is to be."""
    if record["result"]:
        return word("result", record["result"], lang)
    modes = record.get("mode")
    return word("mode", "out_of_scope", lang) if modes == ["out_of_scope"] else word("result", "none", lang)


def assessment(record: Record, lang: Language) -> str:
    """Return the result; a pass that rests on some of the conditions only says on how many."""
    partly = record["result"] == "pass" and record["counts"]["conditions_with_rule"] < record["counts"]["conditions"]
    told = outcome(record, lang)
    return f"{told}\n{text('reports', 'audit.of_conditions', lang, of=conditions(record, lang))}" if partly else told


def conditions(record: Record, _: Language) -> str:
    """Return how many of the conditions a rule asks for."""
    found = record["counts"]
    return f"{found['conditions_with_rule']}/{found['conditions']}" if found["conditions"] else ""


def why(record: Record, lang: Language) -> str:
    """Return why a clause is not judged."""
    return str(record["why"].get(lang, ""))


def related(record: Record, lang: Language) -> str:
    """Return the clauses that lead to a control, each with how far it answers it."""
    return "\n".join(f"{word('strength', r['strength'], lang)} {r['clause']}" for r in record["related"])


def sections(record: Record, _: Language) -> str:
    """Return the sections whose clauses lead to a field of the law."""
    return ", ".join(dict.fromkeys(name.partition("(")[0] for name in record["related"]))


def zone(record: Record, lang: Language) -> str:
    """Return the zone, or that none is known."""
    return record["zone"] or text("reports", "label.no_zone", lang)


def heading(record: Record, lang: Language) -> str:
    """Return the three levels of headings above an audit item, one a line."""
    return "\n".join(f"{h['number']} {h.get(lang, '')}".rstrip() for h in record["headings"])


def required(record: Record, _: Language) -> str:
    """Return the mark of what is mandatory."""
    return "○" if record["required"] else ""


def documents(record: Record, lang: Language) -> str:
    """Return the documents to look at, each with a box to tick."""
    return "\n".join(f"□ {document[lang]}" for document in record["documents"])


def methods(record: Record, lang: Language) -> str:
    """Return how it is audited."""
    return "\n".join(f"[{word('method', m['by'], lang)}] {m[lang]}" for m in record["methods"])


def note(record: Record, lang: Language) -> str:
    """Return what to mind."""
    return str(record["note"].get(lang, ""))


def statute(record: Record, _: Language) -> str:
    """Return the fields of the law, such as 5号."""
    return ", ".join(f"{name.rpartition('-')[2]}号" for name in record["statute"])


def artifacts(record: Record, lang: Language) -> str:
    """Return the artefacts with the beginning of their digests."""
    named = [f"{a['artifact']} ({a['sha256'][:12]})" for a in record["artifacts"]]
    return "\n".join([*named, *_more(record["artifacts_more"], lang)])


def subjects(record: Record, lang: Language) -> str:
    """Return the subjects that were judged."""
    return ", ".join([*record["subjects"], *_more(record["subjects_more"], lang)])


def found(record: Record, lang: Language) -> str:
    """Return what each rule found: the first of those that fail or lack evidence one by one, the others counted."""
    rules = record["found"]
    open_ones = sorted((r for r in rules if r["fail"] or r["no_evidence"]), key=lambda r: not r["fail"])
    shown = open_ones[:RULES_SHOWN]
    lines = [f"・{rule['title'].get(lang, rule['rule'])}: {_tally(rule, lang)}" for rule in shown]
    if len(open_ones) > len(shown):
        lines.append(text("reports", "audit.more_rules", lang, count=len(open_ones) - len(shown)))
    passing = sum(1 for rule in rules if rule not in open_ones and rule["counts"]["pass"])
    idle = len(rules) - len(open_ones) - passing
    for code, count in (("passing", passing), ("not_applicable", idle)):
        if count:
            lines.append(text("reports", f"audit.{code}", lang, count=count))
    asked = record["counts"]
    if asked["conditions"]:
        done = {"asked": asked["conditions"], "judged": asked["conditions_with_rule"]}
        lines.append(text("reports", "audit.conditions", lang, **done))
    return "\n".join([*lines, *([why(record, lang)] if record["why"] else [])])


def _tally(rule: Record, lang: Language) -> str:
    parts = []
    for verdict in ("fail", "no_evidence"):
        if rule[verdict]:
            count, named_ones = rule["counts"][verdict], rule[verdict][:SUBJECTS_SHOWN]
            named = ", ".join([*named_ones, *_more(count - len(named_ones), lang)])
            parts.append(f"{word('verdict', verdict, lang)} {count} ({named})")
    parts += [f"{word('verdict', v, lang)} {rule['counts'][v]}" for v in ("pass",) if rule["counts"][v]]
    if rule["waived"]:
        parts.append(f"{text('reports', 'column.waived', lang)} {rule['waived']}")
    return text("reports", "audit.separator", lang).join(parts)


def _more(count: int, lang: Language) -> list[str]:
    return [text("reports", "block.others", lang, count=count)] if count > 0 else []
