"""The shipped playbook, gatherer and platform together, on this machine: every source is there, or says why not."""

import threading
from pathlib import Path

import pytest

from infra_audit import catalogue
from infra_audit.collectors import servers
from infra_audit.collectors.interface import Job, Options
from infra_audit.model.device import Device
from infra_audit.model.evidence import Completeness
from infra_audit.model.reason import Reason

pytestmark = pytest.mark.live

EXPECTED = {"collect.unreadable", "collect.tool_missing"}


class _Silent:
    def started(self, device: str) -> None: ...

    def finished(self, device: str, reason: Reason | None) -> None: ...


def test_every_source_of_this_machine(tmp_path: Path) -> None:
    platform = catalogue.platforms()["linux"]
    inventory = tmp_path / "hosts.yml"
    inventory.write_text("all: {hosts: {here: {ansible_connection: local}}}\n")
    jobs = [Job(device=Device(id="here", platform="linux"), platform=platform)]
    (found,) = servers.collect(jobs, Options(inventory=inventory), _Silent(), threading.Event())
    told = [a.source for a in found.artifacts] + [m.source for m in found.missing]
    assert sorted(map(str, told)) == sorted(platform.sources)
    assert {m.reason.code for m in found.missing} <= EXPECTED, found.missing
    assert all(a.complete is Completeness.YES for a in found.artifacts)
    release = next(a for a in found.artifacts if a.source == "os-release")
    assert Path("/etc/os-release").read_bytes().strip() in release.data
