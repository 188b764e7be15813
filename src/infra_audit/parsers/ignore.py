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
_LETTERS = 4
"""First letters by which headers are told apart before their whole beginning is looked at."""


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


def _speaks_of(section: str, path: str) -> bool:
    """Return whether `section` of an entry means the section of a header."""
    return path == section[:-1] if section.endswith("$") else path.startswith(section)


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
        self._named: dict[str, list[str]] = {}
        """What entries say of headers, by their first letters."""
        for section in {rule.section: None for rule in (*self._lines, *self._sections)}:
            self._named.setdefault(section[:_LETTERS].removesuffix("$"), []).append(section)
        self._meant: dict[str, frozenset[str]] = {}
        """By header, those of them that mean it."""
        self._of_section: dict[tuple[str | None, frozenset[str]], Entry | None] = {}
        self._of_lines: dict[tuple[str | None, frozenset[str]], _Known] = {}
        """Headers that the same entries speak of share what is remembered of the statements: most come many times."""

    def section(self, path: str, source: str | None = None) -> Entry | None:
        """Return the entry that leaves out a whole section, by its header."""
        key = (source, self._meaning(path))
        if key not in self._of_section:
            self._of_section[key] = next((rule.entry for rule in self._sections if _applies(rule, *key)), None)
        return self._of_section[key]

    def line(self, text: str, path: str, source: str | None = None) -> Entry | None:
        """Return the entry that leaves out one statement (`text` without its indent) in a section."""
        key = (source, self._meaning(path))
        known = self._of_lines.get(key)
        if known is None:
            known = self._of_lines[key] = _Known(tuple(rule for rule in self._lines if _applies(rule, *key)))
        return known.entry(text)

    def _meaning(self, path: str) -> frozenset[str]:
        found = self._meant.get(path)
        if found is None:
            if len(self._meant) >= _MOST_REMEMBERED:
                self._meant.clear()
            near = [s for cut in range(_LETTERS + 1) for s in self._named.get(path[:cut], ())]
            found = self._meant[path] = frozenset(section for section in near if _speaks_of(section, path))
        return found


def _applies(rule: _Rule, source: str | None, meant: frozenset[str]) -> bool:
    """Return whether an entry speaks of a section of a source; `source` None: of any."""
    return rule.section in meant and (rule.source is None or source is None or rule.source == source)
