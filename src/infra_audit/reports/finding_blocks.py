"""Findings for a terminal: each one with clause, severity, expected and seen value, and the lines that decide."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from infra_audit.reports.asked import asked
from infra_audit.reports.columns import reason_text, word
from infra_audit.reports.interface import Output, Record
from infra_audit.reports.layout import printable, wrap
from infra_audit.texts import text

_ITEMS = 5
"""Items shown of one finding; all of them with `Output.all`."""
_LINES = 8
"""Lines shown of one piece of evidence; all of them with `Output.all`."""


def write(records: Iterable[Record], output: Output) -> None:
    """Write failing findings in full, missing evidence by subject and reason, passes only when all is asked for."""
    silent: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in records:
        if record["verdict"] == "no_evidence" and not output.all:
            reason = reason_text(record["reason"], output.lang) if record["reason"] else ""
            silent[record["subject"]["id"], reason].append(record["rule"])
        elif record["verdict"] == "fail" or output.all:
            output.stream.write("\n".join(_block(record, output)) + "\n\n")
    for (subject, reason), rules in silent.items():
        output.stream.write("\n".join(_silence(subject, reason, rules, output)) + "\n")
    if silent:
        output.stream.write("\n")


def _silence(subject: str, reason: str, rules: list[str], output: Output) -> list[str]:
    head = f"{word('verdict', 'no_evidence', output.lang)}  {printable(subject)}: {printable(reason)}"
    names = text(
        "reports",
        "block.rules",
        output.lang,
        count=len(rules),
        names=", ".join(rules[:3]) + (" ..." if len(rules) > 3 else ""),
    )
    return [*_indented(head, "", output), *_indented(names, "    ", output)]


def _block(record: Record, output: Output) -> list[str]:
    lang = output.lang
    title = record["title"].get(lang) or next(iter(record["title"].values()))
    head = f"{word('verdict', record['verdict'], lang)} [{word('severity', record['severity'], lang)}] {record['rule']}"
    lines = [head, *_indented(title, "  ", output)]
    subject = record["subject"]
    about = [
        word("kind", subject["kind"], lang) if subject.get("kind") else "",
        subject.get("platform", ""),
        *subject.get("zones", []),
    ]
    lines += _labelled("subject", f"{subject['id']} ({', '.join(a for a in about if a)})", output)
    lines += _labelled("clauses", ", ".join(record["clauses"]), output)
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
        lines += [line for e in record["evidence"] for line in _evidence(e, output)]
    return lines


def _item(item: Mapping[str, Any], output: Output) -> Iterator[str]:
    yield from _indented(item["key"], "  ", output)
    lang = output.lang
    seen = word("label", "not_seen", lang) if item["status"] == "unknown" else value(item["seen"])
    yield from _indented(
        f"{word('label', 'expected', lang)}: {asked(item['expected'], lang)}   {word('label', 'seen', lang)}: {seen}",
        "    ",
        output,
    )
    if item.get("reason"):
        yield from _indented(reason_text(item["reason"], lang), "    ", output)
    shown: set[tuple[str, str]] = set()
    for evidence in item["evidence"]:
        identity = (str(evidence.get("artifact")), str(evidence.get("lines")))
        if identity not in shown:
            shown.add(identity)
            yield from _evidence(evidence, output)


def value(seen: object) -> str:
    """Return a JSON value as a configuration reader writes it."""
    import json

    return printable(json.dumps(seen, ensure_ascii=False))


def _evidence(evidence: Mapping[str, Any], output: Output) -> Iterator[str]:
    lang = output.lang
    if evidence["kind"] == "lines":
        yield f"    {printable(evidence['artifact'])}"
        numbers = [n for first, last in evidence["lines"] for n in range(first, last + 1)]
        pairs = list(zip(numbers, evidence.get("text", []), strict=False))
        for number, line in pairs if output.all else pairs[:_LINES]:
            yield f"    {number:>6} | {printable(line)}"
        if len(pairs) > _LINES and not output.all:
            yield "           " + text("reports", "block.more_lines", lang, count=len(pairs) - _LINES)
        return
    fields = {
        name: evidence.get(name) or ""
        for name in ("artifact", "document", "template", "source", "place", "since", "until")
    }
    yield from _indented(text("reports", f"evidence.{evidence['kind']}", lang, **fields), "    ", output)


def _labelled(label: str, content: str, output: Output) -> list[str]:
    return _indented(f"{word('label', label, output.lang)}: {content}", "  ", output)


def _indented(content: str, indent: str, output: Output) -> list[str]:
    return [indent + line for line in wrap(printable(content), output.width - len(indent))]
