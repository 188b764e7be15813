"""Why something is missing or stopped: a code and fields, shown in either language by texts/reasons.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of texts/reasons.yaml and the fields that fill its places. Never holds a secret."""

    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the stable JSON form; the rendered texts are added by reports."""
        return {"code": self.code, "fields": dict(sorted(self.fields.items()))}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Reason":
        """Read what `to_json` wrote."""
        return cls(data["code"], dict(data.get("fields", {})))
