"""What differs between two baselines, each given as its exported document."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra_audit.baselines import pointer

_ABSENT: Any = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One thing that differs in one rule."""

    rule: str
    title: Mapping[str, str]
    change: str
    """added, removed or changed."""
    what: str | None = None
    """changed: severity, parameter, schema, clauses or force."""
    name: str | None = None
    """Parameter, or pointer into the schema."""
    before: Any = field(default=None)
    after: Any = field(default=None)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of `rules diff`."""
        return {
            "rule": self.rule,
            "title": dict(self.title),
            "change": self.change,
            "what": self.what,
            "name": self.name,
            "before": self.before,
            "after": self.after,
        }


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[RuleChange]:
    """Yield what differs between two exported documents, by rule id."""
    old, new = before["$defs"], after["$defs"]
    for rule_id in sorted(old.keys() | new.keys()):
        if rule_id not in old or rule_id not in new:
            entry = new.get(rule_id) or old[rule_id]
            severity = entry["x-infra-audit"]["severity"]
            change = "added" if rule_id in new else "removed"
            side = {"after" if rule_id in new else "before": severity}
            yield RuleChange(rule=rule_id, title=_title(entry), change=change, **side)
            continue
        for what, name, left, right in _differences(old[rule_id], new[rule_id]):
            yield RuleChange(
                rule=rule_id,
                title=_title(new[rule_id]),
                change="changed",
                what=what,
                name=name,
                before=left,
                after=right,
            )


Difference = tuple[str, str | None, Any, Any]


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    metas = old["x-infra-audit"], new["x-infra-audit"]
    for what in ("severity", "clauses"):
        left, right = (meta[what] for meta in metas)
        if left != right:
            yield what, None, left, right
    left, right = (entry["x-in-force"]["state"] for entry in (old, new))
    if left != right:
        yield "force", None, left, right
    left, right = (entry["x-parameters"] for entry in (old, new))
    for name in sorted(left.keys() & right.keys()):
        if left[name] != right[name]:
            yield "parameter", name, left[name], right[name]
    for place, before, after in _leaves("", _bare(old), _bare(new)):
        yield "schema", place, before, after


def _bare(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a rule without the values of its parameters, which are told as such."""
    schema = copy.deepcopy({"if": entry["if"], "then": entry["then"]})
    for parameter in entry["x-infra-audit"].get("parameters", {}).values():
        for place in parameter["pointers"]:
            pointer.replace(schema, place, None)
    return schema


def _leaves(place: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the smallest places that differ; what is on one side only is null on the other."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            left, right = old.get(name, _ABSENT), new.get(name, _ABSENT)
            yield from _leaves(place + pointer.join([name]), left, right)
    elif old is _ABSENT or new is _ABSENT or old != new:
        yield place, None if old is _ABSENT else old, None if new is _ABSENT else new


def _title(entry: Mapping[str, Any]) -> dict[str, str]:
    return {"ja": entry["x-infra-audit"]["title"]["ja"], "en": entry["title"]}
