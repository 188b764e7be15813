"""Everything from one device: login, each source of its platform, and what to make of a failure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from infra_audit.collectors.interface import Job, Options
from infra_audit.collectors.network_errors import DROPPED, reason_of
from infra_audit.collectors.network_hostkeys import KnownHosts
from infra_audit.collectors.network_session import Session, open_session
from infra_audit.collectors.network_sockets import Sockets
from infra_audit.collectors.network_terminal import WIRE, Answer, Ended
from infra_audit.model.evidence import Collection, Completeness, NotCollected, RawArtifact
from infra_audit.model.reason import Reason

COLLECTOR = "network"
_SSH_PORT = 22
_REFUSAL_LINES = 12
_REFUSAL_CHARS = 80
_ENDED = {
    Ended.DROPPED: Reason("collect.cut"),
    Ended.SILENT: Reason("collect.silent"),
    Ended.TOO_LONG: Reason("collect.too_long"),
}


@dataclass(slots=True)
class _Attempt:
    """What one session brought."""

    artifacts: list[RawArtifact] = field(default_factory=list)
    missing: list[NotCollected] = field(default_factory=list)
    dropped: bool = False


class DeviceCollector:
    """Collects devices with what the sessions of one run share."""

    def __init__(self, options: Options, hosts: KnownHosts, sockets: Sockets, cancelled: Callable[[], bool]) -> None:
        self._options = options
        self._hosts = hosts
        self._sockets = sockets
        self._cancelled = cancelled

    def collect(self, job: Job) -> Collection:
        """Return all that one device gives. A device that fails is data; this never raises for one."""
        missing = _impossible(job)
        if missing is not None:
            return _nothing(job, missing)
        best = self._attempt(job)
        for _ in range(self._options.retries):
            if not best.dropped or self._cancelled():
                break
            again = self._attempt(job)
            best = again if len(again.artifacts) >= len(best.artifacts) else best
        if self._cancelled() and (best.missing or best.dropped):
            return cancelled(job)
        return Collection(device=job.device, artifacts=tuple(best.artifacts), missing=tuple(best.missing))

    def _attempt(self, job: Job) -> _Attempt:
        credentials = job.credentials
        assert credentials is not None
        connection = None
        try:
            seconds = self._options.connect_timeout_seconds
            connection = self._sockets.connect(
                credentials.host, credentials.port or _SSH_PORT, seconds, self._cancelled
            )
            session = open_session(job, self._options, self._hosts, connection, self._cancelled)
            return self._read_sources(job, session)
        except Exception as error:  # noqa: BLE001 - one bad device never stops the rest; the reason tells the type
            reason = reason_of(error)
            return _Attempt(missing=_nothing_at_all(job, reason), dropped=reason.code == DROPPED)
        finally:
            if connection is not None:
                self._sockets.release(connection)

    def _read_sources(self, job: Job, session: Session) -> _Attempt:
        result = _Attempt()
        commands = [(name, about) for name, about in job.platform.sources.items() if "command" in about]
        polite = False
        try:
            for place, (source, about) in enumerate(commands):
                ended = self._read_source(job, session, source, about, result)
                if ended is not Ended.PROMPT:
                    result.dropped = ended is Ended.DROPPED
                    result.missing += [_not_collected(job, _lost(ended), later) for later, _ in commands[place + 1 :]]
                    break
            else:
                polite = True
        finally:
            session.close(polite=polite)
        return result

    def _read_source(self, job: Job, session: Session, source: str, about: Any, result: _Attempt) -> Ended:
        answer = session.terminal.ask(about["command"])
        refusal = _refusal(answer, about)
        if refusal is not None:
            if not about.get("optional"):
                reason = Reason("collect.refused", {"command": about["command"], "answer": refusal})
                result.missing.append(_not_collected(job, reason, source))
        elif answer.ended is Ended.PROMPT or answer.data.strip():
            result.artifacts.append(_artifact(job, source, about["command"], answer))
        else:
            result.missing.append(_not_collected(job, _lost(answer.ended), source))
        return answer.ended


def _impossible(job: Job) -> Reason | None:
    """Return why there is no use in trying, or None."""
    if "netmiko" not in job.platform.data:
        return Reason("collect.no_driver", {"platform": job.platform.name})
    if job.credentials is None or not job.credentials.host:
        return Reason("collect.no_credentials")
    return None


def _lost(ended: Ended) -> Reason:
    return Reason(DROPPED if ended is Ended.DROPPED else "collect.timeout")


def _refusal(answer: Answer, about: Any) -> str | None:
    """Return the words of a refusal: a short answer, one line of which platform.yaml knows as such."""
    lines = [line for line in answer.data.decode(WIRE).split("\n") if line.strip()]
    if answer.ended is not Ended.PROMPT or len(lines) > _REFUSAL_LINES:
        return None
    for pattern in about.get("refused", ()):
        for line in lines:
            found = re.search(pattern, line)
            if found:
                return found.group()[:_REFUSAL_CHARS]
    return None


def _artifact(job: Job, source: str, command: str, answer: Answer) -> RawArtifact:
    whole = answer.ended is Ended.PROMPT
    return RawArtifact(
        device=job.device.id,
        source=source,
        name=command,
        data=answer.data,
        collector=COLLECTOR,
        command=command,
        collected_at=_now(),
        complete=Completeness.YES if whole else Completeness.NO,
        complete_reason=Reason("collect.prompt_returned") if whole else _ENDED[answer.ended],
    )


def _not_collected(job: Job, reason: Reason, source: str | None = None) -> NotCollected:
    return NotCollected(device=job.device.id, reason=reason, source=source, collected_at=_now())


def _nothing_at_all(job: Job, reason: Reason) -> list[NotCollected]:
    return [_not_collected(job, reason)]


def _nothing(job: Job, reason: Reason) -> Collection:
    return Collection(device=job.device, missing=tuple(_nothing_at_all(job, reason)))


def cancelled(job: Job) -> Collection:
    """Return what is said of a device that had not ended when the run was cancelled."""
    return _nothing(job, Reason("collect.cancelled"))


def failed(job: Job, error: BaseException) -> Collection:
    """Return what is said of a device whose collection broke in a way nobody foresaw."""
    return _nothing(job, Reason("collect.failed", {"error": type(error).__name__}))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
