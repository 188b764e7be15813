"""From where a server can be reached whose filter stands on the terminal lines."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.acls import ALLOWED_SOURCES
from infra_audit.parsers.derive.walk import items, pattern


def _line_sources(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Join what the filters of all lines with the protocol `word` permit; null when one of them has no filter.

    Nothing when a line or a filter is not known, or no line lets the protocol in.
    """
    by_line = {
        found.at[:-1]: found for found in ALLOWED_SOURCES.run(facts, {"of": "lines[]/access_list", "into": "sources"})
    }
    networks: list[str] = []
    proof: list[Pointer] = []
    for pointer, line in items(facts, "lines"):
        if line.get("kind") != "vty":
            continue
        if "transport_input" not in line:
            return
        if entry["word"] not in line["transport_input"]:
            continue
        proof += [(*pointer, "kind"), (*pointer, "transport_input")]
        found = by_line.get(pointer)
        if found is None:
            return
        proof += found.sources
        if found.value is None:
            yield Derived(tuple(entry["into"].split("/")), None, tuple(proof))
            return
        networks += [network for network in found.value if network not in networks]
    if proof:
        yield Derived(tuple(entry["into"].split("/")), networks, tuple(proof))


LINE_SOURCES = Step(
    _line_sources,
    lambda entry: (pattern(entry["into"]),),
    lambda _entry: ("lines", "acls"),
    frozenset({"into", "word"}),
)
