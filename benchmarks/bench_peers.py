"""Peers on the same text: what other tools need to read it, as a multiple of splitting it.

Each peer gets an environment of its own, because some exclude each other; they are installed by name into `.bench/` (or where
INFRA_AUDIT_BENCH says) the first time. Nobody does the same work: the column `gives` says what comes out. A peer that cannot
be installed or fails is told, and the others go on.
"""

import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from benchmarks import texts
from benchmarks.bench_parse import base, measure, seconds

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("INFRA_AUDIT_BENCH", ROOT / ".bench"))
LINES = (1_000, 10_000)
LIMIT_SECONDS = 300

_FRAME = """
import io, sys, time
text = open(sys.argv[1], encoding="utf-8").read()
{prepare}
def work(text):
{work}
work(text[:2000])
start = time.process_time()
work(text)
print(time.process_time() - start)
"""


@dataclass(frozen=True)
class Peer:
    """One tool: what to install, what to import before the clock starts, and the work."""

    name: str
    requirement: str
    gives: str
    prepare: str
    work: str


PEERS = (
    Peer(
        "ttp alone", "ttp==0.10.1", "values of one group, no lines",
        'from ttp import ttp\nTEMPLATE = """<group name="interfaces*">\\ninterface {{ name }}\\n description {{ description | re(".+") }}\\n '
        'switchport access vlan {{ vlan }}\\n ip address {{ address }} {{ mask }}\\n shutdown {{ off | set(True) }}\\n</group>"""',
        "    parser = ttp(text, TEMPLATE)\n    parser.parse(one=True)\n    return parser.result()",
    ),
    Peer(
        "netutils", "netutils==1.19.2", "lines with their parents", "from netutils.config.parser import IOSConfigParser",
        "    return IOSConfigParser(text).config_lines",
    ),
    Peer(
        "hier_config", "hier-config==3.7.1", "tree, no lines", "from hier_config import Platform, get_hconfig",
        "    return get_hconfig(Platform.CISCO_IOS, text)",
    ),
    Peer(
        "ciscoconfparse2", "ciscoconfparse2==0.9.18", "tree with lines", "from ciscoconfparse2 import CiscoConfParse",
        '    return CiscoConfParse(text.splitlines(), syntax="ios")',
    ),
    Peer(
        "genieparser", "pyats==26.9 genie==26.9", "interfaces, no lines",
        "from genie.libs.parser.iosxe.show_run import ShowRunInterface\n"
        'class Device:\n    os = "iosxe"; custom = {}; cli = execute = None',
        "    return ShowRunInterface(device=Device()).cli(output=text)",
    ),
    Peer(
        "netconan", "netconan==0.15.0", "text without secrets", "from netconan.anonymize_files import FileAnonymizer\nANONYMIZER = FileAnonymizer(anon_pwd=True, anon_ip=False)",
        "    return ANONYMIZER.anonymize_io(io.StringIO(text), io.StringIO())",
    ),
    Peer(
        "netcanon", "netcanon", "neutral model, no lines", "from netcanon.migration.codecs.registry import get_codec\nCODEC = get_codec('cisco_iosxe_cli')",
        "    return CODEC.parse(text)",
    ),
)  # fmt: skip


def environment(peer: Peer) -> Path | None:
    """Return the interpreter of the peer's environment, made when it is not there; None when it cannot be installed."""
    folder = HOME / peer.name.replace(" ", "-")
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "ready").is_file():
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *peer.requirement.split()]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return None
        (folder / "ready").touch()
    return python


def run(peer: Peer, python: Path, path: Path) -> float | None:
    """Return the CPU seconds a peer needs for one text; None when it fails or takes too long."""
    program = _FRAME.format(prepare=peer.prepare, work=peer.work)
    command = [str(python), "-c", program, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
        return float(done.stdout.split()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return None


def main() -> None:
    """Print a row a peer, and ours."""
    print(f"{'a switch, CPU multiple':<24}" + "".join(f"{lines:>12,}" for lines in LINES) + "  gives")
    bases = {}
    with tempfile.TemporaryDirectory() as folder:
        for lines in LINES:
            text = "\n".join(texts.switch(lines)) + "\n"
            Path(folder, f"{lines}.cfg").write_text(text, encoding="utf-8")
            bases[lines] = min(seconds(lambda text=text: base(text)) for _ in range(20))
        ours = [measure("cisco_ios", lines, 3) for lines in LINES]
        print(
            f"{'infra_audit':<24}"
            + "".join(f"{spent / least:>12.0f}" for spent, least, _ in ours)
            + "  facts of all areas, each with its lines"
        )
        for peer in PEERS:
            python = environment(peer)
            if python is None:
                print(f"{peer.name:<24}  cannot be installed here: {peer.requirement}", flush=True)
                continue
            found = [run(peer, python, Path(folder, f"{lines}.cfg")) for lines in LINES]
            shown = "".join(
                f"{spent / bases[lines]:>12.0f}" if spent is not None else f"{'failed':>12}"
                for spent, lines in zip(found, LINES, strict=True)
            )
            print(f"{peer.name:<24}{shown}  {peer.gives}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
