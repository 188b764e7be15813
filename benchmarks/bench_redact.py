"""How fast the redactor is, as a multiple of `splitlines` and one regular expression a line on the same text.

First the texts of `bench_parse`, then one text of 150,000 lines with a secret in every 200th for the rules of each platform.
"""

from collections.abc import Sequence
from functools import partial

from benchmarks.bench_parse import TEXTS, base, seconds
from infra_audit import catalogue
from infra_audit.model.platform import Platform
from infra_audit.snapshot.redact import Redactor

_TURNS = 5


def measure(platform: Platform | None, lines: Sequence[str]) -> tuple[float, float]:
    """Return the least CPU seconds of the redactor and of the base; each turn is a new redactor that remembers nothing."""
    text = "\n".join(lines)
    spent, bases = [], []
    for _ in range(_TURNS):
        bases.append(seconds(lambda: base(text)))
        redactor = Redactor(platform)
        redactor.redact(lines[:50])
        spent.append(seconds(partial(redactor.redact, lines)))
    return min(spent), min(bases)


def mixed() -> list[str]:
    """Return ports with a community of SNMP in every 200th line."""
    port = ["interface GigabitEthernet1/0/{n}", " description floor {n}", " switchport access vlan {n}"]
    lines = [text.format(n=n % 4000) for n in range(50_000) for text in port]
    lines[::200] = ["snmp-server community c1ty-view RO 10"] * len(lines[::200])
    return lines


def main() -> None:
    """Print CPU seconds, lines a second and the multiple."""
    platforms = catalogue.platforms()
    texts = [(name, make(count)) for name, make in TEXTS.items() for count in (1_000, 10_000, 100_000)]
    texts += [(name, mixed()) for name in ("", *sorted(platforms))]
    print(f"{'redaction, rules of':<24}{'lines':>9}{'CPU s':>9}{'lines/s':>12}{'multiple':>10}")
    for name, lines in texts:
        spent, least = measure(platforms.get(name), lines)
        count = len(lines)
        print(
            f"{name or 'no platform':<24}{count:>9,}{spent:>9.3f}{count / max(spent, 1e-9):>12,.0f}{spent / least:>10.1f}"
        )


if __name__ == "__main__":
    main()
