"""Lines that are knowingly left out.

Two lists: `irrelevant`, because no area could hold them, and `not_parsed_yet`, which costs the area its `parsed`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list."""

    list: str
    """`irrelevant` or `not_parsed_yet`."""
    pattern: str
    """What is shown as the pattern."""
    area: str | None
    """The area that `not_parsed_yet` makes partial."""


class Ignore:
    """The `ignore` of a platform.yaml."""

    def __init__(self, data: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Compile the patterns; `section` is the beginning of a section's header: for all its lines, or for those of `pattern`."""
        self._lines: list[tuple[re.Pattern[str], str, Entry]] = []
        self._sections: list[tuple[str, Entry]] = []
        for name in ("irrelevant", "not_parsed_yet"):
            for entry in data.get(name, ()):
                shown = Entry(name, str(entry.get("pattern") or entry["section"]), entry.get("area"))
                if "pattern" in entry:
                    self._lines.append((re.compile(entry["pattern"]), entry.get("section", ""), shown))
                else:
                    self._sections.append((entry["section"], shown))

    def section(self, path: str) -> Entry | None:
        """Return the entry that leaves out a whole section, by its header."""
        for prefix, entry in self._sections:
            if _begins(path, prefix):
                return entry
        return None

    def line(self, text: str, path: str) -> Entry | None:
        """Return the entry that leaves out one statement (`text` without its indent) in a section."""
        for pattern, prefix, entry in self._lines:
            if pattern.match(text) and _begins(path, prefix):
                return entry
        return None


def _begins(path: str, prefix: str) -> bool:
    return path == prefix[:-1] if prefix.endswith("$") else path.startswith(prefix)
