"""Findings for a terminal: each one with clause, severity, expected and seen value, and the lines that decide."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from infra_audit.reports.asked import asked, seen_value
from infra_audit.reports.column import word
from infra_audit.reports.columns import attested, reason_text, spans, statutory, waived, waiver_text
from infra_audit.reports.interface import Output, Record
from infra_audit.texts import text
from infra_audit.texts.layout import printable, wrap

_ITEMS = 5
"""Items shown of one finding; all of them with `Output.all`."""
_NAMES = 3
"""Rule ids named where many lack evidence."""
_VALUES = 6
"""Areas or facts named where many are missing for one cause."""
_LINES = 8
"""Lines shown of one piece of evidence; all of them with `Output.all`."""


def write(records: Iterable[Record], output: Output) -> None:
    """Write failing findings in full, missing evidence by subject and cause, passes only when all is asked for."""
    silent: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        if record["verdict"] == "no_evidence" and not output.all:
            silent[record["subject"]["id"], _cause(record)].append(record)
        elif record["verdict"] == "fail" or output.all:
            output.stream.write("\n".join(_block(record, output)) + "\n\n")
    for (subject, _), found in silent.items():
        output.stream.write("\n".join(_silence(subject, found, output)) + "\n")
    if silent:
        output.stream.write("\n")


_VARYING = ("area", "fact", "facts", "field", "fields", "pointer", "missing")
"""Fields of a reason that differ from rule to rule; what is equal in all others has one cause."""


def _cause(record: Record) -> str:
    reason = record["reason"] or {"code": "", "fields": {}}
    fixed = {name: value for name, value in reason["fields"].items() if name not in _VARYING}
    return json.dumps([reason["code"], fixed], sort_keys=True)


def _silence(subject: str, found: list[Record], output: Output) -> list[str]:
    """Return the lines for all rules of a subject that lack evidence for one cause."""
    reason = found[0]["reason"]
    merged = dict(reason["fields"]) if reason else {}
    for name in set(merged) & set(_VARYING):
        merged[name] = _few(
            list(dict.fromkeys(v for r in found for v in _listed(r["reason"]["fields"].get(name)))), output
        )
    said = reason_text({"code": reason["code"], "fields": merged}, output.lang) if reason else ""
    head = f"{word('verdict', 'no_evidence', output.lang)}  {printable(subject)}: {printable(said)}"
    names = ", ".join(r["rule"] for r in found[:_NAMES]) + (" ..." if len(found) > _NAMES else "")
    rules = text("reports", "block.rules", output.lang, count=len(found), names=names)
    return [*_indented(head, "", output), *_indented(rules, "    ", output)]


def _few(values: list[Any], output: Output) -> list[Any]:
    if len(values) <= _VALUES:
        return values
    return [*values[: _VALUES - 1], text("reports", "block.others", output.lang, count=len(values) - _VALUES + 1)]


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _block(record: Record, output: Output) -> list[str]:
    lang = output.lang
    title = record["title"].get(lang) or next(iter(record["title"].values()))
    head = f"{word('verdict', record['verdict'], lang)} [{word('severity', record['severity'], lang)}] {record['rule']}"
    if waived(record):
        head += f" ({word('label', 'waived', lang)})"
    lines = [head, *_indented(title, "  ", output)]
    subject = record["subject"]
    about = [
        word("kind", subject["kind"], lang) if subject.get("kind") else "",
        subject.get("platform", ""),
        *subject.get("zones", []),
    ]
    lines += _labelled("subject", f"{subject['id']} ({', '.join(a for a in about if a)})", output)
    lines += _labelled("clauses", ", ".join(record["clauses"]), output)
    if record["verdict"] == "fail" and record.get("statutory"):
        lines += _labelled("statutory", statutory(record, lang), output)
    if record["reason"]:
        lines += _labelled("reason", reason_text(record["reason"], lang), output)
    if record["checked"] > 1:
        counts = text(
            "reports",
            "block.counts",
            lang,
            checked=record["checked"],
            failing=record["failing"],
            unknown=record["unknown"],
        )
        lines += _labelled("counts", counts, output)
    items = record["items"] if output.all else record["items"][:_ITEMS]
    for item in items:
        lines += _item(item, output)
    if len(items) < len(record["items"]):
        lines.append("  " + text("reports", "block.more_items", lang, count=len(record["items"]) - len(items)))
    if not items and record["verdict"] == "pass":
        lines += _evidence(record["evidence"], output)
    return lines


def _item(item: Mapping[str, Any], output: Output) -> Iterator[str]:
    yield from _indented(item["key"], "  ", output)
    lang = output.lang
    seen = word("label", "not_seen", lang) if item["status"] == "unknown" else seen_value(item["seen"], lang)
    yield from _indented(
        f"{word('label', 'expected', lang)}: {asked(item['expected'], lang)}   {word('label', 'seen', lang)}: {seen}",
        "    ",
        output,
    )
    if item.get("reason"):
        yield from _indented(reason_text(item["reason"], lang), "    ", output)
    if item.get("waiver"):
        yield from _indented(waiver_text(item["waiver"], lang), "    ", output)
    yield from _evidence(item["evidence"], output)


def _evidence(evidence: list[Mapping[str, Any]], output: Output) -> Iterator[str]:
    """Yield the lines that decide, each artefact named once, then what was searched or given."""
    lines: dict[str, dict[int, str]] = {}
    rest: dict[str, None] = {}
    for leaf in evidence:
        if leaf["kind"] == "lines":
            numbers = [n for first, last in leaf["lines"] for n in range(first, last + 1)]
            lines.setdefault(leaf["artifact"], {}).update(zip(numbers, leaf.get("text", []), strict=False))
        else:
            rest[_searched(leaf, output)] = None
    for artifact, texts in lines.items():
        yield f"    {printable(artifact)}"
        shown = sorted(texts) if output.all else sorted(texts)[:_LINES]
        for number in shown:
            yield f"    {number:>6} | {printable(texts[number])}"
        if len(shown) < len(texts):
            yield "           " + text("reports", "block.more_lines", output.lang, count=len(texts) - len(shown))
    for said in rest:
        yield from _indented(said, "    ", output)


_GIVEN = ("statement", "inventory", "flag", "assumed")
"""Sources of a value that no line gives, each with a text of its own."""


def _searched(leaf: Mapping[str, Any], output: Output) -> str:
    if "attested" in leaf:
        return attested(leaf, output.lang)
    names = ("artifact", "document", "template", "source", "place", "since", "until")
    fields = {name: leaf.get(name) or "" for name in names}
    given = leaf["kind"] == "given" and leaf.get("source") in _GIVEN
    code = f"evidence.given.{leaf['source']}" if given else f"evidence.{leaf['kind']}"
    if leaf["kind"] == "given":
        code += "_unconfirmed" if leaf["source"] == "statement" and leaf.get("confirmed") is False else ""
    elif "document" in leaf:
        code += "_unconfirmed" if leaf.get("confirmed") is False else "_document"
    return text("reports", code, output.lang, **fields, lines=spans(leaf.get("lines", [])))


def _labelled(label: str, content: str, output: Output) -> list[str]:
    return _indented(f"{word('label', label, output.lang)}: {content}", "  ", output)


def _indented(content: str, indent: str, output: Output) -> list[str]:
    return [indent + line for line in wrap(printable(content), output.width - len(indent))]
