"""Extensions by entry point: collectors, parsers, reports and packs, the built-in ones by the same door.

Nothing is imported until it is asked for, so that a missing optional library costs nothing.
"""

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from infra_audit.errors import RegistryError

COLLECTORS = "infra_audit.collectors"
PARSERS = "infra_audit.parsers"
REPORTS = "infra_audit.reports"
PACKS = "infra_audit.packs"


class Registry:
    """The extensions of one entry-point group, by name."""

    def __init__(self, group: str) -> None:
        """Read the names of the group; raises RegistryError when two packages claim one name."""
        self.group = group
        self._points: dict[str, EntryPoint] = {}
        for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value)):
            other = self._points.get(point.name)
            if other is not None and other.value != point.value:
                raise RegistryError(
                    "registry.duplicate", group=group, name=point.name, first=other.value, second=point.value
                )
            self._points[point.name] = point

    def names(self) -> list[str]:
        """Return the known names, sorted."""
        return sorted(self._points)

    def load(self, name: str) -> Any:
        """Import and return one extension. Raises RegistryError when there is none of that name."""
        point = self._points.get(name)
        if point is None:
            raise RegistryError("registry.unknown", group=self.group, name=name, known=", ".join(self.names()))
        return point.load()
