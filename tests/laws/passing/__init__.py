"""Texts in which rules pass: the cases of the platforms, and small texts beside this module for what no case passes.

A small text is `PLATFORM/NAME.txt`, in which `#begin SOURCE` starts the answer of another command.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from infra_audit import catalogue
from infra_audit.baselines import loader
from infra_audit.baselines.engine import Engine
from infra_audit.model.device import Device
from infra_audit.model.facts import FactsDocument
from infra_audit.model.finding import Finding, Verdict
from infra_audit.model.platform import Platform
from infra_audit.model.rule import Rule
from infra_audit.parsers import engine as parser
from tests.unit.platforms import case as cases

HERE = Path(__file__).parent
NETWORK = ("switch", "router", "firewall", "wireless")
BLOCK = re.compile(r"\{\s*(?:/\*.*|##.*)?$")
AFTER_ALL = re.compile(r"\s*$|Cryptochecksum:|// ")
"""Lines that may follow the last statement, beside the end marker of the platform."""

Sources = Mapping[str, list[str]]


@cache
def rules() -> dict[str, Rule]:
    """Return the automatic rules of network equipment."""
    found = {rule.id: rule for rule in loader.load().rules if rule.mode == "automatic"}
    return {rule_id: rule for rule_id, rule in found.items() if set(NETWORK) & set(rule.kinds or NETWORK)}


@cache
def judge() -> Engine:
    """Return the shipped rules, compiled."""
    return Engine(loader.load())


def kinds(rule: Rule) -> list[str]:
    """Return the kinds of network equipment that a rule concerns."""
    return [kind for kind in NETWORK if kind in (rule.kinds or NETWORK)]


def platforms() -> list[str]:
    """Return the platforms of network equipment."""
    return sorted(name for name, platform in catalogue.platforms().items() if "playbook" not in platform.data)


@cache
def texts(platform: str) -> dict[str, Sources]:
    """Return the lines of each source, by the name of the text."""
    found: dict[str, Sources] = {case.name: cases.texts(case) for case in cases.cases() if case.parent.name == platform}
    main = catalogue.platforms()[platform].main_source
    for file in sorted((HERE / platform).glob("*.txt")):
        found[file.stem] = by_source(file.read_text("utf-8").splitlines(), main)
    return found


def by_source(lines: list[str], main: str) -> dict[str, list[str]]:
    """Return lines by the source that the last `#begin SOURCE` above them names."""
    found: dict[str, list[str]] = {}
    source = main
    for line in lines:
        if line.startswith("#begin "):
            source = line.split()[1]
        else:
            found.setdefault(source, []).append(line)
    return found


def inserted(platform: Platform, sources: Sources, text: str) -> dict[str, list[str]]:
    """Return sources with a text where it belongs: after the last statement, before the end marker."""
    result = {source: list(lines) for source, lines in sources.items()}
    for source, added in by_source(text.split("\n"), platform.main_source).items():
        lines = result.setdefault(source, [])
        end = re.compile(platform.sources[source].get("end", "(?!)"))
        place = len(lines)
        while place and (end.match(lines[place - 1]) or AFTER_ALL.match(lines[place - 1])):
            place -= 1
        lines[place:place] = [_written_like(line, lines, platform.name) for line in added]
    return result


def _written_like(line: str, lines: list[str], platform: str) -> str:
    """Return a `set` statement as a text in braces has it; its words may stand on one line there too."""
    if not line.startswith("set ") or not any(BLOCK.search(other) for other in lines):
        return line
    return line.removeprefix("set ") + (";" if platform == "juniper_junos" else "")


def parse(platform: str, sources: Sources, kind: str) -> list[FactsDocument]:
    """Return the documents of a device of a kind."""
    artifacts = [cases.artifact(source, lines) for source, lines in sources.items()]
    device = Device(id="device", kind=kind, zones=("internet",))
    return list(parser.parse(device, artifacts, [], catalogue.platforms()[platform]))


@cache
def _findings(platform: str, name: str, kind: str) -> dict[str, Finding]:
    documents = parse(platform, texts(platform)[name], kind)
    if len(documents) > 1:
        return {}  # a divided device: what is inserted at its end belongs to one of its parts
    return {finding.rule: finding for finding in judge().judge(documents[0])}


def passes(platform: str, rule: Rule) -> Iterator[tuple[str, Finding]]:
    """Yield name and finding of each text in which a rule passes, for the first kind of device that passes."""
    for name in texts(platform):
        for kind in kinds(rule):
            finding = _findings(platform, name, kind).get(rule.id)
            if finding is not None and finding.verdict is Verdict.PASS:
                yield name, finding
                break


def verdict_after(platform: str, name: str, passed: Finding, rule: Rule, text: str) -> Verdict:
    """Return what a rule says of a text with counter-lines in it.

    A device keeps one value of a setting, so a line that the pass cites makes room for one that sets the same.
    """
    kind = passed.subject["kind"]
    added = {_words(line) for line in text.split("\n")} - {()}
    found = _verdict(platform, texts(platform)[name], kind, rule, text)
    if found is not Verdict.NO_EVIDENCE:
        return found
    sources = without(texts(platform)[name], passed, lambda line: _words(line) in added)
    return _verdict(platform, sources, kind, rule, text)


def without(sources: Sources, passed: Finding, chosen: Callable[[str], object] = str.__len__) -> Sources:
    """Return sources without the lines that a pass cites; `chosen` says which of them, all that hold something."""
    cited: dict[str | None, set[int]] = {}
    for evidence in passed.evidence:
        if evidence.kind == "lines":
            numbers = {n for first, last in evidence.lines for n in range(first, last + 1)}
            cited.setdefault(evidence.artifact, set()).update(numbers)
    return {
        source: [
            line
            for number, line in enumerate(lines, 1)
            if number not in cited.get(f"{source}.txt", ()) or not chosen(line)
        ]
        for source, lines in sources.items()
    }


def _verdict(platform: str, sources: Sources, kind: str, rule: Rule, text: str) -> Verdict:
    changed = inserted(catalogue.platforms()[platform], sources, text)
    (document,) = parse(platform, changed, kind)
    return next(judge().judge(document, rules=[rule.id])).verdict


def _words(line: str) -> tuple[str, ...]:
    """Return the words that say what a line sets: the first two, without what takes it back."""
    words = [word for word in line.strip().removesuffix(";").split() if word not in ("no", "undo", "set", "unset")]
    return tuple(words[:2])
