"""Runs the derive steps of a platform over the facts of one target."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra_audit.errors import PlatformError
from infra_audit.model.facts import Problem, Provenance, ProvenanceKind
from infra_audit.model.reason import Reason
from infra_audit.parsers.derive import Derived, Pointer, Step
from infra_audit.parsers.derive.registry import STEPS
from infra_audit.parsers.document import pointer_text
from infra_audit.parsers.platform import CompiledPlatform
from infra_audit.parsers.reading import Reading
from infra_audit.parsers.same_text import SAME_TEXT, compare
from infra_audit.parsers.tree import Items, Leaf, Node, Object, SharedLeaf
from infra_audit.parsers.validate import fits


def steps(platform: CompiledPlatform) -> Iterator[tuple[str, Step, Mapping[str, Any]]]:
    """Yield name, step and entry of the platform's derive steps. Raises PlatformError for an unknown name."""
    for entry in platform.derive:
        name = entry["step"]
        if name not in STEPS:
            raise PlatformError(
                "platform.template", file=f"{platform.name}/platform.yaml", line=1, what=f"no derive step {name}"
            )
        table = entry.get("words")
        if isinstance(table, str):
            if table not in platform.tables:
                raise PlatformError(
                    "platform.template", file=f"{platform.name}/platform.yaml", line=1, what=f"no table {table}"
                )
            entry = {**entry, "words": platform.tables[table]}  # noqa: PLW2901 - the same entry, its table in place
        try:
            STEPS[name].feeds(entry), STEPS[name].searches(entry)
        except (KeyError, AttributeError, TypeError) as error:
            raise PlatformError(
                "platform.template", file=f"{platform.name}/platform.yaml", line=1, what=f"derive step {name}: {error}"
            ) from error
        yield name, STEPS[name], entry


def derive(
    root: Object, facts: dict[str, Any], platform: CompiledPlatform, readings: Mapping[str, Reading]
) -> list[Problem]:
    """Add all derived facts. A fact that was read is never replaced; a step that raises is reported and skipped.

    `facts` are those of `root` in plain form; both get what is derived. `readings` are what was read, by source, for the steps that compare whole texts.
    """
    problems = []
    for name, step, entry in steps(platform):
        try:
            found = list(compare(readings, entry) if name == SAME_TEXT else step.run(facts, entry))
        except Exception as error:  # noqa: BLE001 - one bad step never stops the rest
            fields = {"step": name, "what": type(error).__name__}
            problems.append(Problem(artifact=None, line=None, reason=Reason("parse.derive_failed", fields)))
            continue
        for derived in found:
            pattern = tuple("*" if isinstance(part, int) else part for part in derived.at)
            if not fits(pattern, derived.value):
                fields = {"area": str(derived.at[0]), "field": "/".join(p for p in pattern if p != "*")}
                problems.append(Problem(artifact=None, line=None, reason=Reason("parse.invalid_fact", fields)))
            elif _put(root, derived, name):
                _put_plain(facts, derived)
    return problems


def _put(root: Object, derived: Derived, name: str) -> bool:
    """Add a fact; return whether it was added, which it is not where one was read or derived before."""
    above = _made(root, derived.at[:-1])
    last = derived.at[-1]
    if not isinstance(above, Object) or not isinstance(last, str) or not _may_replace(above.fields.get(last)):
        return False
    sources = tuple(dict.fromkeys(pointer_text(pointer) for pointer in derived.sources))
    provenance = derived.provenance or Provenance(kind=ProvenanceKind.DERIVED, sources=sources, by=name)
    above.fields[last] = Leaf(derived.value, provenance)
    return True


def _may_replace(node: Node | None) -> bool:
    """Return whether a derived fact goes before what is there: nothing, or a value for a line that is absent."""
    supplied = (ProvenanceKind.DEFAULT, ProvenanceKind.ABSENT)
    if node is None or isinstance(node, SharedLeaf):
        return True
    return isinstance(node, Leaf) and node.provenance is not None and node.provenance.kind in supplied


def _put_plain(facts: dict[str, Any], derived: Derived) -> None:
    """Show a fact to the steps after this one."""
    node: Any = facts
    for part in derived.at[:-1]:
        node = node[part] if isinstance(part, int) else node.setdefault(part, {})
    node[derived.at[-1]] = derived.value


def _made(root: Object, pointer: Pointer) -> Node | None:
    """Return the node at a pointer; objects on the way are made, list items are not."""
    node: Node = root
    for part in pointer:
        if isinstance(node, Object) and isinstance(part, str):
            node = node.fields.setdefault(part, Object())
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.objects):
            node = node.objects[part]
        else:
            return None
    return node
