"""Joins by data: registers, a zone map and facts of one device beside the facts that come out and what is judged."""

import copy
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit import catalogue, yamlfile
from infra_audit.baselines.engine import Engine
from infra_audit.baselines.loader import Sources, derive
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.reason import Reason
from infra_audit.registers.joining import Joiner
from infra_audit.registers.reading import read, read_zones

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
IDS = [path.stem for path in CASES]


@cache
def case(path: Path) -> Any:
    return yamlfile.load(path)


@cache
def engine(registers: frozenset[str]) -> Engine:
    return Engine(derive(Sources(registers=registers)))


def document(data: Mapping[str, Any]) -> FactsDocument:
    """Return the document of a case: what it holds was read whole, all other areas were not."""
    facts = copy.deepcopy(data["facts"])
    coverage = {
        name: Coverage(
            state=CoverageState.PARSED if name in facts and "unseen" not in data else CoverageState.UNREADABLE
        )
        for name in catalogue.areas()
    }
    for name, state in data.get("coverage", {}).items():
        coverage[name] = Coverage(state=CoverageState(state), reason=Reason("coverage.not_written"))
    given = Provenance(kind=ProvenanceKind.GIVEN, source="inventory", place="case")
    return FactsDocument(facts=facts, coverage=coverage, provenance={f"/{area}": given for area in facts})


def joiner(folder: Path, data: Mapping[str, Any], *, without: str | None = None) -> Joiner:
    """Write the registers of a case but one, read them, and return what joins them."""
    folder.mkdir(exist_ok=True)
    for name, text in data["registers"].items():
        if Path(name).stem != without:
            (folder / name).write_text(text, encoding="utf-8")
    zones = None
    if "zones" in data and without != "zones":
        (folder.parent / "zones.yaml").write_text(data["zones"], encoding="utf-8")
        zones = read_zones(folder.parent / "zones.yaml")
    return Joiner(read(folder), zones, dt.date.fromisoformat(data["as_of"]))


def given_registers(data: Mapping[str, Any], without: str | None = None) -> frozenset[str]:
    return frozenset(Path(name).stem for name in data["registers"]) - {without}


def verdicts(found: FactsDocument, registers: frozenset[str], rules: list[str]) -> dict[str, str]:
    return {f.rule: str(f.verdict) for f in engine(registers).judge(found, rules=rules)}


def at(facts: Any, pointer: str) -> Any:
    """Return the value at a pointer. Raises LookupError when there is none."""
    for part in pointer.split("/")[1:]:
        facts = facts[int(part)] if isinstance(facts, list) else facts[part]
    return facts


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every place of a value with what stands there; containers by their kind."""
    yield pointer, value if not isinstance(value, dict | list) else type(value).__name__
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in below:
        yield from leaves(inner, f"{pointer}/{key}")


def places(found: FactsDocument, pointer: str) -> list[str]:
    """Return the rows and files a joined fact rests on."""
    provenance = found.provenance[pointer]
    sources = [found.provenance[source] for source in provenance.sources if source.startswith("/registers/")]
    return sorted(str(source.place) for source in sources)


@pytest.mark.parametrize("path", CASES, ids=IDS)
def test_joined_facts(path: Path, tmp_path: Path) -> None:
    data = case(path)
    found = joiner(tmp_path / "r", data).join(document(data))
    for pointer, value in data.get("joined", {}).items():
        assert at(found.facts, pointer) == value, pointer
    for pointer in data.get("absent", ()):
        with pytest.raises(LookupError):
            at(found.facts, pointer)
    for pattern, code in data.get("gaps", {}).items():
        reason = found.coverage[pattern].reason
        assert reason is not None
        assert reason.code == code, pattern
    for pointer, rows in data.get("rows", {}).items():
        assert places(found, pointer) == rows, pointer


@pytest.mark.parametrize("path", CASES, ids=IDS)
def test_verdicts(path: Path, tmp_path: Path) -> None:
    data = case(path)
    found = joiner(tmp_path / "r", data).join(document(data))
    assert verdicts(found, given_registers(data), [*data["verdicts"]]) == data["verdicts"]


@pytest.mark.parametrize("path", CASES, ids=IDS)
def test_joined_facts_follow_their_schema_and_cite_what_is_there(path: Path, tmp_path: Path) -> None:
    import jsonschema

    data = case(path)
    found = joiner(tmp_path / "r", data).join(document(data))
    jsonschema.validate(json.loads(json.dumps(found.facts)), dict(catalogue.facts_schema()))
    for pointer, provenance in found.provenance.items():
        at(found.facts, pointer)
        for source in provenance.sources:
            assert found.provenance_of(source), (pointer, source)


@pytest.mark.parametrize("path", CASES, ids=IDS)
def test_a_register_taken_away_leaves_no_pass(path: Path, tmp_path: Path) -> None:
    """A rule that passes by its registers does not pass without one of those it was given."""
    data = case(path)
    passing = [rule for rule, verdict in data["verdicts"].items() if verdict == "pass"]
    without: dict[str, set[str]] = {rule: set() for rule in passing}
    names = given_registers(data) | ({"zones"} if "zones" in data else frozenset())
    for name in names if passing else ():
        found = joiner(tmp_path / name, data, without=name).join(document(data))
        for rule, verdict in verdicts(found, given_registers(data, name), passing).items():
            if verdict != "pass":
                assert verdict in ("no_evidence", "not_applicable"), (rule, name)
                without[rule].add(name)
    assert [rule for rule, lost in without.items() if not lost] == []


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CASES), st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)), st.randoms(use_true_random=False))
def test_a_join_never_changes_what_was_read(path: Path, day: dt.date, random: Any) -> None:
    import tempfile

    data = case(path)
    before = document(data)
    kept = copy.deepcopy(before.facts)
    with tempfile.TemporaryDirectory() as folder:
        names = sorted(given_registers(data))
        without = random.choice([*names, "zones", None])
        joined = joiner(Path(folder) / "r", {**data, "as_of": day.isoformat()}, without=without).join(before)
    assert before.facts == kept
    after = dict(leaves(joined.facts))
    for pointer, value in leaves(kept):
        assert after[pointer] == value, pointer
        if pointer in before.provenance:
            assert joined.provenance[pointer] == before.provenance[pointer]


@pytest.mark.parametrize("path", CASES, ids=IDS)
def test_a_fact_that_was_read_stays_where_a_join_would_add_one(path: Path, tmp_path: Path) -> None:
    data = case(path)
    plain = joiner(tmp_path / "r", data).join(document(data))
    already = replace(document(data), facts=copy.deepcopy({k: v for k, v in plain.facts.items() if k != "registers"}))
    joined = joiner(tmp_path / "again", data).join(replace(already, facts=copy.deepcopy(already.facts)))
    after = dict(leaves(joined.facts))
    for pointer, value in leaves(already.facts):
        assert after[pointer] == value, pointer
