"""A site's word that unparsed lines are known and harmless."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Lines that somebody has looked at: they count as ignored, and show in the evidence with this."""

    pattern: str
    """Regular expression that matches the whole statement, without its indent."""
    reason: str
    who: str
    until: str
    """ISO date, included."""

    def shown(self) -> str:
        """Return who vouches, until when and why, as the evidence shows it."""
        return f"{self.who}, {self.until}: {self.reason}"
