"""How long facts with provenance take, as a multiple of `splitlines` and one regular expression a line on the same text.

The multiple is taken in one run, the two measured in turns, and the least of several turns counts, so that it moves little
with the load of the machine.
"""

import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from benchmarks import texts
from infra_audit import catalogue
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Completeness
from infra_audit.model.platform import Platform
from infra_audit.parsers import engine

TEXTS: dict[str, Callable[[int], list[str]]] = {"cisco_ios": texts.switch, "fortinet": texts.firewall}
_BASE = re.compile(r"^(\s*)(\S+)(?:\s+(.*))?$")
"""Takes a line apart as any reader must: indent, first word, rest."""


@cache
def _platforms() -> Mapping[str, Platform]:
    return catalogue.platforms()


def base(text: str) -> None:
    """Do what nobody can do without: split the text and try one expression on each line."""
    for line in text.splitlines():
        _BASE.match(line)


def parse(platform: str, lines: Sequence[str]) -> int:
    """Return the number of facts that have a provenance."""
    found = _platforms()[platform]
    artifact = Artifact(
        device="d", source=found.main_source, name="text", lines=tuple(lines), sha256="0", source_sha256="0",
        encoding="utf-8", collector="files", complete=Completeness.YES,
    )  # fmt: skip
    return sum(len(document.provenance) for document in engine.parse(Device(id="d"), [artifact], [], found))


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(platform: str, count: int, turns: int) -> tuple[float, float, int]:
    """Return the least CPU seconds of the parse and of the base, and the number of facts."""
    lines = TEXTS[platform](count)
    text = "\n".join(lines)
    facts = parse(platform, lines[:200])  # templates are compiled before anything is measured
    parses, bases = [], []
    for _ in range(turns):
        bases += [seconds(lambda: base(text)) for _ in range(5)]
        engine.forget()  # what is remembered of a text would make the second turn look faster than any first
        parse(platform, lines[:200])
        parses.append(seconds(lambda: parse(platform, lines)))
        facts = parse(platform, lines)
    return min(parses), min(bases), facts


def memory(platform: str, count: int) -> tuple[float, float]:
    """Return CPU seconds and peak memory in MB of a process of its own that parses one text."""
    code = f"from benchmarks.bench_parse import TEXTS, parse; parse({platform!r}, TEXTS[{platform!r}]({count}))"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024


def main() -> None:
    """Print the multiples at 1,000, 10,000 and 100,000 lines, and the cost of a firewall of 50,000 lines as a process."""
    used, peak = memory("fortinet", 50_000)
    print(f"{'facts with provenance':<24}{'lines':>9}{'facts':>10}{'CPU s':>9}{'multiple':>10}")
    for platform in TEXTS:
        for count, turns in ((1_000, 7), (10_000, 5), (100_000, 2)):
            spent, least, facts = measure(platform, count, turns)
            print(f"{platform:<24}{count:>9,}{facts:>10,}{spent:>9.3f}{spent / least:>10.1f}")
    print(f"fortinet, 50,000 lines, a process of its own: {used:.2f} CPU s, {peak:.0f} MB")


if __name__ == "__main__":
    main()
