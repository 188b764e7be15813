"""Lines that are knowingly left out.

Two lists: `irrelevant`, because no area could hold them, and `not_parsed_yet`, which costs the area its `parsed`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_audit import literals
from infra_audit.literals import Pattern

_MOST_REMEMBERED = 50_000
"""Different statements remembered."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list."""

    list: str
    """`irrelevant` or `not_parsed_yet`."""
    pattern: str
    """What is shown as the pattern."""
    area: str | None
    """The area that `not_parsed_yet` makes partial."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """When an entry leaves out a line."""

    pattern: Pattern | None
    """None: every line of the section."""
    section: str
    source: str | None
    """None: in every source."""
    entry: Entry

    def applies(self, path: str, source: str | None) -> bool:
        """Return whether it speaks of a section of a source; `source` None: of any."""
        if self.source is not None and source is not None and self.source != source:
            return False
        return path == self.section[:-1] if self.section.endswith("$") else path.startswith(self.section)


class _Known:
    """What some entries leave out, remembered by statement."""

    __slots__ = ("_entries", "_rules")

    def __init__(self, rules: tuple[_Rule, ...]) -> None:
        self._rules = rules
        self._entries: dict[str, Entry | None] = {}

    def entry(self, text: str) -> Entry | None:
        """Return the first entry that leaves out a statement."""
        if text not in self._entries:
            if len(self._entries) >= _MOST_REMEMBERED:
                self._entries.clear()
            self._entries[text] = next((r.entry for r in self._rules if r.pattern and r.pattern.match(text)), None)
        return self._entries[text]


class Ignore:
    """The `ignore` of a platform.yaml."""

    def __init__(self, data: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Compile the entries; `section` is the beginning of a section's header: for all its lines, or for those of `pattern`."""
        self._lines: list[_Rule] = []
        self._sections: list[_Rule] = []
        entries = [(name, entry) for name in ("irrelevant", "not_parsed_yet") for entry in data.get(name, ())]
        patterns = iter(literals.patterns(entry["pattern"] for _, entry in entries if "pattern" in entry))
        for name, entry in entries:
            shown = Entry(name, str(entry.get("pattern") or entry["section"]), entry.get("area"))
            pattern = next(patterns) if "pattern" in entry else None
            rule = _Rule(pattern, entry.get("section", ""), entry.get("source"), shown)
            (self._sections if pattern is None else self._lines).append(rule)
        self._of_section: dict[tuple[str, str | None], Entry | None] = {}
        self._of_path: dict[tuple[str, str | None], _Known] = {}
        """What is remembered of the statements in sections of one header."""
        self._shared: dict[tuple[int, ...], _Known] = {}
        """Headers that the same entries speak of share what they remember: most statements come many times."""

    def section(self, path: str, source: str | None = None) -> Entry | None:
        """Return the entry that leaves out a whole section, by its header."""
        key = (path, source)
        if key not in self._of_section:
            self._of_section[key] = next((rule.entry for rule in self._sections if rule.applies(path, source)), None)
        return self._of_section[key]

    def line(self, text: str, path: str, source: str | None = None) -> Entry | None:
        """Return the entry that leaves out one statement (`text` without its indent) in a section."""
        known = self._of_path.get((path, source))
        if known is None:
            rules = tuple(index for index, rule in enumerate(self._lines) if rule.applies(path, source))
            if rules not in self._shared:
                self._shared[rules] = _Known(tuple(self._lines[index] for index in rules))
            known = self._of_path[path, source] = self._shared[rules]
        return known.entry(text)
