"""Collects servers through Ansible: one raw task a host, nothing written there, nothing left here.

Hosts are reached as the inventory says (ansible_host, ansible_connection, ansible_become ...). Results are read from the
events of each host; the status of the run as a whole says nothing about any of them.
"""

import queue
import shlex
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from infra_audit import ansible_call
from infra_audit.ansible_call import Event, Vault
from infra_audit.collectors.ansible_result import RESULT_LIMIT_CHARACTERS, cause, collection, nothing
from infra_audit.collectors.interface import Job, Observer, Options
from infra_audit.errors import UsageError
from infra_audit.model.evidence import Collection, Completeness
from infra_audit.model.reason import Reason

MEMORY_LIMIT_BYTES = 2 * 1024**3
"""Of each of Ansible's processes: a host that never stops talking ends its own, not the others'."""
_GATHER = "ansible.builtin.raw"
_OK, _FAILED, _UNREACHABLE = "runner_on_ok", "runner_on_failed", "runner_on_unreachable"
_USUAL = ("collect.unreadable", "collect.tool_missing")
_POLL_SECONDS = 0.1
_RESERVE_SECONDS = 60


def collect(jobs: Sequence[Job], options: Options, observer: Observer, cancel: threading.Event) -> Iterator[Collection]:
    """Yield one collection a host, in the order in which hosts end.

    When `cancel` is set, or Ctrl-C is pressed while this waits, hosts that had not ended are yielded as not collected;
    Ctrl-C is then raised again. Raises UsageError where Ansible is not installed or no inventory was named.
    """
    if not jobs:
        return
    if options.inventory is None:
        raise UsageError("collect.no_inventory")
    playbooks = sorted({str(job.platform.data["playbook"]) for job in jobs})
    for playbook in playbooks:
        chosen = [job for job in jobs if job.platform.data["playbook"] == playbook]
        yield from _Run(playbook, chosen, options, observer, cancel).results()


class _Run:
    """One playbook over its hosts, in a thread of its own."""

    def __init__(
        self, playbook: str, jobs: Sequence[Job], options: Options, observer: Observer, cancel: threading.Event
    ) -> None:
        self._playbook = playbook
        self._options = options
        self._observer = observer
        self._cancel = cancel
        self._stop = threading.Event()
        self._open = {job.device.id: job for job in jobs}
        self._ended: queue.SimpleQueue[tuple[str, Collection] | BaseException | None] = queue.SimpleQueue()

    def results(self) -> Iterator[Collection]:
        """Run, yielding hosts as they end, then those that did not."""
        waiting = dict(self._open)
        thread = threading.Thread(target=self._work, name=f"collect-{self._playbook}", daemon=True)
        thread.start()
        interrupted = False
        try:
            while True:
                try:
                    item = self._ended.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    continue
                except KeyboardInterrupt:
                    interrupted = True
                    self._cancel.set()
                    continue
                if item is None:
                    break
                if isinstance(item, BaseException):
                    raise item
                if waiting.pop(item[0], None) is not None:
                    yield item[1]
            yield from self._unfinished(waiting)
        finally:
            self._stop.set()
            thread.join()
        if interrupted:
            raise KeyboardInterrupt

    def _unfinished(self, waiting: dict[str, Job]) -> Iterator[Collection]:
        reason = (
            Reason("collect.cancelled") if self._cancel.is_set() else Reason("collect.failed", {"error": "ansible"})
        )
        for name, job in waiting.items():
            self._observer.finished(name, reason)
            yield nothing(job, reason)

    def _work(self) -> None:
        try:
            self._play()
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread, whatever it is
            self._ended.put(error)
        finally:
            self._ended.put(None)

    def _play(self) -> None:
        options = self._options
        assert options.inventory is not None
        forks = _forks(list(self._open.values()), options)
        limit = max(1, round(options.command_timeout_seconds))
        rounds = -(-len(self._open) // forks)
        ansible_call.play(
            self._playbook,
            ansible_call.sources(options.inventory),
            sorted(self._open),
            Vault(password_file=options.vault_password_file, ids=options.vault_ids),
            on_event=self._on_event,
            cancelled=lambda: self._cancel.is_set() or self._stop.is_set(),
            variables={"infra_audit_ssh_options": ssh_options(options), "infra_audit_timeout": limit},
            settings={
                "ANSIBLE_TIMEOUT": str(max(1, round(options.connect_timeout_seconds))),
                "MAX_EVENT_RES": str(RESULT_LIMIT_CHARACTERS),  # the runner empties longer results without a word
            },
            forks=forks,
            timeout_seconds=rounds * (limit + round(options.connect_timeout_seconds)) + _RESERVE_SECONDS,
        )

    def _on_event(self, event: Event) -> None:
        kind = event.get("event")
        data = event.get("event_data") or {}
        job = self._open.get(str(data.get("host")))
        if kind == "playbook_on_start":
            _limit_memory(event.get("pid"))
        elif job is None or (kind != _FAILED and str(data.get("task_action")) != _GATHER):
            return  # what is prepared on this machine is no result of a host
        elif kind == "runner_on_start":
            self._observer.started(job.device.id)
        elif kind in (_OK, _FAILED, _UNREACHABLE):
            found = _read(job, data.get("res") or {}, kind)
            self._observer.finished(job.device.id, _notable(found))
            self._ended.put((job.device.id, found))


def _forks(jobs: Sequence[Job], options: Options) -> int:
    """Return how many hosts at a time keep both bounds: Ansible knows one for all, so a crowded zone bounds the run."""
    zones = Counter(zone for job in jobs for zone in job.device.zones or ())
    crowded = any(count > options.max_sessions_per_zone for count in zones.values())
    return max(1, min(options.max_sessions, options.max_sessions_per_zone if crowded else len(jobs)))


def ssh_options(options: Options) -> str:
    """Return the options that stand before all others on ssh's command line."""
    values = [
        f"StrictHostKeyChecking={'accept-new' if options.record_first_use else 'yes'}",
        "UpdateHostKeys=no",
        "NumberOfPasswordPrompts=1",
        "ControlMaster=no",  # one task needs one connection; a shared one would outlive the run
        "ControlPath=none",
        "ForwardAgent=no",
        "ClearAllForwardings=yes",
    ]
    if options.known_hosts is not None:
        values.append(f'UserKnownHostsFile="{options.known_hosts.absolute()}"')
    return " ".join(f"-o {shlex.quote(value)}" for value in values)


def _read(job: Job, result: dict[str, Any], kind: str) -> Collection:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return collection(job, result, at) if kind == _OK else nothing(job, cause(result), at)


def _notable(found: Collection) -> Reason | None:
    """Return the reason that progress shall show. That a host has no such tool is usual, and stands in the snapshot."""
    reasons = [m.reason for m in found.missing if m.source is None or m.reason.code not in _USUAL]
    reasons += [a.complete_reason for a in found.artifacts if a.complete is not Completeness.YES]
    return reasons[0] if reasons else None


def _limit_memory(process: object) -> None:
    """Bound Ansible's processes, where the system can."""
    try:
        import resource

        bound = getattr(resource, "prlimit", None)
        if bound is not None and isinstance(process, int):
            hard = bound(process, resource.RLIMIT_AS)[1]
            bound(process, resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, hard))
    except (ImportError, OSError, ValueError):
        return  # the time limit still holds
