"""The questions that attested rules ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from infra_audit.model.attestation import About
from infra_audit.model.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one rule asks of persons."""

    id: str
    """Of the rule."""
    number: str
    """Of the condition, else of the clause: what a form calls the question."""
    title: Mapping[str, str]
    """By language; names the bad state."""
    text: Mapping[str, str]
    """By language; yes is the good state."""
    clauses: tuple[str, ...]
    about: About
    role: str
    """Who answers."""
    kinds: frozenset[str] | None
    """Kinds of device it is asked about; None = all."""
    days: int
    """How long an answer counts."""
    in_force: bool = True
    """Whether it is asked; answers to one that is not any more are kept and say nothing."""

    def concerns(self, kind: str | None) -> bool:
        """Say whether it is asked about devices of a kind."""
        return self.kinds is None or kind is None or kind in self.kinds


def questions(rules: Iterable[Rule]) -> dict[str, Question]:
    """Return all questions by id, in the order of their numbers."""
    found = [_question(rule) for rule in rules if rule.mode == "attested"]
    return {question.id: question for question in sorted(found, key=_order)}


def _question(rule: Rule) -> Question:
    answer = rule.schema["then"]["properties"]["attestations"]["properties"][rule.id]["properties"]
    about = About(rule.asked or "")
    clause = rule.clauses[0].partition(":")[2]
    return Question(
        id=rule.id,
        number=rule.conditions[0] if rule.conditions else clause,
        title=rule.title,
        text={lang: text.format_map(rule.parameters) for lang, text in rule.question.items()},
        clauses=rule.clauses,
        about=about,
        role=rule.role or "",
        kinds=frozenset(rule.kinds) if about is About.DEVICE and rule.kinds is not None else None,
        days=answer["age_days"]["maximum"],
        in_force=rule.idle is None,
    )


def _order(question: Question) -> tuple[list[tuple[int, str]], str]:
    """Sort by number as a person counts: 4.1.2-01 before 4.1.10-01."""
    parts = question.number.replace("(", ".").replace(")", "").replace("-", ".").split(".")
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts], question.id
