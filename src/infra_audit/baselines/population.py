"""What a rule counts: the items its `each` names, filtered by the conditions that stand in the rule itself."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra_audit.baselines.patterns import Path

Selects = Callable[[Mapping[str, Any], Any], bool]


Level = list[tuple[Path, Any]]
"""Places reached, with what is there."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move from the facts to the items counted: a step down, or a condition that keeps some of those reached."""

    step: str | None
    condition: Mapping[str, Any] | None
    reached: str
    """The same for all ways that have come to the same places."""


@dataclass(frozen=True, slots=True)
class Selector:
    """The way from the facts to the items counted."""

    steps: tuple[str, ...]
    moves: tuple[Move, ...]
    identity: str
    """The same for selectors that count the same items."""


def selector(each: str, then: Mapping[str, Any]) -> Selector:
    """Read the selector of a rule: an `if` under `items`, or on the way, selects who counts.

    A conditional requirement that does not select stands in an `allOf` of the items.
    """
    steps = tuple(each.split("/")[1:])
    moves: list[Move] = []
    reached = ""
    schema: Mapping[str, Any] = then
    for depth in range(len(steps) + 1):
        at_items = steps[:depth][-1:] == ("*",)
        step = steps[depth] if depth < len(steps) else None
        found, schema = _descend(schema, step, at_items=at_items)
        for condition in found:
            reached += f" if {json.dumps(condition, sort_keys=True)}"
            moves.append(Move(None, condition, reached))
        if step is not None:
            reached += f"/{step}"
            moves.append(Move(step, None, reached))
    return Selector(steps, tuple(moves), reached)


Conditions = tuple[Mapping[str, Any], ...]


def _descend(schema: Mapping[str, Any], step: str | None, *, at_items: bool) -> tuple[Conditions, Mapping[str, Any]]:
    """Return the conditions that select at a place, and the schema one step further down (empty at the end)."""
    own: Conditions = (schema["if"],) if "if" in schema else ()
    if step is None:
        # An `if` right under the `then` of a selector selects further: first what every item says, then what only some do.
        further = _descend(schema["then"], None, at_items=True)[0] if own and at_items and "then" in schema else ()
        return ((*own, *further) if at_items else ()), {}
    if "then" in schema:
        further, below = _descend(schema["then"], step, at_items=False)
        if below:
            return (*own, *further), below
    return (own if at_items else ()), _step(schema, step)


def _step(schema: Mapping[str, Any], step: str) -> Mapping[str, Any]:
    for part in (schema, *schema.get("allOf", ())):
        below = part.get("items") if step == "*" else part.get("properties", {}).get(step)
        if below:
            found: Mapping[str, Any] = below
            return found
    return {}


def members(
    selector_: Selector, facts: Mapping[str, Any], selects: Selects, known: dict[str, Level] | None = None
) -> list[Path]:
    """Return the places of all items that count; `known` keeps the places on the way, for selectors that share some."""
    known = {} if known is None else known
    level: Level = [((), facts)]
    for move in selector_.moves:
        if move.reached not in known:
            known[move.reached] = _move(move, level, selects)
        level = known[move.reached]
    return [path for path, _ in level]


def _move(move: Move, level: Level, selects: Selects) -> Level:
    condition, step = move.condition, move.step
    if condition is not None:
        return [(path, value) for path, value in level if selects(condition, value)]
    assert step is not None
    below: Level = []
    for path, value in level:
        if step == "*" and isinstance(value, list):
            below += [((*path, str(i)), item) for i, item in enumerate(value)]
        elif isinstance(value, dict) and step in value:
            below.append(((*path, step), value[step]))
    return below
