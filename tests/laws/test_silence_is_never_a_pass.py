"""Law 1 by force: no pass rests on what is gone or unread."""

import os
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from infra_audit import catalogue
from infra_audit.config import Known, Scope, Settings
from infra_audit.model.facts import FactsDocument, ProvenanceKind
from infra_audit.model.finding import Finding, Verdict
from infra_audit.parsers.engine import compile_platform
from infra_audit.pipeline import Audit, Target
from tests.laws.samples import name, samples

SAMPLES = samples()
FULL = os.environ.get("INFRA_AUDIT_FULL") == "1"
CITED_BESIDE = {("policy-without-effect", "services")}
"""Rule and area that it cites without resting on it: it rests on the list of policies as a whole, and what is derived of
them beside it, whether a sandbox inspects their traffic, comes along."""


@pytest.fixture(scope="module")
def audit() -> Audit:
    return Audit(Settings())


def _target(audit: Audit, folder: Path, text: str, known: Known) -> Target:
    path = folder / "device.txt"
    path.write_text(text, encoding="utf-8")
    return next(iter(audit.read([path], known)))


def _platform(audit: Audit, path: Path, folder: Path) -> str:
    target = _target(audit, folder, path.read_text("utf-8"), Known())
    assert target.platform is not None, f"{path}: the platform of our own sample is not detected"
    return target.platform.name


def _passes(audit: Audit, documents: list[FactsDocument]) -> set[tuple[str, str]]:
    found = audit.findings(documents, Scope())
    return {(f.rule, f.subject["id"]) for f in found if f.verdict is Verdict.PASS}


def test_there_are_samples_of_every_network_platform(audit: Audit, tmp_path: Path) -> None:
    wanted = {p.name for p in audit.platforms.values() if "playbook" not in p.data}
    assert {_platform(audit, path, tmp_path) for path in SAMPLES} == wanted


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_nothing_passes_on_a_file_that_was_cut(path: Path, audit: Audit, tmp_path: Path) -> None:
    platform = _platform(audit, path, tmp_path)
    text = path.read_text("utf-8")
    for tenth in range(1, 10):
        cut = text[: len(text) * tenth // 10]
        targets = [_target(audit, tmp_path, cut, Known(platform=platform))]
        assert _passes(audit, list(audit.documents(targets))) == set(), f"cut at {tenth}0 %"


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_nothing_passes_on_a_section_with_an_unknown_line(path: Path, audit: Audit, tmp_path: Path) -> None:
    known = Known(platform=_platform(audit, path, tmp_path), complete=True)
    lines = path.read_text("utf-8").split("\n")
    whole = list(audit.documents([_target(audit, tmp_path, "\n".join(lines), known)]))
    needs = {rule.id: {(area,) for area in rule.needs} for rule in audit.baseline.rules}
    given_by = {t.name: t.text.head.areas for t in compile_platform(audit.platforms[str(known.platform)]).templates}
    sections = list(_sections(lines))
    chosen = sections if FULL else random.Random(path.name).sample(sections, min(len(sections), 12))
    for first, last in chosen:
        templates = _templates_that_read(whole, first, last)
        if not templates:
            continue
        given = {tuple(area.split("/")) for template in templates for area in given_by[template]}
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        changed = [*lines[:first], f"{indent}frobnicate the widget", *lines[first:]]
        documents = list(audit.documents([_target(audit, tmp_path, "\n".join(changed), known)]))
        unread = {line for d in documents for line in _unread(d)}
        assert first + 1 in unread, f"line {first + 1} is unknown and was not reported"
        # The parts of a divided device are judged each by its own lines.
        where = {d.subject["id"] for d in documents if first + 1 in _unread(d)}
        passed = [
            f for f in audit.findings(documents, Scope()) if f.verdict is Verdict.PASS and f.subject["id"] in where
        ]
        wrong = {f.rule for f in passed if needs[f.rule] & given or _rests_on(f, given)}
        assert not wrong, f"passed although line {first + 1} of their section is unread: {sorted(wrong)}"


@pytest.mark.parametrize("area", sorted(set(catalogue.areas()) - {"subject"}))
@pytest.mark.parametrize("path", SAMPLES[:1] + SAMPLES[-1:], ids=name)
def test_nothing_passes_on_an_unknown_line_that_names_the_area(
    path: Path, area: str, audit: Audit, tmp_path: Path
) -> None:
    known = Known(platform=_platform(audit, path, tmp_path), complete=True)
    for word in catalogue.areas()[area].words[:2]:
        lines = path.read_text("utf-8").split("\n")
        lines.insert(2, f"frobnicate {word}")
        documents = list(audit.documents([_target(audit, tmp_path, "\n".join(lines), known)]))
        wrong = {r.id for r in audit.baseline.rules if area in r.needs} & {
            rule for rule, _ in _passes(audit, documents)
        }
        assert not wrong, f"passed although 'frobnicate {word}' is unread"


def _sections(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield index of the first body line and of the last, of every run of indented lines below a header.

    Comware indents the statements of the whole device too: a run right after its separator has no header.
    """
    start = None
    for number, line in enumerate([*lines, ""]):
        inside = line.startswith((" ", "\t")) and line.strip() != ""
        if inside and start is None:
            start = number
        elif not inside and start is not None:
            if start == 0 or not lines[start - 1].startswith("#"):
                yield start, number - 1
            start = None


def _unread(document: FactsDocument) -> set[int]:
    """Return the lines that are not read, those of the list `not_parsed_yet` among them: each makes its area partial."""
    waiting = {entry.line for entry in document.ignored if entry.list == "not_parsed_yet"}
    return waiting | {entry.line for entry in document.unparsed}


def _templates_that_read(documents: list[FactsDocument], first: int, last: int) -> set[str]:
    """Return the templates that gave a fact from these lines (indexes from 0) in the untouched text."""
    wanted = range(first + 1, last + 2)
    return {
        provenance.template or ""
        for document in documents
        for provenance in document.provenance.values()
        if provenance.kind is ProvenanceKind.LINES and any(a in wanted or b in wanted for a, b in provenance.lines)
    }


def _rests_on(finding: Finding, given: Iterable[tuple[str, ...]]) -> bool:
    """Return whether a pass cites a fact that lies in one of these places."""
    cited = [tuple(evidence.pointer.split("/")[1:]) for evidence in finding.evidence]
    cited = [fact for fact in cited if (finding.rule, fact[0]) not in CITED_BESIDE]
    return any(
        len(fact) >= len(place) and all(part in ("*", own) for part, own in zip(place, fact, strict=False))
        for fact in cited
        for place in given
    )


def test_nothing_passes_on_a_text_that_lost_its_head_and_kept_its_end(audit: Audit, tmp_path: Path) -> None:
    tried = 0
    for path in SAMPLES:
        text = path.read_text("utf-8")
        platform = _platform(audit, path, tmp_path)
        source = audit.platforms[platform].sources[audit.platforms[platform].main_source]
        if "begin" not in source:
            continue
        tried += 1
        lines = text.split("\n")
        for share in (4, 2):
            tail = "\n".join(lines[len(lines) // share :])
            if re.search(source["begin"], tail, re.MULTILINE):
                continue  # a short text: its head is still there
            targets = [_target(audit, tmp_path, tail, Known(platform=platform))]
            assert _passes(audit, list(audit.documents(targets))) == set(), path
    assert tried


def test_nothing_passes_on_a_text_that_lost_its_middle_and_says_how_long_it_was(audit: Audit, tmp_path: Path) -> None:
    tried = 0
    for path in SAMPLES:
        text = path.read_text("utf-8")
        platform = _platform(audit, path, tmp_path)
        source = audit.platforms[platform].sources[audit.platforms[platform].main_source]
        if not ("size" in source and re.search(source["size"], text, re.MULTILINE)):
            continue
        tried += 1
        lines = text.split("\n")
        joined = "\n".join([*lines[: len(lines) // 3], *lines[-2:]])
        targets = [_target(audit, tmp_path, joined, Known(platform=platform))]
        assert _passes(audit, list(audit.documents(targets))) == set(), path
    assert tried


@pytest.mark.parametrize("platform", sorted(catalogue.platforms()))
def test_nothing_passes_on_a_text_that_is_not_understood(platform: str, audit: Audit, tmp_path: Path) -> None:
    known = Known(platform=platform, complete=True)
    targets = [_target(audit, tmp_path, "hello world\nthis is no configuration\nat all\n", known)]
    assert _passes(audit, list(audit.documents(targets))) == set()


TAKEN_BACK = {
    "no ntp server 192.0.2.20": "ntp",
    "no archive": "logging",
    "interface GigabitEthernet1/0/1\n no switchport trunk native vlan": "interfaces",
}
"""Lines that take a setting back without a template reading them: area that may not pass after them."""


@pytest.mark.parametrize("line", sorted(TAKEN_BACK))
def test_nothing_passes_after_a_line_that_takes_it_back(line: str, audit: Audit, tmp_path: Path) -> None:
    path = next(p for p in SAMPLES if "switchport trunk native vlan" in p.read_text("utf-8"))
    known = Known(platform=_platform(audit, path, tmp_path), complete=True)
    text = re.sub(r"^end$", f"{line}\nend", path.read_text("utf-8"), flags=re.MULTILINE)
    passed = {rule for rule, _ in _passes(audit, list(audit.documents([_target(audit, tmp_path, text, known)])))}
    assert not passed & {rule.id for rule in audit.baseline.rules if TAKEN_BACK[line] in rule.needs}
