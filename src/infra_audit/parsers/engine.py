"""Configurations to facts: the entry of the parsers.

Each artefact is split into sections, each section is read by the template that claims it, captured values become facts
with the lines they came from, and whatever was not understood is told line by line. See ARCHITECTURE.md for the laws.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from infra_audit.model.acknowledgement import Acknowledgement
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Completeness, NotCollected
from infra_audit.model.facts import FactsDocument, Problem
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason
from infra_audit.parsers.accounting import Accountant, ScopeAccount, matchers
from infra_audit.parsers.platform import CompiledPlatform
from infra_audit.parsers.reading import Reading, read
from infra_audit.parsers.target import Target, share_troubles

_compiled: dict[tuple[str, str], tuple[Platform, CompiledPlatform]] = {}


def compile_platform(platform: Platform) -> CompiledPlatform:
    """Return the compiled platform, made once per process. Raises PlatformError when a template or grammar is wrong."""
    key = (platform.name, str(platform.folder))
    found = _compiled.get(key)
    if found is None or (found[0] is not platform and found[0].data != platform.data):
        found = (platform, CompiledPlatform(platform))
        _compiled[key] = found
    return found[1]


def forget() -> None:
    """Forget the compiled platforms and all that they remember of texts; for measurements."""
    _compiled.clear()


def parse(
    device: Device,
    artifacts: Sequence[Artifact],
    missing: Sequence[NotCollected],
    platform: Platform,
    *,
    acknowledgements: Sequence[Acknowledgement] = (),
) -> Iterator[FactsDocument]:
    """Yield the facts document of a device, then one for each VDOM, context or logical system of it.

    A bad line, value or template is told in the document and never stops the rest.
    Raises PlatformError when the platform folder itself is wrong.
    """
    compiled = compile_platform(platform)
    with _no_collection():
        documents = _documents(device, artifacts, missing, compiled, acknowledgements)
    yield from documents


def _documents(
    device: Device,
    artifacts: Sequence[Artifact],
    missing: Sequence[NotCollected],
    compiled: CompiledPlatform,
    acknowledgements: Sequence[Acknowledgement],
) -> list[FactsDocument]:
    problems: list[Problem] = []
    readings = _readings(artifacts, compiled, problems)
    scopes = list(dict.fromkeys(scope for reading in readings for scope in reading.split.scopes))
    targets = [Target(device, compiled, readings, scope, scopes) for scope in ("", *scopes)]
    known = matchers(acknowledgements)

    def account() -> dict[str, Mapping[str, ScopeAccount]]:
        return {reading.artifact.name: Accountant(reading, compiled, known).account() for reading in readings}

    accounts = account()
    for reading in readings:
        _doubt(reading, accounts[reading.artifact.name].values())
    device_system = targets[0].system()
    changed = [target.complete(_of_scope(accounts, target.scope), device_system) for target in targets]
    if any(changed):
        accounts = account()
    for reading in readings:
        problems += _oddities(reading)
    own = [_of_scope(accounts, target.scope) for target in targets]
    share_troubles(targets, own)
    return [
        target.document(scoped, missing, problems if not target.scope else ())
        for target, scoped in zip(targets, own, strict=True)
    ]


def _doubt(reading: Reading, accounts: Iterable[ScopeAccount]) -> None:
    """Take back that an artefact is complete when more of it is unread than read.

    A line that is not there says something only in a text that is understood; this one may be of another platform.
    """
    counts = [account.counts for account in accounts]
    known = sum(c.used + c.ignored for c in counts)
    if sum(c.unparsed for c in counts) > known and reading.artifact.complete is Completeness.YES:
        reading.artifact = replace(
            reading.artifact, complete=Completeness.UNKNOWN, complete_reason=Reason("parse.mostly_unread")
        )


def _of_scope(accounts: Mapping[str, Mapping[str, ScopeAccount]], scope: str) -> dict[str, ScopeAccount]:
    return {name: scoped[scope] for name, scoped in accounts.items() if scope in scoped}


def _oddities(reading: Reading) -> list[Problem]:
    """Return what was wrong with the structure of an artefact, and which templates failed on it."""
    name = reading.artifact.name
    detected = reading.artifact.detected
    unsure = []
    if detected is not None and not detected.sure:
        line = detected.lines[0][0] if detected.lines else None
        unsure = [Problem(artifact=name, line=line, reason=Reason("detect.unsure", {"score": detected.score}))]
    found = unsure + [
        Problem(artifact=name, line=oddity.line, reason=Reason(oddity.code)) for oddity in reading.split.oddities
    ]
    found += [Problem(artifact=name, line=line, reason=why) for line, why in reading.artifact.damaged]
    for template, what in sorted(reading.failures.items()):
        found.append(
            Problem(
                artifact=name, line=None, reason=Reason("parse.template_failed", {"template": template, "what": what})
            )
        )
    return found


def _readings(artifacts: Sequence[Artifact], compiled: CompiledPlatform, problems: list[Problem]) -> list[Reading]:
    """Read the artefacts in the order of the platform's sources; of two of one source the last counts."""
    by_source: dict[str, Artifact] = {}
    for artifact in artifacts:
        if artifact.source not in compiled.sources:
            problems.append(
                Problem(
                    artifact=artifact.name,
                    line=None,
                    reason=Reason("parse.unknown_source", {"source": artifact.source}),
                )
            )
            continue
        if artifact.source in by_source:
            older = by_source[artifact.source]
            problems.append(
                Problem(
                    artifact=older.name, line=None, reason=Reason("parse.source_twice", {"source": artifact.source})
                )
            )
        by_source[artifact.source] = artifact
    present = [source for source in compiled.sources if source in by_source]
    return [read(by_source[name], compiled.sources[name], order, compiled) for order, name in enumerate(present)]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold back garbage collection: a parse makes many values that all stay, and collecting trebles its time.

    At the end they count as old at once (frozen and unfrozen), or the next collection would look at every one of them.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        if enabled:
            gc.enable()
