"""Differences by stable key: order, gaps and items told honestly."""

from typing import Any

from infra_audit.diff.compare import Side, compare
from infra_audit.model.change import Change
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument
from infra_audit.model.finding import Finding, Item, Severity, Verdict

PARSED = Coverage(state=CoverageState.PARSED)
PARTIAL = Coverage(state=CoverageState.PARTIAL)


def document(facts: dict[str, Any], keys: dict[str, str] | None = None, coverage: Coverage = PARSED) -> FactsDocument:
    return FactsDocument(
        facts={"subject": {"id": "sw1"}, **facts}, keys=keys or {}, coverage=dict.fromkeys(facts, coverage)
    )


def finding(verdict: Verdict, *failing: str, unknown: tuple[str, ...] = (), rule: str = "r1") -> Finding:
    items = [Item(key=k, pointer=f"/{k}", status="failing", expected="const: false", seen=True) for k in failing]
    items += [Item(key=k, pointer=f"/{k}", status="unknown", expected="", seen=None) for k in unknown]
    return Finding(
        rule=rule, title={"ja": "規則", "en": "rule"}, verdict=verdict, severity=Severity.HIGH, clauses=(), conditions=(),
        subject={"id": "sw1"}, items=tuple(items),
    )  # fmt: skip


def changes(before: FactsDocument, after: FactsDocument) -> list[tuple[str, str, Any, Any]]:
    return [(c.change, c.key, c.before, c.after) for c in compare(Side.of([before], []), Side.of([after], []))]


def findings(before: list[Finding], after: list[Finding]) -> list[tuple[str, str]]:
    empty = document({})
    found = compare(Side.of([empty], before), Side.of([empty], after))
    return [(c.change, c.key) for c in found]


def test_a_scalar_that_changed() -> None:
    assert changes(document({"telnet": {"enabled": False}}), document({"telnet": {"enabled": True}})) == [
        ("changed", "telnet/enabled", False, True)
    ]


def test_items_are_matched_by_key_not_by_position() -> None:
    gi1, gi2 = {"name": "Gi1", "enabled": True}, {"name": "Gi2", "enabled": True}
    before = document(
        {"interfaces": [gi1, gi2]}, {"/interfaces/0": "interfaces[Gi1]", "/interfaces/1": "interfaces[Gi2]"}
    )
    after = document({"interfaces": [gi2]}, {"/interfaces/0": "interfaces[Gi2]"})
    assert changes(before, after) == [("removed", "interfaces[Gi1]", gi1, None)]
    assert changes(after, before) == [("added", "interfaces[Gi1]", None, gi1)]


def test_order_of_filter_entries_counts() -> None:
    a, b = {"action": "permit", "digest": "a"}, {"action": "deny", "digest": "b"}
    keys = {"/acls/0": "acls[ipv4,X]"}
    first = document(
        {"acls": [{"name": "X", "entries": [a, b]}]},
        {**keys, "/acls/0/entries/0": "acls[ipv4,X]/entries[a]", "/acls/0/entries/1": "acls[ipv4,X]/entries[b]"},
    )
    second = document(
        {"acls": [{"name": "X", "entries": [b, a]}]},
        {**keys, "/acls/0/entries/0": "acls[ipv4,X]/entries[b]", "/acls/0/entries/1": "acls[ipv4,X]/entries[a]"},
    )
    assert {c[0] for c in changes(first, second)} == {"moved"}


def test_what_a_cut_scan_no_longer_shows_is_not_removed() -> None:
    before = document({"logging": {"servers": ["192.0.2.1"]}})
    after = document({"logging": {}}, coverage=PARTIAL)
    assert [c[:2] for c in changes(before, after)] == [("became_no_evidence", "logging/servers")]


def test_findings_new_fixed_and_lost() -> None:
    ok, bad = finding(Verdict.PASS), finding(Verdict.FAIL, "telnet/enabled")
    gap = finding(Verdict.NO_EVIDENCE, unknown=("telnet/enabled",))
    assert findings([ok], [bad]) == [("new", "r1 telnet/enabled")]
    assert findings([bad], [ok]) == [("fixed", "r1 telnet/enabled")]
    assert findings([bad], [gap]) == [("became_no_evidence", "r1")]
    assert findings([ok], [gap]) == [("became_no_evidence", "r1")]
    assert findings([gap], [bad]) == [("new", "r1 telnet/enabled")]
    assert findings([bad], [bad]) == []


def test_an_item_that_became_unknown_is_not_fixed() -> None:
    before = finding(Verdict.FAIL, "a", "b")
    after = finding(Verdict.FAIL, "b", unknown=("a",))
    assert findings([before], [after]) == [("became_no_evidence", "r1 a")]


def test_a_device_that_is_gone_is_told_once() -> None:
    side = Side.of([document({"telnet": {"enabled": True}})], [finding(Verdict.FAIL, "telnet/enabled")])
    assert [(c.layer, c.change, c.key) for c in compare(side, Side())] == [("findings", "device_gone", "sw1")]


def test_the_record_has_the_fields_of_the_contract() -> None:
    change = Change(layer="facts", change="added", subject="sw1", key="k")
    assert list(change.to_json()) == ["layer", "change", "subject", "key", "pointer", "before", "after", "evidence"]
