"""What each rule can say of each platform: `make corpus` writes docs/rules/platforms.md.

Every rule is judged on real configurations (a fixed sample of the corpus) and on the cases of the platform's tests, which
hold the answers of status commands too. Kinds, roles and zones are what the rules ask for, so that what is left undecided
is due to the platform: a hole shows, with the reason that a reader of the report would get.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from docs.corpus_report import ROOT, folders, texts
from infra_audit import catalogue
from infra_audit.baselines import loader
from infra_audit.baselines.engine import Engine
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Completeness
from infra_audit.model.facts import FactsDocument
from infra_audit.model.finding import Finding, Verdict
from infra_audit.model.platform import Platform
from infra_audit.model.rule import Baseline, Rule
from infra_audit.parsers import engine
from infra_audit.reports.columns import reason_text
from infra_audit.texts import LANGUAGES
from infra_audit.yamlfile import load

PAGE = ROOT / "docs" / "rules" / "platforms.md"
CASES = ROOT / "tests" / "unit" / "platforms"
SAMPLE = 12
"""Files of the corpus for each platform."""
_ALSO = {"switch": ("switch", "router")}
"""Kinds a device may have whose platform is usually another."""
_DEVICE = Device(id="device", zones=("mynumber",), roles=("access", "core", "perimeter"), location="room")
_MARKS = {Verdict.PASS: "○", Verdict.FAIL: "×", Verdict.NOT_APPLICABLE: "－", Verdict.NO_EVIDENCE: "？"}


@dataclass
class Cell:
    """What one rule said of one platform."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    reasons: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Texts in both languages, of the findings that decided nothing."""

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        self.verdicts[finding.verdict] += 1
        if finding.verdict in (Verdict.NOT_APPLICABLE, Verdict.NO_EVIDENCE):
            self.reasons[said(finding)] += 1

    @property
    def decided(self) -> bool:
        """Say whether the rule passed or failed somewhere."""
        return bool(self.verdicts[Verdict.PASS] or self.verdicts[Verdict.FAIL])

    @property
    def mark(self) -> str:
        """Return the verdicts as marks; where it was decided somewhere, only those that decide."""
        shown = (Verdict.PASS, Verdict.FAIL) if self.decided else (Verdict.NOT_APPLICABLE, Verdict.NO_EVIDENCE)
        return "".join(_MARKS[verdict] for verdict in shown if self.verdicts[verdict])


def said(finding: Finding) -> tuple[str, ...]:
    """Return the reason of a finding in each language; an empty text where there is none."""
    reason = finding.reason.to_json() if finding.reason else None
    return tuple(reason_text(reason, lang) if reason else "" for lang in LANGUAGES)


def samples(platform: Platform) -> Iterator[list[Artifact]]:
    """Yield the artefacts of one device after the other: real files, then the cases of the tests."""
    for folder in (f for f in folders() if f.name == platform.name):
        files = sorted(texts(folder), key=lambda found: str(found[0]))
        chosen = random.Random(platform.name).sample(files, min(SAMPLE, len(files)))  # noqa: S311 - a fixed sample
        for path, lines in chosen:
            yield [_artifact(platform.main_source, path.name, lines)]
    yield from cases(platform)


def cases(platform: Platform) -> Iterator[list[Artifact]]:
    """Yield the artefacts of each case of the platform's tests."""
    for case in sorted((CASES / platform.name).glob("*/expected.json")):
        sources: Mapping[str, str] = load(case)["sources"]
        yield [_artifact(s, f, (case.parent / f).read_text("utf-8").splitlines()) for s, f in sources.items()]


def _artifact(source: str, name: str, lines: Sequence[str]) -> Artifact:
    return Artifact(
        device="device", source=source, name=name, lines=tuple(lines), sha256="0", source_sha256="0", encoding="utf-8",
        collector="files", complete=Completeness.YES,
    )  # fmt: skip


def documents(platform: Platform, artifacts: list[Artifact]) -> Iterator[FactsDocument]:
    """Yield the documents of a device, once for each kind it may have."""
    for document in engine.parse(_DEVICE, artifacts, [], platform):
        for kind in _ALSO.get(platform.default_kind, (platform.default_kind,)):
            subject = {**document.facts["subject"], "kind": kind}
            yield replace(document, facts={**document.facts, "subject": subject})


def measure(platform: Platform, baseline: Baseline) -> dict[str, Cell]:
    """Return what each rule said of a platform. A kind that a rule does not concern says nothing of the platform."""
    judge = Engine(baseline)
    kinds = _ALSO.get(platform.default_kind, (platform.default_kind,))
    concerned = {r.id: r for r in baseline.rules if r.kinds is None or set(r.kinds) & set(kinds)}
    cells = {rule: Cell() for rule in concerned}
    for artifacts in samples(platform):
        for document in documents(platform, artifacts):
            kind = document.facts["subject"]["kind"]
            for finding in judge.judge(document):
                rule = concerned.get(finding.rule)
                if rule is not None and (rule.kinds is None or kind in rule.kinds):
                    cells[rule.id].add(finding)
    return cells


def page(baseline: Baseline, found: Mapping[str, Mapping[str, Cell]]) -> str:
    """Return the page."""
    names = list(found)
    lines = [
        "# 規則と機種 / Rules and platforms",
        "",
        "`make corpus` が、公開されている実機の設定（機種ごとに最大 12 件）と各機種の試験用の出力にすべての規則を当てて作る。",
        "`make corpus` makes this page by judging real configurations (up to 12 a platform) and the texts of the platform's tests by every rule.",
        "",
        "- ○ 適合した例がある / some pass",
        "- × 不適合の例がある / some fail",
        "- － 該当なしだけ / only not applicable",
        "- ？ 証跡なしだけ（穴） / only no evidence: a hole",
        "- 空欄: 規則の対象種別がその機種にない / blank: the rule is for other kinds",
        "",
        "| 規則 / rule | " + " | ".join(names) + " |",
        "|---|" + "---|" * len(names),
    ]
    for rule in baseline.rules:
        marks = [found[name][rule.id].mark if rule.id in found[name] else "" for name in names]
        lines.append(f"| {rule.id} | " + " | ".join(marks) + " |")
    lines += [
        "",
        "## 集計 / Counts",
        "",
        "| 機種系統 / platform | 判定できた / decided | － | ？ |",
        "|---|---|---|---|",
    ]
    lines += [f"| {name} | {_counts(cells)} |" for name, cells in found.items()]
    lines += ["", "## 判定できなかった規則と理由 / What was not decided, and why"]
    for name, cells in found.items():
        lines += ["", f"### {name}", "", *_undecided(cells)]
    return "\n".join(lines) + "\n"


def _counts(cells: Mapping[str, Cell]) -> str:
    decided = sum(cell.decided for cell in cells.values())
    holes = sum(not cell.decided and bool(cell.verdicts[Verdict.NO_EVIDENCE]) for cell in cells.values())
    return f"{decided} | {len(cells) - decided - holes} | {holes}"


def _undecided(cells: Mapping[str, Cell]) -> Iterator[str]:
    """Yield one line a reason, with the rules it stops; of a rule the reason that was given most often."""
    rules: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for rule, cell in cells.items():
        if not cell.decided:
            reasons = sorted(cell.reasons.items(), key=lambda found: (-found[1], found[0]))
            rules.setdefault((cell.mark, reasons[0][0] if reasons else ("", "")), []).append(rule)
    for (mark, reason), names in sorted(rules.items()):
        yield f"- {mark} {' / '.join(reason)}: {', '.join(names)}"


def unexplained(rules: Sequence[Rule], findings: Sequence[Finding]) -> list[str]:
    """Return the rules that said nothing, or left something undecided without a reason in both languages."""
    judged = {finding.rule for finding in findings}
    silent = [rule.id for rule in rules if rule.id not in judged]
    undecided = (f for f in findings if f.verdict in (Verdict.NOT_APPLICABLE, Verdict.NO_EVIDENCE))
    return silent + [f.rule for f in undecided if not all(said(f)) or (f.reason and f.reason.code in said(f))]


def write(path: Path = PAGE) -> None:
    """Write the page."""
    baseline = loader.load()
    found = {name: measure(platform, baseline) for name, platform in sorted(catalogue.platforms().items())}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(baseline, found), encoding="utf-8")


if __name__ == "__main__":
    write()
