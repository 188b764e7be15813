"""Findings written out: counts, items, severity, evidence."""

from collections.abc import Iterable, Sequence
from typing import Any

from infra_audit.baselines import pointer
from infra_audit.baselines.document import Subject
from infra_audit.baselines.leaves import Leaf
from infra_audit.baselines.patterns import Path
from infra_audit.baselines.verdict import Judged, Status
from infra_audit.model.facts import FactsDocument
from infra_audit.model.finding import Finding, Item, Severity, Verdict
from infra_audit.model.reason import Reason
from infra_audit.model.rule import BrokenRule, Rule

MAX_SEEN = 10
"""Elements of a list shown as the value seen; of a longer one only their number."""


MAX_UNKNOWN = 20
"""Items listed for want of a fact; the others are counted in `unknown`. Failing items are all listed."""


def finding(
    rule: Rule,
    subject: Subject,
    verdict: Verdict,
    reason: Reason | None,
    *,
    judged: Sequence[Judged] = (),
    read: Sequence[str] = (),
    counted: Sequence[Path] | None = None,
) -> Finding:
    """Return one finding. `judged` are its errors, `read` the facts a valid rule rests on, `counted` its population."""
    groups = _by_place(judged)
    items, omitted_items = _items(subject, groups)
    evidence, omitted = subject.evidence.of_all(read) if read else ((), 0)
    checked, failing, unknown = _counts(rule, verdict, groups, counted)
    return Finding(
        rule=rule.id,
        title=rule.title,
        verdict=verdict,
        severity=_severity(rule, subject, [i.pointer for i in items if i.status == "failing"]),
        clauses=rule.clauses,
        conditions=rule.conditions,
        subject=subject.document.facts.get("subject", {}),
        reason=reason,
        checked=checked,
        failing=failing,
        unknown=unknown,
        items=items,
        items_omitted=omitted_items,
        evidence=evidence,
        evidence_omitted=omitted,
        mode=rule.mode,
    )


def broken_finding(rule: BrokenRule, document: FactsDocument) -> Finding:
    """Return the finding of a rule that is out of use: never silent, never a verdict."""
    return Finding(
        rule=rule.id,
        title=rule.title,
        verdict=Verdict.NO_EVIDENCE,
        severity=Severity.HIGH,
        clauses=rule.clauses,
        conditions=rule.conditions,
        subject=document.facts.get("subject", {}),
        reason=rule.reason,
        unknown=1,
    )


Groups = dict[str, list[Judged]]
"""Errors by the place they are at, in order of the document."""


def _by_place(judged: Sequence[Judged]) -> Groups:
    groups: Groups = {}
    for one in judged:
        groups.setdefault(one.leaf.pointer, []).append(one)
    return {place: groups[place] for place in sorted(groups, key=_in_order)} if len(groups) > 1 else groups


def _is_failing(judged: Iterable[Judged]) -> bool:
    return any(one.status is Status.STANDS for one in judged)


def _items(subject: Subject, groups: Groups) -> tuple[tuple[Item, ...], int]:
    """Return the items of a finding, and how many unknown ones were left out."""
    unknown = [place for place, judged in groups.items() if not _is_failing(judged)]
    omitted = frozenset(unknown[MAX_UNKNOWN:])
    items = tuple(_item(subject, place, judged) for place, judged in groups.items() if place not in omitted)
    return items, len(omitted)


def _item(subject: Subject, place: str, judged: list[Judged]) -> Item:
    is_failing = _is_failing(judged)
    shown = [one for one in judged if one.status is Status.STANDS] if is_failing else judged
    evidence, omitted = subject.evidence.of_all(_cited(shown, place, subject))
    return Item(
        key=subject.document.key_of(place),
        pointer=place,
        status="failing" if is_failing else "unknown",
        expected="; ".join(dict.fromkeys(one.leaf.expected for one in shown)),
        seen=_seen(subject, place, shown),
        evidence=evidence,
        evidence_omitted=omitted,
        reason=None if is_failing else _unknown_reason(subject, shown[0]),
    )


def _unknown_reason(subject: Subject, judged: Judged) -> Reason:
    if judged.gap is not None:
        return judged.gap.reason
    return Reason("judge.missing_fact", {"fact": subject.document.key_of(judged.leaf.pointer)})


def _cited(judged: Iterable[Judged], place: str, subject: Subject) -> list[str]:
    """Return the facts that prove an error: for an or-condition those of its branches, for a list its elements too."""
    found = [leaf.pointer for one in judged for branch in one.leaf.branches for leaf in _all_leaves(branch)]
    cited = found or [place]
    value = _value(subject.facts, place)
    if isinstance(value, list):
        cited += [f"{place}/{number}" for number in range(len(value))]
    return list(dict.fromkeys(cited))


def _all_leaves(branch: Iterable[Leaf]) -> list[Leaf]:
    return [below for leaf in branch for below in ([b for x in leaf.branches for b in _all_leaves(x)] or [leaf])]


def _seen(subject: Subject, place: str, judged: Iterable[Judged]) -> Any:
    """Return the value seen: of an or-condition the values its branches looked at, of a long list only their number."""
    branches = [leaf.pointer for one in judged for branch in one.leaf.branches for leaf in _all_leaves(branch)]
    if branches:
        return {p.removeprefix(place + "/"): _value(subject.facts, p) for p in dict.fromkeys(branches)}
    value = _value(subject.facts, place)
    if isinstance(value, list) and len(value) > MAX_SEEN:
        return {"count": len(value)}
    return value


def _value(facts: Any, place: str) -> Any:
    try:
        return pointer.get(facts, place)
    except (KeyError, IndexError):
        return None


def _counts(rule: Rule, verdict: Verdict, groups: Groups, counted: Sequence[Path] | None) -> tuple[int, int, int]:
    """Return checked, failing, unknown: items of the population for a rule with `each`, else the subject itself."""
    if rule.each is None:
        return (
            int(verdict in (Verdict.PASS, Verdict.FAIL)),
            int(verdict is Verdict.FAIL),
            int(verdict is Verdict.NO_EVIDENCE),
        )
    depth = rule.each.count("/") + 1
    failing = {_head(place, depth) for place, judged in groups.items() if _is_failing(judged)}
    unknown = {_head(place, depth) for place, judged in groups.items() if not _is_failing(judged)} - failing
    return len(counted or ()), len(failing), len(unknown)


def _head(place: str, depth: int) -> str:
    return "/".join(place.split("/")[:depth])


def _severity(rule: Rule, subject: Subject, failing: Sequence[str]) -> Severity:
    """Return the heaviest severity over the zones of the failing items, else over those of the subject."""
    if not rule.zone_severity:
        return rule.severity
    own = subject.document.facts.get("subject", {}).get("zones")
    found = [_of_zones(rule, _zones(subject.facts, place, own)) for place in failing] or [_of_zones(rule, own)]
    return max(found, key=lambda severity: severity.weight)


def _of_zones(rule: Rule, zones: Sequence[str] | None) -> Severity:
    """Return the severity for some zones: unknown zones weigh as much as the rule can, no zone the default."""
    if zones is None:
        return rule.highest
    return max(
        (rule.zone_severity.get(zone, rule.severity) for zone in zones), key=lambda s: s.weight, default=rule.severity
    )


def _zones(facts: Any, place: str, own: Sequence[str] | None) -> Sequence[str] | None:
    """Return the zones of the item a fact belongs to, if it names any, else the subject's."""
    zones = own
    value = facts
    for part in pointer.split(place):
        value = _value(value, pointer.join([part]))
        if isinstance(value, dict) and isinstance(value.get("zones"), list):
            zones = value["zones"]
    return zones


def _in_order(place: str) -> list[tuple[int, int, str]]:
    """Sort key of pointers: list positions by number."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in place.split("/")]
