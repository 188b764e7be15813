"""What an organisation's choices make of one rule: severity, clause numbers, whether it is in force."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra_audit.baselines import parameters
from infra_audit.baselines.overlay import Overlay
from infra_audit.baselines.scope import clause_matches
from infra_audit.model.rule import InForce, Override, OverrideKind, SwitchedOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """All that an organisation has chosen or given, apart from rules and parameters."""

    overlays: tuple[Overlay, ...] = ()
    model: str | None = None
    """Resilience model."""
    edition: str | None = None
    registers: frozenset[str] = frozenset()
    """Names of the registers that are at hand."""

    def to_json(self) -> dict[str, Any]:
        """Return what goes into the digest of the baseline beside its rules."""
        return {
            "edition": self.edition,
            "model": self.model,
            "overlays": [
                {
                    "title": overlay.title,
                    "edition": overlay.edition,
                    "numbers": {name: [own.id for own in found] for name, found in overlay.numbers.items()},
                }
                for overlay in self.overlays
            ],
        }


def retuned(rule_id: str, definition: Mapping[str, Any], choices: Choices) -> tuple[Mapping[str, Any], list[Override]]:
    """Return a rule with the severities of the overlays, and what they changed."""
    overrides: list[Override] = []
    for overlay in choices.overlays:
        wanted = overlay.severity.get(rule_id)
        if wanted is None:
            continue
        meta = definition["x-infra-audit"]
        before = meta["severity"]
        after = before | {name: wanted[name] for name in ("default", "zones") if name in wanted}
        after = {name: value for name, value in after.items() if value != {}}
        definition = {**definition, "x-infra-audit": {**meta, "severity": after}}
        overrides.append(
            Override(
                rule=rule_id, file=str(overlay.file), kind=OverrideKind.SEVERITY, before=before, after=after,
                reason=wanted.get("reason", ""),
            )
        )  # fmt: skip
    return definition, overrides


def switched_off(rule_id: str, choices: Choices) -> SwitchedOff | None:
    """Return who switched a rule off; the last overlay that does."""
    found = [overlay for overlay in choices.overlays if rule_id in overlay.off]
    return SwitchedOff(reason=found[-1].off[rule_id], file=str(found[-1].file)) if found else None


def lacks(asked: InForce, definition: Mapping[str, Any], choices: Choices) -> InForce:
    """Return what a rule asks for and was not given."""
    values = parameters.in_force(definition)
    return InForce(
        parameters=tuple(name for name in asked.parameters if values.get(name) in (None, [])),
        registers=tuple(name for name in asked.registers if name not in choices.registers),
        models=asked.models if asked.models and choices.model not in asked.models else (),
    )


def renumbered(clauses: tuple[str, ...], choices: Choices) -> tuple[str, ...]:
    """Return the organisation's own clauses of a rule, the last overlay first, then those it names itself."""
    own = [clause for overlay in reversed(choices.overlays) for name in clauses for clause in _own(name, overlay)]
    return tuple(dict.fromkeys((*own, *clauses)))


def _own(name: str, overlay: Overlay) -> Iterator[str]:
    """Yield the own ids of a clause: as numbered itself, else as the nearest clause above it is."""
    above = [known for known in overlay.numbers if clause_matches(name, known)]
    if above:
        yield from (own.id for own in overlay.numbers[max(above, key=len)])


def check_rules(choices: Choices, known: Iterable[str]) -> None:
    """Raise BaselineError when an overlay names a rule that does not exist."""
    names = sorted(known)
    for overlay in choices.overlays:
        for part, named in (("off", overlay.off), ("severity", overlay.severity)):
            for rule_id in named:
                if rule_id not in names:
                    near = ", ".join(difflib.get_close_matches(rule_id, names, 3)) or "-"
                    raise overlay.wrong("baseline.overlay_rule", part, rule_id, rule=rule_id, near=near)
