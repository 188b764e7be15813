"""The columns of each kind of record, in one place for every format."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra_audit.reports import coverage
from infra_audit.reports.asked import asked, seen_value
from infra_audit.reports.column import Column, word
from infra_audit.reports.interface import Record
from infra_audit.texts import Language, said, text


def reason(record: Record, lang: Language) -> str:
    """Return the text of a record's reason, or an empty text."""
    data = record.get("reason")
    return reason_text(data, lang) if data else ""


def reason_text(data: Mapping[str, Any], lang: Language) -> str:
    """Return the text of one reason of the JSON contract."""
    fields = {name: _plain(value, lang) for name, value in data.get("fields", {}).items()}
    return text("reasons", data["code"], lang, **fields)


def _plain(value: object, lang: Language) -> str:
    """Join lists, and tell a reason inside a reason in full."""
    if isinstance(value, Mapping) and "code" in value:
        return reason_text(value, lang)
    if isinstance(value, list | tuple):
        return ", ".join(_plain(v, lang) for v in value)
    return str(value)


def _field(name: str) -> Callable[[Record, Language], str]:
    return lambda record, _: _cell(record.get(name))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return str(value)


def _said(topic: str, name: str) -> Callable[[Record, Language], str]:
    return lambda record, lang: word(topic, record[name], lang) if record.get(name) is not None else ""


def _side(name: str, absent: str) -> Callable[[Record, Language], str]:
    """Return the cell of one side of a change; `absent` is the kind of change for which this side holds nothing.

    A fact that is unset is told as such: it may mean "from anywhere", which an empty cell does not say.
    """

    def cell(record: Record, lang: Language) -> str:
        value = record.get(name)
        if record.get("layer") == "findings":
            return word("verdict", value, lang) if value is not None else ""
        if value is None and record.get("change") == absent:
            return ""
        return _cell(value) if isinstance(value, str | list) else seen_value(value, lang)

    return cell


def _title(record: Record, lang: Language) -> str:
    titles = record["title"]
    return str(titles.get(lang) or next(iter(titles.values()), ""))


def _subject(name: str) -> Callable[[Record, Language], str]:
    return lambda record, _: _cell(record["subject"].get(name))


def _places(record: Record, lang: Language) -> str:
    """Return every failing or unknown item with what was expected and seen, then what a pass takes on trust; one a line."""
    trusted = [f"{e['key']}: {said}" for e in record["evidence"] for said in _unconfirmed([e], lang)]
    answers = _attested(record["evidence"], lang)
    return "\n".join([*(_place(item, lang) for item in record["items"]), *dict.fromkeys([*trusted, *answers])])


def _place(item: Mapping[str, Any], lang: Language) -> str:
    seen = word("label", "not_seen", lang) if item["status"] == "unknown" else seen_value(item["seen"], lang)
    found = [(e["artifact"], e["lines"]) for e in item["evidence"] if e.get("artifact") and e.get("lines")]
    places = [f"{artifact}:{spans(lines)}" for artifact, lines in found]
    given = [*_unconfirmed(item["evidence"], lang), *_attested(item["evidence"], lang)]
    where = "; ".join(dict.fromkeys([*places, *given]))
    expected = f"{word('label', 'expected', lang)} {asked(item['expected'], lang)}"
    return f"{item['key']}: {expected}, {word('label', 'seen', lang)} {seen}" + (f" [{where}]" if where else "")


def attested(leaf: Mapping[str, Any], lang: Language) -> str:
    """Return who answered what, when, until when it counts and with which evidence files."""
    given = leaf["attested"]
    said = text(
        "reports",
        "evidence.given.attestation",
        lang,
        place=leaf.get("place") or "",
        answer=text("attest", f"answer.{given['answer']}", lang),
        answered_on=given["answered_on"],
        by=given["by"],
    )
    for name in ("due_on", "reason", "improvement"):
        if name in given:
            code = "until" if name == "due_on" else name
            said += text("reports", f"evidence.attested_{code}", lang, **{name: given[name]})
    return said + "".join(text("reports", "evidence.attested_file", lang, **file) for file in given["evidence"])


def _attested(evidence: list[Mapping[str, Any]], lang: Language) -> list[str]:
    return [attested(leaf, lang) for leaf in evidence if "attested" in leaf]


def _unconfirmed(evidence: list[Mapping[str, Any]], lang: Language) -> Iterator[str]:
    """Yield what is said of evidence that rests on no document that was read."""
    for leaf in evidence:
        if leaf.get("confirmed") is False:
            yield word("unconfirmed", leaf["kind"], lang)


def spans(lines: list[list[int]]) -> str:
    """Return line ranges as a reader writes them, such as 3,12-15."""
    return ",".join(f"{first}-{last}" if first != last else str(first) for first, last in lines)


def _command_title(record: Record, lang: Language) -> str:
    if record["step"] != "source":
        return word("step", record["step"], lang)
    return _title(record, lang) if record["title"] else _cell(record["source"])


def _privilege(record: Record, lang: Language) -> str:
    """Return the vendor's own word for the level, or the common one where the platform does not say it."""
    if record["step"] != "source":
        return ""
    return record["privilege"] or word("level", record["level"], lang)


def _reveals(record: Record, lang: Language) -> str:
    if record["step"] != "source":
        return text("reports", f"step_note.{record['step']}", lang, question=_plain_words(record["question"]))
    return record["reveals"][lang] if record["reveals"] else text("reports", "label.not_stated", lang)


def _versions(record: Record, lang: Language) -> str:
    """Return the versions that something holds for; empty where it holds for all."""
    since, until = record.get("since"), record.get("until")
    if since is None and until is None:
        return word("label", "all_versions", lang)
    return f"{since or ''} – {until or ''}".strip()


def _facts(record: Record, _: Language) -> str:
    return "\n".join(f"{fact['key']} = {json.dumps(fact['value'], ensure_ascii=False)}" for fact in record["facts"])


def _line_reason(record: Record, lang: Language) -> str:
    if record["state"] == "ignored":
        return f"{word('list', record['list'], lang)}: {said(record['why'] or record['pattern'], lang)}"
    return word("line_state", "refused", lang) if record["refused"] else ""


def _plain_words(pattern: str | None) -> str:
    """Return a pattern as a person reads it: what it escapes stands for itself."""
    return re.sub(r"\\(\W)", r"\1", pattern or "")


def _force(record: Record, lang: Language) -> str:
    """Return whether a rule judges, and what it waits for."""
    state = word("force", record["force"], lang)
    return f"{state}: {reason(record, lang)}" if record.get("reason") else state


def _overrides(record: Record, lang: Language) -> str:
    """Return what an organisation changed of a rule."""
    return "\n".join(
        ": ".join(part for part in (word("override", o["kind"], lang), o.get("name", ""), _sides(o, lang)) if part)
        for o in record["overrides"]
        if o["kind"] != "clauses"  # its clauses stand beside
    )


def _sides(override: Mapping[str, Any], lang: Language) -> str:
    if "after" not in override:
        return str(override.get("reason", ""))
    return f"{_told(override['before'], lang)} → {_told(override['after'], lang)}"


def _told(value: object, lang: Language) -> str:
    """Return a value of a rule as a reader says it: a severity by its words, a list by its elements."""
    if isinstance(value, Mapping) and "default" in value:
        zones = [f"{zone}: {word('severity', s, lang)}" for zone, s in value.get("zones", {}).items()]
        return ", ".join([word("severity", value["default"], lang), *zones])
    if isinstance(value, Mapping | bool):
        return json.dumps(value, ensure_ascii=False)
    return _cell(value)


def statutory(record: Record, lang: Language) -> str:
    """Return the fields of the ordinance that a finding answers to, each with whether 経過措置 applies."""
    found = record.get("statutory") or ()
    if not found:
        return ""
    told = [text("reports", f"statutory.{_TRANSITIONAL[f['transitional']]}", lang, field=f["field"]) for f in found]
    start = found[0]["from"]
    return text(
        "reports", "statutory.fields", lang, fields=text("reports", "statutory.and", lang).join(told), start=start
    )


_TRANSITIONAL = {True: "transitional", False: "binding", None: "unknown"}


def waiver_text(waiver: Mapping[str, Any], lang: Language) -> str:
    """Return what stands beside an item for which a waiver was approved, valid or not."""
    state = word("waiver_state", waiver["state"], lang)
    approver = waiver.get("approver") or text("reports", "waiver.nobody", lang)
    return text(
        "reports", "waiver.beside", lang, id=waiver["id"], state=state, until=waiver["until"], approver=approver
    )


def waived(record: Record) -> bool:
    """Say whether every failing item of a finding is closed by a valid waiver."""
    failing = [item for item in record["items"] if item["status"] == "failing"]
    return bool(failing) and all((item.get("waiver") or {}).get("state") == "valid" for item in failing)


def _waivers(record: Record, lang: Language) -> str:
    found = [waiver_text(item["waiver"], lang) for item in record["items"] if item.get("waiver")]
    return "\n".join(dict.fromkeys(found))


def _scope(record: Record, lang: Language) -> str:
    """Return what a waiver covers: subjects, zones, items; everything where it names none."""
    named = [_cell(record[name]) for name in ("subjects", "items", "pointers") if record[name]]
    if record["zones"]:
        named.insert(0, f"{text('reports', 'column.zones', lang)}: {_cell(record['zones'])}")
    return "\n".join(named) or text("reports", "waiver.everything", lang)


def _used(record: Record, lang: Language) -> str:
    return str(record["used"]) if record["looked_at"] else text("reports", "waiver.not_looked_at", lang)


_UNSEEN = ("not_collected", "unreadable")


def _problems(record: Record, lang: Language) -> str:
    """Return what was wrong with a target; of one that could not be read at all, why."""
    reasons = [a["complete_reason"] for a in record["artifacts"] if a["complete"] != "yes"]
    reasons += [problem["reason"] for problem in record["problems"]]
    if not record["line_counts"]:
        reasons += [c["reason"] for c in record["coverage"].values() if c["state"] in _UNSEEN and c.get("reason")][:1]
    return "\n".join(dict.fromkeys(reason_text(reason, lang) for reason in reasons))


FINDINGS = (
    Column("verdict", _said("verdict", "verdict")),
    Column("severity", _said("severity", "severity")),
    Column("subject", _subject("id")),
    Column("zones", _subject("zones")),
    Column("rule", _field("rule")),
    Column("title", _title),
    Column("method", lambda r, lang: word("method", r.get("mode", "automatic"), lang)),
    Column("clauses", _field("clauses")),
    Column("checked", _field("checked"), right=True),
    Column("failing", _field("failing"), right=True),
    Column("unknown", _field("unknown"), right=True),
    Column("reason", reason),
    Column("places", _places),
    Column("statutory", statutory, extra=True),
    Column("waivers", _waivers, extra=True),
)
SUBJECTS = (
    Column("subject", _field("id")),
    Column("kind", _said("kind", "kind")),
    Column("platform", _field("platform")),
    Column("fail", _field("fail"), right=True),
    Column("pass", _field("pass"), right=True),
    Column("no_evidence", _field("no_evidence"), right=True),
    Column("not_applicable", _field("not_applicable"), right=True),
)
CLAUSES = (
    Column("clause", _field("clause"), whole=True),
    Column("title", _title),
    Column("result", _said("result", "result")),
    Column("fail", lambda r, _: str(r["counts"]["fail"]), right=True),
    Column("pass", lambda r, _: str(r["counts"]["pass"]), right=True),
    Column("no_evidence", lambda r, _: str(r["counts"]["no_evidence"]), right=True),
    Column("not_applicable", lambda r, _: str(r["counts"]["not_applicable"]), right=True),
)
RULES = (
    Column("rule", _field("id"), whole=True),
    Column("title", _title),
    Column("severity", lambda r, lang: word("severity", r["severity"]["default"], lang)),
    Column("clauses", _field("clauses")),
    Column("in_force", _force),
    Column("overrides", _overrides),
    Column("kinds", _field("kinds"), extra=True),
    Column("needs", _field("needs"), extra=True),
)
RULE_CHANGES = (
    Column("change", _said("change", "change")),
    Column("rule", _field("rule"), whole=True),
    Column("title", _title, extra=True),
    Column("what", _said("rule_change", "what")),
    Column("name", _field("name")),
    Column("before", lambda r, lang: _told(r["before"], lang)),
    Column("after", lambda r, lang: _told(r["after"], lang)),
)
WAIVERS = (
    Column("id", _field("id"), whole=True),
    Column("state", _said("waiver_state", "state")),
    Column("rule", _field("rule"), whole=True),
    Column("scope", _scope),
    Column("covered", _used, right=True),
    Column("until", _field("until"), whole=True),
    Column("approver", _field("approver")),
    Column("owner", _field("owner")),
    Column("reason", _field("reason"), extra=True),
    Column("measure", _field("measure"), extra=True),
    Column("file", _field("file"), extra=True),
)
COVERAGE = (
    Column("clause", _field("clause"), whole=True),
    Column("title", _title),
    Column("mode", coverage.modes),
    Column("result", coverage.outcome, whole=True),
    *coverage.counts("fail", "pass", "no_evidence"),
    *coverage.counts("not_applicable", "not_in_force", "waived", extra=True),
    Column("judged_conditions", coverage.conditions, right=True, extra=True),
    Column("rules", lambda r, _: str(len(r["rules"])), right=True, extra=True),
    Column("out_of_scope", coverage.why, extra=True),
)
COVERAGE_AUDIT = (
    Column("audit_heading", coverage.heading),
    Column("number", _field("number"), right=True),
    Column("required", coverage.required, extra=True),
    Column("audit_item", lambda r, lang: str(r["item"][lang])),
    Column("audit_documents", coverage.documents, extra=True),
    Column("audit_methods", coverage.methods, extra=True),
    Column("example_number", _field("example"), extra=True),
    Column("jisq27002", _field("controls"), extra=True),
    Column("audit_note", coverage.note, extra=True),
    Column("artifacts", coverage.artifacts, extra=True),
    Column("audit_subjects", coverage.subjects, extra=True),
    Column("audit_found", coverage.found, extra=True),
    Column("assessment", coverage.assessment),
    Column("own_clause", _field("own_clauses"), extra=True),
    Column("statute", coverage.statute, extra=True),
)
COVERAGE_CONTROLS = (
    Column("related_control", _field("clause"), whole=True),
    Column("title", _title),
    Column("related_clauses", coverage.related, whole=True),
    Column("result", coverage.outcome),
    *coverage.counts("fail", "no_evidence"),
    *coverage.counts("pass", "not_applicable", extra=True),
)
COVERAGE_STATUTORY = (
    Column("statute", _field("clause"), whole=True, extra=True),
    Column("title", _title),
    Column("duty_from", _field("in_force"), whole=True),
    Column("result", coverage.outcome, whole=True),
    *coverage.counts("fail", "pass", "no_evidence"),
    *coverage.counts("not_applicable", extra=True),
    Column("transitional", lambda r, lang: str(r["transitional"].get(lang, "")), extra=True),
    Column("related_sections", coverage.sections, extra=True),
)
COVERAGE_THREATS = (
    Column("clause", _field("clause"), whole=True),
    Column("threat", _title),
    Column("zone", coverage.zone),
    Column("result", coverage.outcome, whole=True),
    *coverage.counts("fail", "pass", "no_evidence"),
    *coverage.counts("not_applicable", extra=True),
)
PLATFORMS = (
    Column("platform", _field("platform"), whole=True),
    Column("title", _title),
    Column("kind", _said("kind", "default_kind")),
    Column("sources", lambda r, _: str(len(r["sources"])), right=True),
    Column("feeds", lambda r, _: str(len(r["areas"])), right=True),
    Column("templates", _field("templates"), right=True),
)
CHANGES = (
    Column("change", _said("change", "change")),
    Column("layer", _said("layer", "layer")),
    Column("subject", _field("subject")),
    Column("key", _field("key")),
    Column("before", _side("before", "added")),
    Column("after", _side("after", "removed")),
)
_SAID = ("used", "ignored", "unparsed")
"""What is not blank; a log of several outputs counts its blank lines once for each."""
DOCUMENTS = (
    Column("subject", lambda r, _: _cell(r["facts"]["subject"].get("id"))),
    Column("platform", lambda r, _: _cell(r["facts"]["subject"].get("platform"))),
    Column("statements", lambda r, _: str(sum(_lines(r, state) for state in _SAID)), right=True),
    Column("used", lambda r, _: str(_lines(r, "used")), right=True),
    Column("ignored", lambda r, _: str(_lines(r, "ignored")), right=True),
    Column("unparsed", lambda r, _: str(_lines(r, "unparsed")), right=True),
    Column("facts", lambda r, _: str(len(r["provenance"])), right=True),
    Column("problems", _problems),
)
UNPARSED = (
    Column("subject", _field("subject")),
    Column("artifact", _field("artifact"), extra=True),
    Column("line", _field("line"), right=True),
    Column("unparsed_text", _field("text")),
    Column("feeds", _field("areas")),
)
TEMPLATES = (
    Column("template", _field("template"), whole=True),
    Column("source", _field("source")),
    Column("sections", _field("sections")),
    Column("feeds", _field("areas")),
)
DEFAULTS = (
    Column("fact", _field("at")),
    Column("default", lambda r, lang: seen_value(r["value"], lang)),
    Column("versions", _versions),
    Column("confirmed", _said("confirmed", "confirmed")),
    Column("document", _field("document")),
)
STATEMENTS = (
    Column("fact", _field("at")),
    Column("statement", _said("statement", "state")),
    Column("why", lambda r, lang: str(r["reason"][lang])),
    Column("versions", _versions, extra=True),
    Column("confirmed", _said("confirmed", "confirmed")),
    Column("document", _field("document")),
)
NOT_PARSED_YET = (
    Column("area", _field("area"), whole=True),
    Column("reason", lambda r, lang: said(r["reason"], lang)),
    Column("example", _field("example")),
)
LINES = (
    Column("artifact", _field("artifact"), extra=True),
    Column("line", _field("line"), right=True),
    Column("state", _said("line_state", "state")),
    Column("text", _field("text")),
    Column("template", _field("templates")),
    Column("facts_given", _facts),
    Column("reason", _line_reason),
)
COMMANDS = (
    Column("subject", lambda r, _: r["device"] or r["platform"]),
    Column("platform", lambda r, _: r["platform"] if r["device"] else "", extra=True),
    Column("title", _command_title),
    Column(
        "sent",
        words=True,
        cell=lambda r, lang: text("reports", "key.blank", lang) if r["sent"] == " " else _cell(r["sent"]),
    ),
    Column("privilege", _privilege),
    Column("needed", lambda r, lang: word("needed", not r["optional"], lang) if r["step"] == "source" else ""),
    Column("reveals", _reveals),
)


def _of_role(record: Record, lang: Language) -> str:
    """Return what an answer is about; a role by its name."""
    return text("attest", f"role.{record['subject']}", lang) if record["about"] == "role" else record["subject"]


ATTESTATIONS = (
    Column("number", _field("number"), whole=True),
    Column("rule", _field("question")),
    Column("question", lambda r, lang: str(r["text"][lang]), extra=True),
    Column("subject", _of_role),
    Column("answer", lambda r, lang: text("attest", f"answer.{r['answer']}", lang) if r["answer"] else ""),
    Column("answered_by", _field("by")),
    Column("confirmed_by", _field("confirmed_by"), extra=True),
    Column("answered_on", _field("answered_on"), whole=True),
    Column("due_on", _field("due_on"), whole=True),
    Column("state", _said("answer_state", "state")),
)
KEPT_FILES = (
    Column("kept_file", _field("file")),
    Column("state", _said("kept", "state")),
    Column("answers", _field("answers")),
)


def _meaning(record: Record, lang: Language) -> str:
    known = record["means"] if record["field"] in ("state", "blank") else None
    return text("ledger", f"means.{known}", lang) if known else _cell(record["means"])


DEVICES = (
    Column("subject", _field("id"), whole=True),
    Column("kind", lambda r, lang: word("kind", r["kind"], lang) if r.get("kind") else ""),
    Column("platform", _field("platform")),
    Column("address", _field("host")),
    Column("zones", _field("zones")),
    Column("site", _field("site"), extra=True),
    Column("location", _field("location"), extra=True),
)
LEDGER_COLUMNS = (
    Column("field", lambda r, lang: text("ledger", f"field.{r['field']}", lang)),
    Column("written", _field("written")),
    Column("means", _meaning),
)
CHECKS = (
    Column("check", lambda r, lang: text("doctor", f"check.{r['check']}", lang)),
    Column("state", _said("state", "state")),
    Column("value", _field("value")),
)


def _lines(record: Record, name: str) -> int:
    return sum(counts[name] for counts in record["line_counts"].values())


TABLES: Mapping[str, tuple[Column, ...]] = {
    "findings": FINDINGS,
    "subjects": SUBJECTS,
    "clauses": CLAUSES,
    "rules": RULES,
    "rule_changes": RULE_CHANGES,
    "waivers": WAIVERS,
    "coverage": COVERAGE,
    "coverage_audit": COVERAGE_AUDIT,
    "coverage_controls": COVERAGE_CONTROLS,
    "coverage_statutory": COVERAGE_STATUTORY,
    "coverage_threats": COVERAGE_THREATS,
    "platforms": PLATFORMS,
    "changes": CHANGES,
    "documents": DOCUMENTS,
    "commands": COMMANDS,
    "sent": COMMANDS[2:],
    "unparsed": UNPARSED,
    "templates": TEMPLATES,
    "defaults": DEFAULTS,
    "statements": STATEMENTS,
    "not_parsed_yet": NOT_PARSED_YET,
    "lines": LINES,
    "checks": CHECKS,
    "attestations": ATTESTATIONS,
    "kept_files": KEPT_FILES,
    "devices": DEVICES,
    "ledger_columns": LEDGER_COLUMNS,
}


def headings(kind: str, lang: Language) -> list[str]:
    """Return the headings of a kind."""
    return [text("reports", f"column.{c.heading}", lang) for c in TABLES[kind]]


def row(kind: str, record: Record, lang: Language) -> list[str]:
    """Return the cells of one record."""
    return [column.cell(record, lang) for column in TABLES[kind]]
