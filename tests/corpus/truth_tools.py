"""Tools of the comparisons with independent truths: counts of agreement a field, and the truths known to be wrong."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from infra_audit import catalogue, yamlfile
from infra_audit.model.facts import FactsDocument
from infra_audit.model.platform import Platform
from infra_audit.snapshot.decode import Decoded, decode
from tests.conftest import CORPUS, FULL
from tests.unit.platforms import case as cases

TRUTH = CORPUS / "truth"
MISSING = cases.MISSING
EXCEPTIONS: list[dict[str, Any]] = yamlfile.load(Path(__file__).with_name("truth_exceptions.yaml"))


@dataclass
class Agreement:
    """Counts a field: the same, not known to the parser, listed as a wrong truth, and different."""

    title: str
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    different: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def compare(self, file: str, name: str, where: str, ours: Any, truth: Any) -> None:
        """Count one value of one field; a fact that the parser leaves unknown is no error, but it is counted."""
        listed = next((e for e in EXCEPTIONS if e["file"] in file and e["field"] == name and e["at"] in where), None)
        if ours == truth:
            outcome = "same"
        elif listed:
            outcome = "listed"
        elif ours == MISSING:
            outcome = "not known"
            self.unknown.append(f"{file}: {name} of {where or 'the device'}, the truth says {truth!r}")
        else:
            outcome = "different"
            self.different.append(f"{file}: {name} of {where or 'the device'} is {ours!r}, the truth says {truth!r}")
        self.counts.setdefault(name, Counter())[outcome] += 1

    def close(self, *, least: Mapping[str, int], unknown: int = 0) -> None:
        """Print the counts; nothing may differ, each field must have been compared, few values may be unknown."""
        print(f"\n{self.title}")
        for name, counts in sorted(self.counts.items()):
            print(
                f"    {name:<24}" + "".join(f"{counts[o]:>7} {o}" for o in ("same", "not known", "listed", "different"))
            )
        assert not self.different, "\n".join(self.different[:40])
        for name, count in least.items():
            assert self.counts.get(name, Counter())["same"] >= count, f"{name}: fewer than {count} values agree"
        assert len(self.unknown) <= unknown, "not known to the parser: " + "\n".join(self.unknown[:40])


def sample(paths: Sequence[Path], count: int) -> list[Path]:
    """The same files each time, or all of them in the long run."""
    found = sorted(paths)
    return found if FULL else sorted(random.Random("truth").sample(found, min(count, len(found))))


def lines_of(path: Path) -> list[str]:
    """The lines of a file of the corpus."""
    decoded = decode(path.read_bytes())
    assert isinstance(decoded, Decoded), path.name
    return list(decoded.lines)


@cache
def platforms() -> Mapping[str, Platform]:
    """The platforms, read once."""
    return catalogue.platforms()


def parsed(platform: str, **sources: Sequence[str]) -> dict[str, FactsDocument]:
    """The documents of a device by subject id, of texts known to be complete."""
    named = {source.replace("_", "-"): list(lines) for source, lines in sources.items()}
    return cases.parse(platforms()[platform], named)


def main_text(platform: str, lines: Sequence[str], **more: Sequence[str]) -> dict[str, FactsDocument]:
    """The same with the main source, whatever the platform calls it."""
    main = platforms()[platform].main_source
    return parsed(platform, **{main: lines}, **more)


def truths(kind: str, pattern: str = "*.json") -> Iterator[tuple[Path, Any]]:
    """The truths of a folder, read."""
    for path in sorted((TRUTH / kind).glob(pattern)):
        yield path, json.loads(path.read_text("utf-8"))


def item(items: Sequence[Mapping[str, Any]], **wanted: Any) -> Mapping[str, Any]:
    """The one item with these values; empty when there is none."""
    return next((i for i in items if all(i.get(k) == v for k, v in wanted.items())), {})
