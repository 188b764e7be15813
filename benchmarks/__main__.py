"""`make bench`: CPU seconds of what users wait for. Ratios of one run on a quiet machine; nothing here is asserted."""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import bench_parse, bench_peers, bench_redact

SWITCH = """!
version 15.2
hostname bench
!
{interfaces}
line con 0
 exec-timeout 5 0
 login local
line vty 0 4
 access-class 10 in
 transport input ssh
!
end
"""


def cpu(*arguments: str, cwd: str) -> float:
    """Return the CPU seconds, user and system, of one run of the command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "infra_audit", *arguments], cwd=cwd, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def switch(lines: int) -> str:
    """Return a switch configuration of about so many lines."""
    port = "interface GigabitEthernet1/0/{n}\n description port {n}\n switchport mode access\n switchport access vlan 10\n!\n"
    return SWITCH.format(interfaces="".join(port.format(n=n) for n in range(1, lines // 5)))


def main() -> None:
    """Measure each command five times and print the least, the middle and the most."""
    with tempfile.TemporaryDirectory() as folder:
        for lines in (1_000, 10_000):
            Path(folder, f"sw{lines}.cfg").write_text(switch(lines), encoding="utf-8")
        runs = {
            "--help": ["--help"],
            "check of 1,000 lines": ["check", "sw1000.cfg", "--format", "json"],
            "check of 10,000 lines": ["check", "sw10000.cfg", "--format", "json"],
            "parse of 10,000 lines": ["parse", "sw10000.cfg", "--format", "json"],
            "rules list": ["rules", "list"],
        }
        print(f"{'CPU seconds':<26}{'least':>8}{'middle':>8}{'most':>8}")
        for name, arguments in runs.items():
            times = sorted(cpu(*arguments, cwd=folder) for _ in range(5))
            print(f"{name:<26}{times[0]:>8.2f}{times[2]:>8.2f}{times[4]:>8.2f}")
    bench_redact.main()
    bench_parse.main()
    bench_peers.main()


if __name__ == "__main__":
    main()
