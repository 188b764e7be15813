"""What every collector is called with.

A collector is a function `collect(jobs, options, observer, cancel) -> Iterator[Collection]` that yields one `Collection` a job, in the order in which devices end. A device that cannot be read is data
(`NotCollected`), never an exception. When `cancel` is set, the collector stops within two seconds; devices that had not
ended by then are yielded as not collected.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from infra_audit.model.credentials import Credentials
from infra_audit.model.device import Device
from infra_audit.model.evidence import Collection
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One device to collect from."""

    device: Device
    platform: Platform
    credentials: Credentials | None = None
    """None on a device whose connection values stay with Ansible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Bounds and connection settings of one run, the same for all devices."""

    max_sessions: int = 20
    """Sessions open at one time, over all zones."""
    max_sessions_per_zone: int = 5
    """Sessions open at one time in one zone; a device of several zones counts in each."""
    connect_timeout_seconds: float = 10.0
    command_timeout_seconds: float = 60.0
    """For one command; on a server for the one task that gathers everything."""
    retries: int = 1
    """Further attempts after a dropped session; nothing else is tried again."""
    known_hosts: Path | None = None
    """OpenSSH known_hosts file; None = the user's own."""
    record_first_use: bool = False
    """Accept a host key that was never seen and write it into `known_hosts`. A changed key is always refused."""
    complete: bool = False
    """The operator's word that plain files are whole."""
    inventory: Path | tuple[Path, ...] | None = None
    """What `-i` named, one or several: Ansible reaches servers through it."""
    vault_password_file: Path | None = None
    vault_ids: tuple[str, ...] = ()


class Observer(Protocol):
    """Told of every device as it begins and ends; shows progress. Called from any thread."""

    def started(self, device: str) -> None:
        """Say that work on the device began."""

    def finished(self, device: str, reason: Reason | None) -> None:
        """Say that the device ended; `reason` is why nothing, or not all, was collected."""


Collector = Callable[[Sequence[Job], Options, Observer, threading.Event], Iterator[Collection]]
