"""How much CPU judging takes: synthetic switches and routers against the rules in force.

    python -m benchmarks.bench_judge [DOCUMENTS] [RULES] [SHARE OF BAD OBJECTS]

By default 1,000 documents of some 190 kB, and so many bad objects that a fifth of the rules that concern a document fail on it.
Judging gives verdicts with all places and their evidence; plain jsonschema, which gives errors and no more, stands beside it.

Rules beyond those in force are copies under other ids, so that the figures of a larger baseline can be foreseen.
"""

import copy
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import jsonschema

from infra_audit.baselines import loader
from infra_audit.baselines.engine import Engine
from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.finding import Verdict
from infra_audit.model.rule import Baseline, Rule

LENGTHS = {"interfaces": 190, "acls": 10, "lines": 17, "users": 12, "firewall_policies": 60}
LINES_OF_TEXT = 2000
SAMPLE = 10
"""Documents that plain jsonschema judges; it takes longer."""
BAD = 0.06


def documents(rules: Sequence[Rule], number: int, bad: float) -> Iterator[FactsDocument]:
    """Yield documents whose areas are made of the rules' own examples, long lists of them where devices have such."""
    chance = random.Random(1)  # noqa: S311 - the same documents every time
    good, wrong = _samples(rule.definition["examples"] for rule in rules), _samples(map(_counterexamples, rules))
    text = tuple(f"line {n}" for n in range(LINES_OF_TEXT))
    for n in range(number):
        kind = "switch" if chance.random() < 0.7 else "router"
        facts: dict[str, Any] = {
            "subject": {"id": f"sw{n}", "kind": kind, "platform": "x", "zones": ["lgwan"], "roles": []}
        }
        for area, sample in good.items():
            facts[area] = _area(area, sample, wrong.get(area, {}), chance, bad)
        provenance: dict[str, Provenance] = {}
        keys: dict[str, str] = {}
        for area, value in facts.items():
            _cite(value, f"/{area}", provenance, chance)
            keys |= {f"/{area}/{n}": f"{area}[{n}]" for n in range(len(value))} if isinstance(value, list) else {}
        artifact = Artifact(
            device=f"sw{n}", source="running-config", name=f"sw{n}.cfg", lines=text, sha256="0" * 64, source_sha256="0" * 64,
            encoding="utf-8", collector="files",
        )  # fmt: skip
        coverage = {area: Coverage(state=CoverageState.PARSED) for area in facts}
        yield FactsDocument(facts=facts, coverage=coverage, provenance=provenance, keys=keys, artifacts=(artifact,))


def _counterexamples(rule: Rule) -> list[Any]:
    return [case["facts"] for case in rule.definition["x-counterexamples"]]


def _samples(cases: Iterable[Iterable[Any]]) -> dict[str, Any]:
    """Return one object an area that has every fact of all examples, or one such item for an area that is a list."""
    merged: dict[str, Any] = {}
    for case in cases:
        for facts in case:
            for area, value in facts.items():
                if area != "subject":
                    merged[area] = _merge(merged.get(area), value)
    return merged


def _merge(one: Any, two: Any) -> Any:
    if isinstance(one, dict) and isinstance(two, dict):
        return {**two, **one, **{k: _merge(one[k], two[k]) for k in one if k in two}}
    if isinstance(one, list) and isinstance(two, list):
        items = [*one, *two]
        return [reduce(_merge, items)] if items and isinstance(items[0], dict) else one
    return two if one is None else one


def _area(area: str, sample: Any, wrong: Any, chance: random.Random, bad: float) -> Any:
    if not isinstance(sample, list) or not sample:
        return _changed(sample, wrong, chance, bad)
    twin = wrong[0] if isinstance(wrong, list) and wrong else {}
    items = [_changed(sample[0], twin, chance, bad) for _ in range(LENGTHS.get(area, 3))]
    return [{**item, "name": f"{area}{n}"} if "name" in item else item for n, item in enumerate(items)]


def _changed(sample: Any, wrong: Any, chance: random.Random, bad: float) -> Any:
    if isinstance(sample, dict) and isinstance(wrong, dict):
        return {k: _changed(v, wrong.get(k, v), chance, bad) for k, v in sample.items()}
    return copy.deepcopy(wrong if chance.random() < bad else sample)


def _cite(value: Any, place: str, provenance: dict[str, Provenance], chance: random.Random) -> None:
    first = chance.randrange(1, LINES_OF_TEXT)
    provenance[place] = Provenance(kind=ProvenanceKind.LINES, artifact=None, lines=((first, first),), template="t.ttp")
    entries: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in entries:
        _cite(below, f"{place}/{name}", provenance, chance)


def enlarged(baseline: Baseline, number: int) -> Baseline:
    """Return a baseline of some size, made of copies where there are not enough rules."""
    rules = baseline.rules
    return replace(
        baseline,
        rules=tuple(replace(rules[n % len(rules)], id=f"{rules[n % len(rules)].id}-{n}") for n in range(number)),
    )


def main(number: int, size: int, bad: float) -> None:
    """Judge and print the CPU seconds of each part."""
    start = time.process_time()
    baseline = loader.load()
    print(f"load and lint {len(baseline.rules)} rules: {time.process_time() - start:.2f} CPU s")
    start = time.process_time()
    engine = Engine(enlarged(baseline, size or len(baseline.rules)))
    print(f"compile {size or len(baseline.rules)} rules: {time.process_time() - start:.2f} CPU s")
    spent, verdicts, length, places = 0.0, dict.fromkeys(Verdict, 0), 0, 0
    sample = []
    for document in documents(baseline.rules, number, bad):
        length += len(json.dumps(document.facts))
        start = time.process_time()
        for finding in engine.judge(document):
            verdicts[finding.verdict] += 1
            places += len(finding.items)
        spent += time.process_time() - start
        if len(sample) < SAMPLE:
            sample.append(document)
    concerned = sum(verdicts.values()) - verdicts[Verdict.NOT_APPLICABLE]
    counts = ", ".join(f"{verdict} {count}" for verdict, count in verdicts.items())
    print(f"judge {number} documents of {length // number // 1000} kB, {bad:.1%} bad objects: {spent:.2f} CPU s")
    print(
        f"  {counts}; {places} places; {verdicts[Verdict.FAIL] / concerned:.0%} of the rules that concern a document fail"
    )
    peer = plain(baseline, sample)
    print(
        f"plain jsonschema, errors only: {peer:.2f} CPU s for {len(sample)}, so {peer * number / len(sample):.0f} for all"
    )


def plain(baseline: Baseline, sample: Sequence[FactsDocument]) -> float:
    """Return the CPU seconds that plain jsonschema needs for the errors of some documents."""
    validators = [jsonschema.Draft202012Validator(dict(rule.schema)) for rule in baseline.rules]
    start = time.process_time()
    for document in sample:
        for validator in validators:
            for _ in validator.iter_errors(document.facts):
                pass
    return time.process_time() - start


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 1000, int(given[1]) if given[1:] else 0, float(given[2]) if given[2:] else BAD)
