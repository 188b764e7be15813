"""The gatherer of Linux servers, run for real: in three shells, as root and not, on a host made for it."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_audit.collectors.ansible_output import Block
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Completeness, NotCollected
from infra_audit.model.facts import FactsDocument
from infra_audit.model.reason import Reason
from infra_audit.parsers import engine
from infra_audit.snapshot.redact import Redactor
from tests.unit.gatherer import support
from tests.unit.platforms import case as cases

HOSTS = sorted(path.parent for path in (Path(__file__).parent / "hosts").glob("*/expected.json"))
SHELLS = pytest.mark.parametrize("shell", support.SHELLS)
MUST_STAY = ("/etc", "/boot", "/var/lib/dpkg", "/var/lib/apt", "/var/lib/systemd", "/var/cache/apt", "/var/spool")
LIMIT_BYTES = 96 * 1024
"""ssh and the kernel take one argument of at most 128 KiB."""


def of_shell(shell: str) -> list[str]:
    command = support.SHELLS[shell]
    if not support.installed(command):
        pytest.skip(f"{command[0]} is not installed")
    return command


def tree(folders: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Yield path, size and time of change of everything in some folders."""
    for folder in folders:
        for above, _, files in os.walk(folder):
            for name in ["", *files]:
                path = os.path.join(above, name)  # noqa: PTH118 - many files
                try:
                    state = os.lstat(path)
                except OSError:
                    continue
                yield path, state.st_size, state.st_mtime_ns


def artifact(block: Block, lines: tuple[str, ...]) -> Artifact:
    digest = hashlib.sha256(block.data).hexdigest()
    return Artifact(
        device="host",
        source=block.source,
        name=block.source,
        lines=lines,
        sha256=digest,
        source_sha256=digest,
        encoding="utf-8",
        collector="servers",
        complete=Completeness.YES,
    )


def parsed(blocks: dict[str, Block]) -> FactsDocument:
    """Return the facts of an answer, through redaction as in a scan."""
    redactor, artifacts, missing = Redactor(support.platform()), [], []
    for block in blocks.values():
        if block.state in ("unreadable", "missing_tool"):
            missing.append(NotCollected(device="host", source=block.source, reason=Reason(f"collect.{block.state}")))
            continue
        lines = redactor.redact(block.data.decode("utf-8", "replace").splitlines()).lines
        artifacts.append(artifact(block, lines))
    return next(engine.parse(Device(id="host"), artifacts, missing, support.platform()))


def test_fits_into_one_argument() -> None:
    assert len(support.script().encode()) < LIMIT_BYTES


@SHELLS
def test_one_block_a_source_in_order(shell: str) -> None:
    result = support.run(of_shell(shell))
    assert result.stderr == ""
    assert list(support.blocks(result.stdout)) == list(support.platform().sources)


def test_all_shells_say_the_same() -> None:
    answers = []
    for shell in support.SHELLS:
        if support.installed(support.SHELLS[shell]):
            blocks = support.blocks(support.run(support.SHELLS[shell]).stdout)
            answers.append({n: (b.state, b.data) for n, b in blocks.items() if n not in support.VOLATILE})
    assert all(answer == answers[0] for answer in answers)


def test_language_of_the_host_does_not_matter() -> None:
    command = of_shell("dash")
    plain = support.blocks(support.run(command, environment={"PATH": "/usr/bin:/bin"}).stdout)
    japanese = {
        "PATH": "/nowhere",
        "LANG": "ja_JP.UTF-8",
        "LC_ALL": "ja_JP.UTF-8",
        "TZ": "Asia/Tokyo",
        "POSIXLY_CORRECT": "1",
    }
    other = support.blocks(support.run(["/bin/dash"], environment=japanese).stdout)
    kept = [name for name in plain if name not in support.VOLATILE]
    assert {n: plain[n].data for n in kept} == {n: other[n].data for n in kept}


@SHELLS
def test_nothing_is_written(shell: str, tmp_path: Path) -> None:
    command = of_shell(shell)
    home = tmp_path / "home"
    home.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home)}
    before = {path: rest for path, *rest in tree(MUST_STAY)}
    support.blocks(support.run(command, environment=environment, folder=home).stdout)
    assert {path: rest for path, *rest in tree(MUST_STAY)} == before
    assert list(home.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0 or not support.installed(support.NOBODY), reason="needs root and setpriv")
def test_without_root_what_is_closed_is_told(tmp_path: Path) -> None:
    as_root = support.blocks(support.run(of_shell("dash")).stdout)
    as_nobody = support.blocks(support.run([*support.NOBODY, "dash"], folder=Path("/")).stdout)
    assert as_nobody["shadow-states"].state == "unreadable"
    for source in ("sshd-effective", "packet-filter"):
        assert as_nobody[source].state in ("unreadable", "missing_tool", "absent")
        assert as_nobody[source].data == b""
    differing = {n for n in as_root if n not in support.VOLATILE and as_root[n].data != as_nobody[n].data}
    assert {as_nobody[n].state for n in differing} <= {"unreadable"}
    document = parsed(as_nobody)
    assert "hash_class" not in document.facts["users"][0]
    assert str(document.coverage["users"].state) == "partial"


def etc_of(host: Path, folder: Path) -> Path:
    """Return a copy of a host's /etc with the links by which this machine finds awk."""
    etc = folder / "etc"
    shutil.copytree(host / "etc", etc)
    if Path("/etc/alternatives").is_dir():
        shutil.copytree("/etc/alternatives", etc / "alternatives", symlinks=True)
    return etc


def hosts() -> pytest.MarkDecorator:
    allowed = support.namespaces_allowed("m")
    return pytest.mark.parametrize(
        "host",
        [
            pytest.param(h, marks=pytest.mark.skipif(not allowed, reason="no right to make a mount namespace"))
            for h in HOSTS
        ],
        ids=lambda h: h.name,
    )


@hosts()
def test_a_host_with_its_own_files(host: Path, tmp_path: Path) -> None:
    result = support.in_namespace(f"mount --bind '{etc_of(host, tmp_path)}' /etc || exit 9", kinds="m")
    blocks = support.blocks(result.stdout)
    everything = b"\n".join(block.data for block in blocks.values()).lower()
    assert b"canary" not in everything
    assert b"himitsu" not in everything
    wanted = json.loads((host / "expected.json").read_text("utf-8"))
    document = parsed(blocks)
    assert {key: cases.value(document, key) for key in wanted["facts"]} == wanted["facts"]
    assert {area: str(document.coverage[area].state) for area in wanted["parsed"]} == dict.fromkeys(
        wanted["parsed"], "parsed"
    )


RULES = """nft -f - <<'RULES' || exit 9
table inet filter {
  set managers { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.2 } }
  chain input {
    type filter hook input priority 0; policy accept;
    ct state established,related accept
    ip saddr @managers tcp dport { 22, 443 } counter accept comment "managers"
    jump services
    log prefix "drop: " counter drop
  }
  chain services { udp dport 53 accept; }
  chain output { type filter hook output priority 0; policy accept; }
}
RULES"""


@pytest.mark.skipif(
    not (support.installed(["nft"]) and support.namespaces_allowed("n")), reason="needs nft and a network namespace"
)
def test_packet_filter_of_the_kernel() -> None:
    document = parsed(support.blocks(support.in_namespace(RULES, kinds="n").stdout))
    found = {item["name"]: (item["hook"], item["default_action"]) for item in document.facts["acls"]}
    assert found == {
        "filter/input": ("input", "deny"),
        "filter/services": (None, "permit"),
        "filter/output": ("output", "permit"),
    }
    actions = [entry["action"] for entry in document.facts["acls"][0]["entries"]]
    assert actions == ["permit", "permit", "jump", "deny"]
    assert str(document.coverage["acls"].state) == "parsed"
