"""The law of verdicts: what the errors of a rule mean, given how completely its facts were seen.

    fail           some error stands that no further evidence could heal
    no_evidence    there are errors, and none of them stands; or the rule is valid over facts not completely seen
    pass           the rule is valid over facts completely seen
    not_applicable the same, and there was nothing to count

On the completely seen facts alone a rule is therefore valid for pass and not_applicable and invalid for fail and
no_evidence, in every validator.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from infra_audit.baselines import pointer
from infra_audit.baselines.coverage import Gap, gap_at
from infra_audit.baselines.leaves import Leaf
from infra_audit.model.facts import CoverageState

STANDING = frozenset(
    {
        "const",
        "enum",
        "type",
        "pattern",
        "minimum",
        "maximum",
        "maxItems",
        "maxLength",
        "maxContains",
        "not",
        "uniqueItems",
    }
)
"""Keywords whose failure on a value that is there stays a failure whatever else is still to be seen."""

UNSEEN = frozenset({"absent", "default"})
"""Provenance of values nobody wrote: a line not yet seen could change them."""


class Status(Enum):
    """What one error means."""

    STANDS = "stands"
    MISSING = "missing"
    """A fact is not known."""
    HEALABLE = "healable"
    """More evidence could make it go away."""
    EXEMPT = "exempt"
    """The platform has nothing of the kind."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One error with its meaning."""

    leaf: Leaf
    status: Status
    gap: Gap | None = None
    """The gap in the evidence that stops it, if one does."""


def judge_leaves(leaves: Sequence[Leaf], gaps: tuple[Gap, ...], kinds: Callable[[str], frozenset[str]]) -> list[Judged]:
    """Return what each error of a rule means. `kinds` gives the kinds of provenance under a fact."""
    missing = [leaf.pointer for leaf in leaves if leaf.keyword == "required"]
    return [_judge(leaf, missing, gaps, kinds) for leaf in leaves]


def _judge(leaf: Leaf, missing: list[str], gaps: tuple[Gap, ...], kinds: Callable[[str], frozenset[str]]) -> Judged:
    if leaf.keyword == "anyOf":
        return _any_of(leaf, missing, gaps, kinds)
    gap = gap_at(gaps, leaf.pointer, aggregate=leaf.keyword == "contains")
    if gap is not None and gap.coverage.state is CoverageState.NO_SUCH_EXPOSURE and leaf.keyword == "required":
        return Judged(leaf, Status.EXEMPT, gap)
    if leaf.keyword == "required":
        return Judged(leaf, Status.MISSING, gap)
    if leaf.keyword == "contains" and any(pointer.is_below(place, leaf.pointer) for place in missing):
        return Judged(leaf, Status.HEALABLE, gap)
    if gap is not None and (leaf.keyword not in STANDING or kinds(leaf.pointer) & UNSEEN):
        return Judged(leaf, Status.HEALABLE, gap)
    return Judged(leaf, Status.STANDS)


def _any_of(leaf: Leaf, missing: list[str], gaps: tuple[Gap, ...], kinds: Callable[[str], frozenset[str]]) -> Judged:
    """Judge an or-condition: it stands only when every branch of it has an error that stands."""
    branches = [[_judge(below, missing, gaps, kinds) for below in branch] for branch in leaf.branches]
    open_ = [branch for branch in branches if all(below.status is not Status.STANDS for below in branch)]
    if not open_:
        return Judged(leaf, Status.STANDS)
    gap = next((below.gap for branch in open_ for below in branch if below.gap), None)
    return Judged(leaf, Status.HEALABLE, gap)
