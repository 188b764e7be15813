"""Exit statuses, their order of precedence, and the sentence that says why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from infra_audit.model.finding import Finding, Severity, Verdict


class Exit(IntEnum):
    """What the status of a command means. Precedence: 130, 70, 5, 2, 4, 1, 3, 0."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    INPUT = 4
    INTEGRITY = 5
    INTERNAL = 70
    INTERRUPTED = 130


@dataclass(slots=True)
class Tally:
    """Counts of the findings of one run, as they pass by."""

    fail_on: Severity
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    subjects: dict[str, dict[str, Any]] = field(default_factory=dict)
    open: int = 0
    """Failing findings at or above `fail_on` with an item that no valid waiver covers."""

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        self.verdicts[finding.verdict] += 1
        if finding.is_open and finding.severity.weight >= self.fail_on.weight:
            self.open += 1
        subject = finding.subject
        row = self.subjects.setdefault(
            subject["id"],
            {
                "id": subject["id"],
                "kind": subject.get("kind"),
                "platform": subject.get("platform"),
                **{str(v): 0 for v in Verdict},
            },
        )
        row[str(finding.verdict)] += 1

    def records(self, findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
        """Count findings and hand them on as records of the JSON contract."""
        for finding in findings:
            self.add(finding)
            yield finding.to_json()

    def status(self) -> Exit:
        """Return the exit status that these findings give."""
        if self.open:
            return Exit.FINDINGS
        if self.verdicts[Verdict.NO_EVIDENCE] or not self.subjects:
            return Exit.INCOMPLETE
        return Exit.OK
