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
from infra_audit.baselines.patterns import Reads
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

OF_LISTS = frozenset({"maxItems", "maxContains", "uniqueItems"})
"""Of these, what is there is enough to fail: fields of the elements that nobody wrote do not matter."""

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


Kinds = Callable[[str], frozenset[str]]
"""Gives the kinds of provenance under a fact."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known of the document while the errors of one rule are judged."""

    gaps: tuple[Gap, ...]
    kinds: Kinds
    reads: Reads
    missing: list[str]


def judge_leaves(leaves: Sequence[Leaf], gaps: tuple[Gap, ...], kinds: Kinds, reads: Reads) -> list[Judged]:
    """Return what each error of a rule means."""
    missing = [leaf.pointer for leaf in leaves if leaf.keyword == "required"]
    context = _Context(gaps, kinds, reads, missing)
    return [judged for leaf in leaves for judged in _judge(leaf, context)]


def _judge(leaf: Leaf, context: _Context) -> list[Judged]:
    if leaf.keyword == "anyOf":
        return _any_of(leaf, context)
    gap = gap_at(context.gaps, leaf.pointer, aggregate=leaf.keyword == "contains")
    if leaf.keyword == "required":
        is_exempt = gap is not None and gap.coverage.state is CoverageState.NO_SUCH_EXPOSURE
        # One way of several to be safe: that the platform lacks it does not make it safe.
        is_exempt = is_exempt and not context.reads.is_alternative(leaf.pointer)
        return [Judged(leaf, Status.EXEMPT if is_exempt else Status.MISSING, gap)]
    if leaf.keyword == "contains" and any(pointer.is_below(place, leaf.pointer) for place in context.missing):
        return [Judged(leaf, Status.HEALABLE, gap)]
    if gap is not None and (leaf.keyword not in STANDING or _rests_on_unseen(leaf, context)):
        return [Judged(leaf, Status.HEALABLE, gap)]
    return [Judged(leaf, Status.STANDS)]


def _rests_on_unseen(leaf: Leaf, context: _Context) -> bool:
    kinds = context.kinds(leaf.pointer)
    return bool(kinds) and kinds <= UNSEEN if leaf.keyword in OF_LISTS else bool(kinds & UNSEEN)


def _any_of(leaf: Leaf, context: _Context) -> list[Judged]:
    """Judge an or-condition: it stands only when every branch of it has an error that stands.

    One that does not stand for want of facts is told by the facts that are missing.
    """
    branches = [[one for below in branch for one in _judge(below, context)] for branch in leaf.branches]
    undecided = [one for branch in branches if all(b.status is not Status.STANDS for b in branch) for one in branch]
    if not undecided:
        return [Judged(leaf, Status.STANDS)]
    unknown = [one for one in undecided if one.status is Status.MISSING]
    gap = next((one.gap for one in undecided if one.gap is not None), None)
    return unknown or [Judged(leaf, Status.HEALABLE, gap)]
