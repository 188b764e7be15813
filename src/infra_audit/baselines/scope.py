"""Which rules a run is about: `--rules ID|PREFIX` and `--clauses ID`. What is outside is not counted."""

from collections.abc import Sequence

from infra_audit.errors import UsageError
from infra_audit.model.rule import Baseline


def select(baseline: Baseline, rules: Sequence[str] = (), clauses: Sequence[str] = ()) -> frozenset[str]:
    """Return the ids of the rules in scope, broken ones included; nothing named means all.

    A rule is in scope when it matches one of `rules` (if any are named) and one of `clauses` (if any are named).
    Raises UsageError when a name matches no rule.
    """
    everything = baseline.clauses
    for name in rules:
        if not any(rule_id.startswith(name) for rule_id in everything):
            raise UsageError("baseline.scope_unknown", what="--rules", name=name)
    for name in clauses:
        if not any(clause_matches(clause, name) for named in everything.values() for clause in named):
            raise UsageError("baseline.scope_unknown", what="--clauses", name=name)
    return frozenset(
        rule_id
        for rule_id, named in everything.items()
        if (not rules or any(rule_id.startswith(name) for name in rules))
        and (not clauses or any(clause_matches(clause, name) for clause in named for name in clauses))
    )


def clause_matches(clause: str, name: str) -> bool:
    """Say whether a clause is the one named or lies below it: `mic-r8:6.5` holds `mic-r8:6.5(1)`, not `mic-r8:6.50`."""
    rest = clause.removeprefix(name)
    return clause == name or (rest != clause and (name.endswith(":") or not (rest[0].isalnum() and name[-1].isalnum())))
