"""Findings before and after, by rule, subject and item key."""

from collections.abc import Iterator, Mapping

from infra_audit.model.change import Change
from infra_audit.model.finding import Finding, Item, Verdict

Findings = Mapping[str, Finding]
"""Of one subject, by rule."""


def compare(subject: str, before: Findings, after: Findings) -> Iterator[Change]:
    """Yield new and fixed items and verdicts that lost their evidence, sorted by rule and item key."""
    for rule in sorted(before.keys() | after.keys()):
        yield from _rule(subject, before.get(rule), after.get(rule))


def _rule(subject: str, old: Finding | None, new: Finding | None) -> Iterator[Change]:
    if new is None:
        return  # the rule is outside the scope of the second side: nothing is known of it
    was, now = _failing(old), _failing(new)
    for key in sorted(now.keys() - was.keys()):
        yield _item(subject, "new", new, now[key], old)
    if new.verdict is Verdict.NO_EVIDENCE:
        if old is not None and old.verdict is not Verdict.NO_EVIDENCE:
            yield _whole(subject, "became_no_evidence", old, new)
        return
    unknown = {item.key for item in new.items if item.status == "unknown"}
    for key in sorted(was.keys() - now.keys()):
        change = "became_no_evidence" if key in unknown else "fixed"
        assert old is not None
        yield _item(subject, change, new, was[key], old)


def _failing(finding: Finding | None) -> dict[str, Item]:
    if finding is None or finding.verdict is not Verdict.FAIL:
        return {}
    return {item.key: item for item in finding.items if item.status == "failing"}


def _item(subject: str, change: str, new: Finding, item: Item, old: Finding | None) -> Change:
    return Change(
        layer="findings",
        change=change,
        subject=subject,
        key=f"{new.rule} {item.key}",
        pointer=item.pointer,
        before=str(old.verdict) if old else None,
        after=str(new.verdict),
        evidence=tuple(e.to_json() for e in item.evidence),
    )


def _whole(subject: str, change: str, old: Finding, new: Finding) -> Change:
    return Change(
        layer="findings", change=change, subject=subject, key=new.rule, before=str(old.verdict), after=str(new.verdict)
    )
