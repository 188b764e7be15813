"""One difference between two scans."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed, with the evidence of the side that shows it."""

    layer: str
    """configuration, facts, findings or flows."""
    change: str
    """added, removed, changed, moved; of findings: new, fixed, regressed, became_no_evidence, device_gone, unchanged."""
    subject: str
    key: str
    """Stable key of the fact; `RULE KEY` of a finding's item."""
    pointer: str | None = None
    before: Any = None
    after: Any = None
    evidence: tuple[dict[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of design 7."""
        return {
            "layer": self.layer,
            "change": self.change,
            "subject": self.subject,
            "key": self.key,
            "pointer": self.pointer,
            "before": self.before,
            "after": self.after,
            "evidence": list(self.evidence),
        }
