"""Collects network devices over SSH: one session a device, a bounded number at a time, nothing written.

Sessions run in threads, as they only wait. The caller's thread hands results over as devices end and is the one that
closes all connections when the run is cancelled.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from infra_audit.collectors.interface import Job, Observer, Options
from infra_audit.collectors.network_device import DeviceCollector, cancelled, failed
from infra_audit.collectors.network_hostkeys import KnownHosts
from infra_audit.collectors.network_session import silence_libraries
from infra_audit.collectors.network_sockets import Sockets
from infra_audit.model.evidence import Collection, Completeness
from infra_audit.model.reason import Reason

_POLL_SECONDS = 0.1
_LAST_WORDS_SECONDS = 1.0
"""How long a cancelled run waits for its sessions to end by themselves."""


def collect(jobs: Sequence[Job], options: Options, observer: Observer, cancel: threading.Event) -> Iterator[Collection]:
    """Yield one collection a device, in the order in which devices end.

    When `cancel` is set, or Ctrl-C is pressed while this waits, all connections are closed; devices that had ended are
    yielded as they are, all others as not collected. Ctrl-C is then raised again.
    """
    silence_libraries()
    run = _Run(jobs, options, observer, cancel)
    interrupted = False
    try:
        while run.unfinished:
            try:
                collection = run.next_result()
            except KeyboardInterrupt:
                interrupted = True
                cancel.set()
                continue
            if collection is not None:
                yield collection
            elif cancel.is_set():
                yield from run.abandon()
    finally:
        run.close()
    if interrupted:
        raise KeyboardInterrupt


class _Run:
    """The threads of one call and the devices that wait for them."""

    def __init__(self, jobs: Sequence[Job], options: Options, observer: Observer, cancel: threading.Event) -> None:
        self._options = options
        self._observer = observer
        self._cancel = cancel
        self._sockets = Sockets()
        self._waiting = list(jobs)
        self._open: dict[str, Job] = {job.device.id: job for job in jobs}
        self._zones: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._results: queue.SimpleQueue[tuple[Job, Collection]] = queue.SimpleQueue()
        hosts = KnownHosts(options.known_hosts, record=options.record_first_use)
        self._collector = DeviceCollector(options, hosts, self._sockets, cancel.is_set)
        for number in range(min(options.max_sessions, len(jobs))):
            # Daemons: a name server that does not answer cannot be interrupted, and must not hold up the exit.
            threading.Thread(target=self._work, name=f"collect-{number}", daemon=True).start()

    @property
    def unfinished(self) -> bool:
        """Return whether some device has not been handed over."""
        return bool(self._open)

    def next_result(self) -> Collection | None:
        """Return the next finished device, or None when there was none for a moment."""
        if self._cancel.is_set():
            self._sockets.close_all()
        try:
            job, collection = self._results.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return None
        self._open.pop(job.device.id, None)
        return collection

    def abandon(self) -> Iterator[Collection]:
        """Give running sessions a moment to notice that they were closed, then name what had not ended."""
        self.close()
        end = time.monotonic() + _LAST_WORDS_SECONDS
        while self._running() and time.monotonic() < end:
            collection = self.next_result()
            if collection is not None:
                yield collection
        while (collection := self.next_result()) is not None:
            yield collection
        for job in list(self._open.values()):
            yield cancelled(job)
        self._open.clear()

    def close(self) -> None:
        """Close every connection and let no further device begin."""
        with self._changed:
            self._waiting.clear()
            self._changed.notify_all()
        self._sockets.close_all()

    def _running(self) -> bool:
        with self._changed:
            return self._zones.total() > 0

    def _work(self) -> None:
        while (job := self._take()) is not None:
            collection = self._collect(job)
            self._results.put((job, collection))
            self._give_back(job)

    def _collect(self, job: Job) -> Collection:
        self._observer.started(job.device.id)
        try:
            collection = self._collector.collect(job)
        except Exception as error:  # noqa: BLE001 - one bad device never stops the rest
            collection = failed(job, error)
        self._observer.finished(job.device.id, _what_lacks(collection))
        return collection

    def _take(self) -> Job | None:
        """Return the first waiting device whose zones have a session to spare; None when none is left."""
        with self._changed:
            while self._waiting and not self._cancel.is_set():
                job = next((j for j in self._waiting if self._has_room(j)), None)
                if job is not None:
                    self._waiting.remove(job)
                    self._zones.update(_zones(job))
                    return job
                self._changed.wait(_POLL_SECONDS)
            return None

    def _give_back(self, job: Job) -> None:
        with self._changed:
            self._zones.subtract(_zones(job))
            self._changed.notify_all()

    def _has_room(self, job: Job) -> bool:
        return all(self._zones[zone] < self._options.max_sessions_per_zone for zone in _zones(job))


def _what_lacks(collection: Collection) -> Reason | None:
    """Return why not all was collected, or None when all was."""
    cut = [a.complete_reason for a in collection.artifacts if a.complete is Completeness.NO]
    return next(iter([missing.reason for missing in collection.missing] + cut), None)


def _zones(job: Job) -> tuple[str, ...]:
    """Return the zones a device counts in; devices without any share one nameless zone."""
    return tuple(dict.fromkeys(job.device.zones or ())) or ("",)
