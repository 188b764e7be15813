"""A person's answer to a question of the self-inspection (自己点検): who, when, about what, with which evidence."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class About(StrEnum):
    """Of whom or what an answer speaks."""

    ROOM = "room"
    SITE = "site"
    DEVICE = "device"
    ROLE = "role"
    ORGANISATION = "organisation"


class Answer(StrEnum):
    """できている 一部できていない できていない 該当なし."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A file that shows that an answer is true."""

    file: str
    """Relative to the folder of attestations."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """One answer, as it was taken in."""

    question: str
    """Id of the rule that asks."""
    about: About
    subjects: tuple[str, ...]
    """Ids of the rooms, sites or devices it speaks of; of a role or the organisation itself one."""
    answer: Answer
    answered_on: dt.date
    by: str
    """Role of who answered."""
    confirmed_by: str | None = None
    """Role of the head of the section who confirmed it."""
    reason: str | None = None
    """Why it is not so, or why it does not apply."""
    improvement: str | None = None
    """What will be done, and when."""
    evidence: tuple[EvidenceFile, ...] = ()
    form: EvidenceFile | None = None
    """The form it was taken from."""
    place: str = ""
    """The form and the row of it that says so, such as `room.xlsx 2F!D7`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What evidence shows of an answer."""

    answer: Answer
    by: str
    answered_on: str
    """ISO date."""
    due_on: str | None = None
    """Last day it counts, included, in Asia/Tokyo."""
    confirmed_by: str | None = None
    reason: str | None = None
    improvement: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    """Evidence file -> sha256."""

    def to_json(self) -> dict[str, Any]:
        """Return what is known, in a fixed order."""
        names = ("by", "answered_on", "due_on", "confirmed_by", "reason", "improvement")
        known = {name: value for name in names if (value := getattr(self, name)) is not None}
        files = [{"file": name, "sha256": digest} for name, digest in sorted(self.files.items())]
        return {"answer": str(self.answer), **known, "evidence": files}
