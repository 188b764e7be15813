"""What the parsers make of configurations that nobody of this project wrote: `make corpus` writes docs/corpus.md.

Reads the corpus beside the checkout (or `INFRA_AUDIT_CORPUS`, and `INFRA_AUDIT_CORPUS_MORE` for a second one). Every file is
read as its platform and as complete; what was understood, left out and not understood is counted in lines.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from infra_audit import catalogue
from infra_audit.config import Scope, Settings
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Completeness
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument
from infra_audit.model.finding import Verdict
from infra_audit.model.platform import Platform
from infra_audit.parsers import engine
from infra_audit.pipeline import Audit
from infra_audit.snapshot.decode import Decoded, decode
from infra_audit.snapshot.detect import detect

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PAGE = ROOT / "docs" / "corpus.md"
HEADS = 8
"""Most frequent unread line heads shown for a platform."""
_GAPS = frozenset({"parse.unparsed_lines", "parse.not_parsed_yet", "parse.contradictory_lines", "parse.invalid_fact"})


@dataclass
class Tally:
    """Counts of one platform."""

    files: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    heads: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    detected: Counter[str] = field(default_factory=Counter)
    facts: int = 0
    stopped: int = 0
    """Findings that are no_evidence only because lines of their area were not read."""
    seconds: float = 0.0

    @property
    def statements(self) -> int:
        """Return the lines that say something."""
        return self.lines["used"] + self.lines["ignored"] + self.lines["unparsed"]

    def share(self, *names: str) -> str:
        """Return the share of some kinds of lines in the statements."""
        return f"{100 * sum(self.lines[name] for name in names) / max(1, self.statements):.1f}"


def folders() -> list[Path]:
    """Return the folders of the corpora, one for each platform."""
    roots = [
        Path(os.environ.get("INFRA_AUDIT_CORPUS", SHARED / "corpus")),
        Path(os.environ.get("INFRA_AUDIT_CORPUS_MORE", SHARED / "corpus-gpl3")),
    ]
    return sorted(path for root in roots if root.is_dir() for path in root.iterdir() if path.is_dir())


def texts(folder: Path) -> Iterator[tuple[Path, Sequence[str]]]:
    """Yield the files of a folder with their lines."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        decoded = decode(path.read_bytes())
        if isinstance(decoded, Decoded):
            yield path, decoded.lines


def measure(platform: Platform, folder: Path, audit: Audit) -> Tally:
    """Return the counts of one platform over the files of a folder."""
    tally = Tally()
    for path, lines in texts(folder):
        tally.files += 1
        found = detect(lines, audit.platforms)
        tally.detected[found.platform.name if found.platform else str(found.reason.code if found.reason else "")] += 1
        artifact = Artifact(
            device=path.name, source=platform.main_source, name=path.name, lines=tuple(lines), sha256="0", source_sha256="0",
            encoding="utf-8", collector="files", complete=Completeness.YES,
        )  # fmt: skip
        start = time.process_time()
        documents = list(engine.parse(Device(id=path.name), [artifact], [], platform))
        tally.seconds += time.process_time() - start
        for document in documents:
            _count(tally, document, audit)
    return tally


def _count(tally: Tally, document: FactsDocument, audit: Audit) -> None:
    for counts in document.line_counts.values():
        tally.lines.update(used=counts.used, ignored=counts.ignored, unparsed=counts.unparsed, blank=counts.blank)
    tally.lines["not_parsed_yet"] += sum(1 for line in document.ignored if line.list == "not_parsed_yet")
    tally.heads.update(_head(line.text) for line in document.unparsed)
    tally.problems.update(problem.reason.code for problem in document.problems)
    tally.facts += len(document.provenance)
    seen = {f.rule: f.verdict for f in audit.findings([document], Scope())}
    tally.verdicts.update(str(verdict) for verdict in seen.values())
    healed = {f.rule: f.verdict for f in audit.findings([_without_gaps(document)], Scope())}
    tally.stopped += sum(
        1
        for rule, verdict in seen.items()
        if verdict is Verdict.NO_EVIDENCE and healed[rule] is not Verdict.NO_EVIDENCE
    )


def _without_gaps(document: FactsDocument) -> FactsDocument:
    """Return the document as if every line of it had been read: what unread lines cost shows in the difference."""
    coverage: Mapping[str, Coverage] = {
        area: Coverage(state=CoverageState.PARSED) if state.reason and state.reason.code in _GAPS else state
        for area, state in document.coverage.items()
    }
    return replace(document, coverage=coverage)


def _head(text: str) -> str:
    words = re.sub(r"\d+", "N", text.strip()).split()
    return " ".join(words[:2])[:40]


def agreements() -> list[str]:
    """Return what the comparisons with independent truths print, field by field."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "figures.txt")
        command = [sys.executable, "-m", "pytest", "-q", "tests/corpus", "-k", "truth", "--figures", str(report)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "INFRA_AUDIT_FULL": "1"}, capture_output=True, check=False)
        return report.read_text("utf-8").splitlines() if report.is_file() else []


def page(tallies: Mapping[str, Tally], without: Mapping[str, int], figures: Sequence[str]) -> str:
    """Return the page."""
    rows = [
        f"| {name} | {t.files} | {t.statements:,} | {t.share('used')} | {t.share('ignored')} | {t.share('not_parsed_yet')} | {t.share('unparsed')} | {t.facts:,} | {_detected(name, t)} | {_cost(t)} |"
        for name, t in tallies.items()
    ]
    verdicts = [f"| {name} | {_verdicts(t)} |" for name, t in tallies.items()]
    details = [line for name, t in tallies.items() for line in _details(name, t)]
    return "\n".join(
        [
            "# Real configurations",
            "",
            "Made by `make corpus` from configurations that nobody of this project wrote. Shares are per cent of the lines that say something",
            "(blank lines, comments and block ends are left out); every file is read as its platform and as complete.",
            "`not read yet` is part of `left out`: lines known to be of an area that no template reads; they make it partial.",
            "",
            "| platform | files | lines | read | left out | not read yet | not understood | facts | detected | CPU ms / 1,000 lines |",
            "|---|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "Without a platform folder: " + ", ".join(f"{name} ({count})" for name, count in without.items()) + ".",
            "",
            "## Findings",
            "",
            "`stopped` are findings that are no_evidence only because lines of their area were not read.",
            "",
            "| platform | pass | fail | not applicable | no evidence | stopped |",
            "|---|---|---|---|---|---|",
            *verdicts,
            "",
            "## Agreement with independent truths",
            "",
            "Values of one field: the same, not known to the parser, listed as a wrong truth with its reason",
            "(`tests/corpus/truth_exceptions*.yaml`), different. A difference fails the tests.",
            "",
            "```",
            *figures,
            "```",
            "",
            "## What is not understood most",
            "",
            *details,
        ]
    )


def _detected(name: str, tally: Tally) -> str:
    others = {found: count for found, count in sorted(tally.detected.items()) if found != name}
    told = ", ".join(f"{found} {count}" for found, count in others.items())
    return f"{tally.detected[name]} of {tally.files}" + (f" ({told})" if told else "")


def _cost(tally: Tally) -> str:
    return f"{1_000_000 * tally.seconds / max(1, sum(tally.lines[n] for n in ('used', 'ignored', 'unparsed', 'blank'))):.0f}"


def _verdicts(tally: Tally) -> str:
    total = max(1, sum(tally.verdicts.values()))
    names = ("pass", "fail", "not_applicable", "no_evidence")
    return " | ".join(
        [*(f"{100 * tally.verdicts[n] / total:.1f}" for n in names), f"{100 * tally.stopped / total:.1f}"]
    )


def _details(name: str, tally: Tally) -> list[str]:
    heads = ", ".join(
        f"`{head}` {count}" for head, count in sorted(tally.heads.most_common(HEADS), key=lambda h: (-h[1], h[0]))
    )
    problems = ", ".join(f"{code} {count}" for code, count in sorted(tally.problems.items()))
    return [f"- **{name}**: {heads or 'nothing'}" + (f". Problems: {problems}" if problems else ""), ""]


def main() -> None:
    """Write the page."""
    audit = Audit(Settings())
    tallies: dict[str, Tally] = {}
    without: dict[str, int] = {}
    for folder in folders():
        platform = catalogue.by_alias(audit.platforms, folder.name)
        if platform is None:
            if folder.name != "truth":
                without[folder.name] = sum(1 for path in folder.rglob("*") if path.is_file())
        elif "netmiko" in platform.data or "playbook" not in platform.data:
            tallies[folder.name] = measure(platform, folder, audit)
    if not tallies:
        raise SystemExit(f"no corpus at {SHARED}")
    PAGE.write_text(page(tallies, without, agreements()), encoding="utf-8")


if __name__ == "__main__":
    main()
