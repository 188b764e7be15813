"""What a platform has, lacks or cannot show, by the word of a vendor document: `statements` of platform.yaml."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra_audit.model.facts import Coverage, CoverageState, Provenance, ProvenanceKind
from infra_audit.model.reason import Reason
from infra_audit.parsers.defaults import conditions_hold
from infra_audit.parsers.places import pattern, places
from infra_audit.parsers.platform import CompiledPlatform
from infra_audit.parsers.tree import Leaf, Object
from infra_audit.parsers.versions import within


def in_force(platform: CompiledPlatform, version: str | None) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the statements that hold for a version, with their place in the list."""
    return [
        (index, entry)
        for index, entry in enumerate(platform.statements)
        if within(version, entry.get("since"), entry.get("until"))
    ]


def add_values(root: Object, platform: CompiledPlatform, entries: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Put the negative value of a control that the platform lacks into the facts, so that the rule itself fails."""
    for index, entry in entries:
        if "value" not in entry:
            continue
        provenance = Provenance(
            kind=ProvenanceKind.GIVEN,
            source="statement",
            place=place(platform, index),
            document=entry["document"],
            confirmed=entry.get("confirmed", False),
        )
        for found in places(root, entry["at"]):
            if found.get() is None and conditions_hold(found, entry):
                found.put(Leaf(entry["value"], provenance))


def coverage(platform: CompiledPlatform, entries: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[str, Coverage]:
    """Return the coverage that the statements give, by area or field pattern."""
    return {
        pattern(entry["at"]): Coverage(
            state=CoverageState(entry["state"]),
            reason=Reason(
                "coverage.statement" if entry.get("confirmed") else "coverage.statement_unconfirmed",
                {"place": place(platform, index), "document": entry["document"]},
            ),
        )
        for index, entry in entries
    }


def place(platform: CompiledPlatform, index: int) -> str:
    """Return how a statement is cited."""
    return f"{platform.name}/platform.yaml statements/{index}"
