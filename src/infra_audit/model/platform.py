"""What is known of one platform: the checked contents of its folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any


@dataclass(frozen=True, slots=True)
class Platform:
    """A folder under platforms/ (or of a pack): platform.yaml, checked by its schema, and where its templates lie."""

    name: str
    folder: Traversable
    data: Mapping[str, Any]
    """Contents of platform.yaml; the schema is schemas/platform.schema.json."""

    @property
    def sources(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the commands and files of this platform by source id, in the order of collection."""
        sources: Mapping[str, Mapping[str, Any]] = self.data["sources"]
        return sources

    @property
    def main_source(self) -> str:
        """Return the source that a plain file of this platform is: the one with `main: true`."""
        return next(name for name, source in self.sources.items() if source.get("main"))

    @property
    def aliases(self) -> tuple[str, ...]:
        """Return other values of infra_audit_platform or ansible_network_os that mean this platform."""
        return (self.name, *self.data.get("aliases", ()))

    @property
    def default_kind(self) -> str:
        """Return the kind assumed when nobody said one."""
        kind: str = self.data["default_kind"]
        return kind


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the facts: its JSON Schema and the words by which an unread line is known to touch it."""

    name: str
    schema: Mapping[str, Any]

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words of the area (`x-words`), without those that a platform adds."""
        return tuple(self.schema.get("x-words", ()))

    @property
    def is_read(self) -> bool:
        """Say whether targets can say something of it; `x-given` areas come from elsewhere, subject from the inventory."""
        return self.name != "subject" and "x-given" not in self.schema
