"""The rules and standards that are shipped."""

from infra_audit.baselines import lint, loader, selftest, source, standards
from infra_audit.baselines.clauses import summarise
from infra_audit.model.standard import OWN

FILES = list(source.read_folder(source.builtin()))
RULES = loader.from_files(FILES)


def test_lint_is_clean() -> None:
    known = standards.load()
    assert lint.lint(FILES, clauses=known.ids, conditions=frozenset(known.conditions)) == []


def test_rules_do_what_they_say() -> None:
    outcome = selftest.run(RULES)
    assert outcome.failures == []
    assert outcome.counts["rules"] == len(RULES.rules)


def test_every_clause_has_a_row_in_the_matrix() -> None:
    known = standards.load()
    rows = {row.clause: row for row in summarise([], known, RULES)}
    assert {c.id for c in known.of(*OWN)} == set(rows)
