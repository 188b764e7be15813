"""The devices die in the middle of a collection: their process is killed, so no connection is ended in an orderly way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.live

HANG_GUARD = 60
"""Seconds after which a test gives up."""
PASSWORD = "Hidden-Login-0418"
SERVE = """
import json, sys, time
from infra_audit import catalogue
from infra_audit.testing import Behaviour, EmulatedDevice, emulated_city, load
about = catalogue.platforms()["cisco_ios"]
def device(name, behaviour, ports=40):
    text = "version 15.2\\nhostname sw\\n" + "".join(f"interface Vlan{n}\\n description {n}\\n" for n in range(1, ports)) + "end\\n"
    answers = {s["command"]: text if s.get("main") else "answer\\n" for s in about.sources.values() if "command" in s}
    return EmulatedDevice(name=name, persona=load(about.folder), answers=answers, password=sys.argv[1], enable_password=sys.argv[1], behaviour=behaviour)
devices = [device("quick1", Behaviour.NORMAL), device("quick2", Behaviour.NORMAL), device("slow1", Behaviour.SLOW, 20000), device("slow2", Behaviour.HANGS)]
with emulated_city(devices) as city:
    print(json.dumps({"ports": dict(city), "known_hosts": city.known_hosts()}), flush=True)
    time.sleep(600)
"""


def _inventory(folder: Path, ports: dict[str, int]) -> Path:
    hosts: dict[str, Any] = {name: {"ansible_port": port} for name, port in ports.items()}
    common = {
        "ansible_host": "127.0.0.1", "ansible_user": "audit", "ansible_password": PASSWORD, "ansible_become_password": PASSWORD,
        "ansible_become": True, "infra_audit_platform": "cisco_ios", "infra_audit_zones": ["lgwan"],
    }  # fmt: skip
    path = folder / "hosts.yml"
    path.write_text(json.dumps({"all": {"hosts": hosts, "vars": common}}), "utf-8")
    return path


def _done(folder: Path) -> set[str]:
    return {path.name for path in (folder / "out/snapshots/killed.partial/artefacts").glob("*")}


def test_what_was_collected_stays_and_the_rest_says_why(tmp_path: Path) -> None:
    serving = subprocess.Popen([sys.executable, "-c", SERVE, PASSWORD], stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        told = json.loads(serving.stdout.readline())
        known_hosts = tmp_path / "known_hosts"
        known_hosts.write_text(told["known_hosts"], "utf-8")
        command = [
            sys.executable, "-m", "infra_audit", "collect", "-i", str(_inventory(tmp_path, told["ports"])), "--out", "out",
            "--id", "killed", "--known-hosts", str(known_hosts), "--lang", "en",
        ]  # fmt: skip
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        env = {**os.environ, "PATH": path, "HOME": str(tmp_path)}
        collecting = subprocess.Popen(
            command, cwd=tmp_path, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        end = time.monotonic() + HANG_GUARD
        while not {"quick1", "quick2"} <= _done(tmp_path):
            assert time.monotonic() < end, "the quick devices were not collected"
            assert collecting.poll() is None, collecting.communicate()
            time.sleep(0.05)
    finally:
        serving.send_signal(signal.SIGKILL)
        serving.communicate()
    out, err = collecting.communicate(timeout=2 * HANG_GUARD)
    assert collecting.returncode == 3, (out, err)
    assert "Traceback" not in out + err
    assert PASSWORD not in out + err
    manifest = json.loads((tmp_path / "out/snapshots/killed/snapshot.json").read_text("utf-8"))
    told_of = {device["id"]: device for device in manifest["devices"]}
    for name in ("slow1", "slow2"):
        reasons = {entry["reason"]["code"] for entry in told_of[name]["missing"]}
        assert reasons, f"{name} misses nothing"
        assert reasons <= {"collect.dropped", "collect.connection_refused", "collect.timeout"}
        assert not [a for a in told_of[name]["artifacts"] if a["complete"] == "yes"]
    assert [a["complete"] for a in told_of["quick1"]["artifacts"]]
    judged = subprocess.run(
        [sys.executable, "-m", "infra_audit", "check", "out/snapshots/killed", "--format", "json"],
        cwd=tmp_path, env=env, text=True, capture_output=True, check=False,
    )  # fmt: skip
    verdicts: dict[str, set[str]] = {}
    for line in judged.stdout.splitlines():
        record = json.loads(line)
        verdicts.setdefault(record["subject"]["id"], set()).add(record["verdict"])
    assert {"slow1", "slow2"} <= set(verdicts)
    assert "pass" not in verdicts["slow1"] | verdicts["slow2"]
    assert "no_evidence" in verdicts["slow1"]
    assert verdicts["quick1"] & {"pass", "fail"}
