"""From Ansible's result of one host to what was collected, and why the rest was not."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra_audit.collectors.ansible_output import Block, Gathered, read
from infra_audit.collectors.interface import Job
from infra_audit.model.evidence import Collection, Completeness, NotCollected, RawArtifact
from infra_audit.model.reason import Reason

COLLECTOR = "servers"
RESULT_LIMIT_CHARACTERS = 64 * 1024 * 1024
"""A host's result, in which its answer stands twice, is not taken when it is longer."""

_CAUSES = (
    ("collect.host_key_changed", r"REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed"),
    ("collect.host_key_unknown", r"No (?P<key>\S+) host key is known for (?P<host>\S+)"),
    ("collect.host_key_refused", r"Host key verification failed|Host Key checking is enabled"),
    (
        "collect.become_refused",
        r"(?:Incorrect|Missing) \S+ password|password is required|not in the sudoers|become password prompt",
    ),
    ("collect.variable_undefined", r"'(?P<variable>\w+)' is undefined"),
    ("collect.vault_locked", r"no vault secrets"),
    ("collect.login_refused", r"Permission denied|Too many authentication failures|Authentication failed"),
    ("collect.no_common_algorithm", r"no matching (?:host key type|key exchange method|cipher|MAC) found"),
    ("collect.name_unknown", r"Could not resolve hostname|Name or service not known"),
    ("collect.connection_refused", r"Connection refused"),
    ("collect.unreachable", r"No route to host|Network is unreachable|Host is down"),
    ("collect.timeout", r"[Tt]imed? ?out"),
    (
        "collect.dropped",
        r"Connection (?:closed|reset)|Broken pipe|closed by remote host|kex_exchange_identification|lost connection",
    ),
)
"""Words of ssh, sudo and Ansible (in English: the environment sees to it), the more telling ones first."""


def collection(job: Job, result: Mapping[str, Any], at: str) -> Collection:
    """Return what one host's result holds; `at` is the time of the result, ISO 8601. A refused host is data."""
    if not result:  # emptied on the way
        return nothing(job, Reason("collect.too_long"), at)
    gathered = read(str(result.get("stdout", "")))
    if not gathered.began:
        return nothing(job, cause(result), at)
    artifacts: list[RawArtifact] = []
    missing: list[NotCollected] = []
    for item in _sources(job, gathered, at):
        if isinstance(item, RawArtifact):
            artifacts.append(item)
        else:
            missing.append(item)
    return Collection(device=job.device, artifacts=tuple(artifacts), missing=tuple(missing))


def nothing(job: Job, reason: Reason, at: str | None = None) -> Collection:
    """Return the collection of a host of which nothing came."""
    return Collection(device=job.device, missing=(NotCollected(device=job.device.id, reason=reason, collected_at=at),))


def cause(result: Mapping[str, Any]) -> Reason:
    """Return why a host gave no answer. Its own words are only looked at: they may hold anything."""
    if result.get("timedout"):
        return Reason("collect.timeout")
    said = "\n".join(str(result.get(name, "")) for name in ("msg", "stderr", "module_stderr"))
    for code, pattern in _CAUSES:
        found = re.search(pattern, said)
        if found is not None:
            return Reason(code, found.groupdict())
    if "rc" in result:
        return Reason("collect.no_answer", {"exit": result["rc"]})
    return Reason("collect.failed", {"error": "ansible"})


def _sources(job: Job, gathered: Gathered, at: str) -> Iterator[RawArtifact | NotCollected]:
    blocks = {block.source: block for block in gathered.blocks}
    for source, about in job.platform.sources.items():
        block = blocks.get(source)
        if block is None:
            code = "collect.not_gathered" if gathered.ended else "collect.cut"
            yield NotCollected(device=job.device.id, source=source, reason=Reason(code), collected_at=at)
        else:
            yield _source(job, block, about, at)


def _source(job: Job, block: Block, about: Mapping[str, Any], at: str) -> RawArtifact | NotCollected:
    command = str(about.get("command") or about.get("path"))
    lost = _lost(block, command)
    if lost is not None:
        return NotCollected(device=job.device.id, source=block.source, reason=lost, collected_at=at)
    complete, why = _completeness(block)
    return RawArtifact(
        device=job.device.id,
        source=block.source,
        name=command,
        data=block.data,
        collector=COLLECTOR,
        command=command,
        collected_at=at,
        exit=block.exit,
        complete=complete,
        complete_reason=why,
    )


def _lost(block: Block, command: str) -> Reason | None:
    """Return why nothing of a source can be used, or None."""
    if block.state == "unreadable":
        return Reason("collect.unreadable", {"path": command})
    if block.state == "missing_tool":
        return Reason("collect.tool_missing", {"command": command})
    if block.too_long:
        return Reason("collect.too_long")
    return None


def _completeness(block: Block) -> tuple[Completeness, Reason]:
    if not block.whole:
        return Completeness.NO, Reason("collect.cut")
    if block.state == "absent":
        return Completeness.YES, Reason("collect.file_absent")
    return Completeness.YES, Reason("collect.size_matches")
