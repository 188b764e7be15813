"""What is said of a zone or of another named thing, for each item that lies in it."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.mapping import target
from infra_audit.parsers.derive.walk import area, items, pattern, values


def _join(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Give the field `from` of the item of another list whose `name` an item has in its field `by`.

    `otherwise` is the value of an item that the other list says nothing of; without it such an item gets nothing. What stands
    at the name `everywhere` holds for all items: a text or list is added, any other value is taken where there is no own one.
    `needs` names the facts that must be true for a word of a list to count.
    """
    source, _, field = entry["from"].partition("[]/")
    own_list, _, into = entry["into"].partition("[]/")
    others = list(items(facts, source))
    if not others and source.split("/")[0] not in facts:
        return
    by_name = {other.get("name"): (at, other[field]) for at, other in others if other.get(field) is not None}
    common = by_name.get(entry.get("everywhere")) if "everywhere" in entry else None
    switches = {word: next(values(facts, path), (None, None)) for word, path in entry.get("needs", {}).items()}
    for pointer, item in items(facts, own_list):
        if entry["by"] not in item:
            continue
        own = by_name.get(item[entry["by"]]) if item[entry["by"]] is not None else None
        lies_somewhere = item[entry["by"]] is not None
        found = [known for known in (own, common if lies_somewhere else None) if known is not None]
        if not found and "otherwise" not in entry:
            continue
        proof: list[Pointer] = [(*at, name) for at, _ in found for name in ("name", field)]
        value = _together([value for _, value in found]) if found else entry["otherwise"]
        if isinstance(value, list):
            proof += [at for word, (at, _) in switches.items() if word in value and at is not None]
            off = {word for word, (_, state) in switches.items() if state is not True}
            value = [word for word in dict.fromkeys(value) if word not in off]
        yield Derived(
            target((*pointer, ""), f"{own_list}[]/{into}"),
            value,
            ((*pointer, entry["by"]), *(proof or [tuple(source.split("/"))])),
        )


def _together(found: list[object]) -> object:
    if len(found) == 1:
        return found[0]
    first, second = found
    if isinstance(first, str) and isinstance(second, str):
        return f"{first} {second}"
    return [*first, *second] if isinstance(first, list) and isinstance(second, list) else first


JOIN = Step(
    _join,
    lambda entry: (pattern(entry["into"]),),
    lambda entry: tuple(
        dict.fromkeys(area(p) for p in (entry["from"], entry["into"], *entry.get("needs", {}).values()))
    ),
    frozenset({"by", "everywhere", "from", "into", "needs", "otherwise"}),
)
