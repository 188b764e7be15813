"""What a rule counts: the items its `each` names, filtered by the conditions that stand in the rule itself."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra_audit.baselines.patterns import Path

Selects = Callable[[Mapping[str, Any], Any], bool]


@dataclass(frozen=True, slots=True)
class Selector:
    """The way from the facts to the items counted: at each step the conditions that must hold there."""

    steps: tuple[str, ...]
    conditions: tuple[tuple[Mapping[str, Any], ...], ...]
    """One entry for the start and one after each step."""
    identity: str
    """The same for selectors that count the same items."""


def selector(each: str, then: Mapping[str, Any]) -> Selector:
    """Read the selector of a rule: an `if` under `items`, or on the way, selects who counts.

    A conditional requirement that does not select stands in an `allOf` of the items.
    """
    steps = tuple(each.split("/")[1:])
    conditions: list[tuple[Mapping[str, Any], ...]] = []
    schema: Mapping[str, Any] = then
    for depth in range(len(steps) + 1):
        at_items = steps[:depth][-1:] == ("*",)
        found, schema = _descend(schema, steps[depth] if depth < len(steps) else None, at_items=at_items)
        conditions.append(found)
    return Selector(steps, tuple(conditions), json.dumps([each, conditions], sort_keys=True))


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


def members(selector_: Selector, facts: Mapping[str, Any], selects: Selects) -> list[Path]:
    """Return the places of all items that count."""
    return [path for path, _ in _walk(selector_, facts, selects)]


def _walk(selector_: Selector, facts: Mapping[str, Any], selects: Selects) -> Iterator[tuple[Path, Any]]:
    level: list[tuple[Path, Any]] = [((), facts)]
    for depth, conditions in enumerate(selector_.conditions):
        level = [(path, value) for path, value in level if all(selects(c, value) for c in conditions)]
        if depth == len(selector_.steps):
            break
        step = selector_.steps[depth]
        below: list[tuple[Path, Any]] = []
        for path, value in level:
            if step == "*" and isinstance(value, list):
                below += [((*path, str(i)), item) for i, item in enumerate(value)]
            elif isinstance(value, dict) and step in value:
                below.append(((*path, step), value[step]))
        level = below
    yield from level
