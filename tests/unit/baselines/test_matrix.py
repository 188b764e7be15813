"""The coverage matrix: no clause is missing, none passes while evidence lacks, and every view can be read and printed."""

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.baselines import loader, matrix, standards
from infra_audit.baselines.clauses import NOT_IN_FORCE, ClauseCounter, ClauseVerdict, Judgement
from infra_audit.model.finding import Evidence, Finding, Item, Severity, Verdict
from infra_audit.model.reason import Reason
from infra_audit.model.standard import OWN, Catalogue, Clause, Standard
from infra_audit.registry import REPORTS, Registry
from infra_audit.reports.columns import TABLES
from infra_audit.reports.coverage import assessment
from infra_audit.reports.interface import Output
from infra_audit.texts import LANGUAGES, Language
from infra_audit.texts.layout import width, wrap

KNOWN = standards.load()
BASELINE = loader.load()
RULES = sorted(BASELINE.clauses.items())
JUDGED = tuple(Verdict)


def finding(rule: str, clauses: tuple[str, ...], verdict: Verdict, subject: str, *, in_force: bool = True) -> Finding:
    return Finding(
        rule=rule, title={"ja": "題", "en": "title"}, verdict=verdict, severity=Severity.LOW, clauses=clauses,
        conditions=(), subject={"id": subject, "zones": ["mynumber"]},
        reason=None if in_force else Reason(sorted(NOT_IN_FORCE)[len(subject) % 2], {}),
    )  # fmt: skip


@st.composite
def some_findings(draw: st.DrawFn) -> list[Finding]:
    """Draw findings of shipped rules on a few subjects, some of rules that are not in force."""
    found = []
    for rule, clauses in draw(st.lists(st.sampled_from(RULES), max_size=12, unique=True)):
        for subject in draw(st.lists(st.sampled_from(["a", "b", "cc"]), max_size=3, unique=True)):
            verdict = draw(st.sampled_from(JUDGED))
            in_force = verdict is not Verdict.NOT_APPLICABLE or draw(st.booleans())
            found.append(finding(rule, clauses, verdict, subject, in_force=in_force))
    return found


@given(some_findings())
def test_a_clause_passes_only_when_all_in_its_scope_does(found: list[Finding]) -> None:
    counter = ClauseCounter(KNOWN, BASELINE)
    for one in found:
        counter.add(one)
    above = {one.rule: {a for name in one.clauses for a in KNOWN.above(name)} for one in found}
    rows = counter.rows(("policy", "standards", "statute", "controls"))
    assert [row.clause for row in rows] == list(KNOWN.clauses)
    for row in rows:
        scope = [f for f in found if row.clause in above[f.rule]]
        judged = [f.verdict for f in scope if f.reason is None]
        assert (row.result is None) == (not judged)
        assert (row.result is ClauseVerdict.PASS) == (
            Verdict.PASS in judged and Verdict.FAIL not in judged and Verdict.NO_EVIDENCE not in judged
        )
        assert (row.result in (ClauseVerdict.FAIL, ClauseVerdict.PARTLY_FAIL)) == (Verdict.FAIL in judged)
        assert row.counts["not_in_force"] == len(scope) - len(judged)
        assert sum(row.counts[str(v)] for v in Verdict) == len(judged)
        assert row.counts["subjects"] == len(
            {f.subject["id"] for f in scope if f.verdict is not Verdict.NOT_APPLICABLE}
        )


@given(some_findings())
def test_a_finding_read_from_json_counts_like_the_fresh_one(found: list[Finding]) -> None:
    for one in found:
        assert Judgement.read(json.loads(json.dumps(one.to_json()))) == Judgement.of(one)


def test_a_waived_finding_reads_back_as_waived() -> None:
    leaf = Evidence(key="k", pointer="/k", kind="lines", artifact="sw1/config.txt", sha256="aa", source_sha256="bb")
    item = Item(
        key="k", pointer="/k", status="failing", expected="const: false", seen=True, evidence=(leaf,), waiver={"state": "valid"}
    )  # fmt: skip
    rule, clauses = RULES[0]
    one = Finding(
        rule=rule, title={}, verdict=Verdict.FAIL, severity=Severity.LOW, clauses=clauses, conditions=(),
        subject={"id": "sw1"}, items=(item,),
    )  # fmt: skip
    read = Judgement.read(one.to_json())
    assert read == Judgement.of(one)
    assert read.waived
    assert read.artifacts == (("sw1/config.txt", "bb"),)


def full() -> ClauseCounter:
    """Return a counter in which every rule failed on many subjects, as on a fleet nobody hardened."""
    counter = ClauseCounter(KNOWN, BASELINE)
    leaf = Evidence(key="k", pointer="/k", kind="lines", artifact="floor-switch-12/running-config.txt", sha256="a" * 64)
    for number in range(25):
        for rule in BASELINE.rules:
            counter.add(
                Finding(
                    rule=rule.id, title=rule.title, verdict=list(Verdict)[number % 4], severity=rule.severity,
                    clauses=rule.clauses, conditions=rule.conditions,
                    subject={"id": f"floor-switch-{number}", "zones": ["mynumber", "lgwan"]},
                    evidence=(Evidence(**{**_plain(leaf), "artifact": f"floor-switch-{number}/running-config.txt"}),),
                )
            )  # fmt: skip
    return counter


def _plain(leaf: Evidence) -> dict[str, Any]:
    return {name: getattr(leaf, name) for name in ("key", "pointer", "kind", "artifact", "sha256")}


@pytest.fixture(scope="module", params=["none", "full"])
def counter(request: pytest.FixtureRequest) -> ClauseCounter:
    return full() if request.param == "full" else ClauseCounter(KNOWN, BASELINE)


def test_no_clause_is_missing_in_any_view(counter: ClauseCounter) -> None:
    assert [r["clause"] for r in matrix.rows(counter, "clauses")] == [c.id for c in KNOWN.of(*OWN)]
    assert [r["clause"] for r in matrix.rows(counter, "statutory")] == [c.id for c in KNOWN.of("statute")]
    named = {name for c in KNOWN.of(*OWN) for name in c.crosswalk}
    controls = [c.id for c in KNOWN.of("controls") if c.id in named]
    assert [r["clause"] for r in matrix.rows(counter, "controls")] == controls
    threats = {r["clause"] for r in matrix.rows(counter, "threats")}
    assert threats == {f"kashima:3({letter})" for letter in "アイウエオ"}
    parents = {c.parent for c in KNOWN.clauses.values()}
    leaves = [c.id for c in KNOWN.of("standards") if c.id not in parents]
    assert [r["clause"] for r in matrix.rows(counter, "audit")] == leaves


def test_rows_can_be_limited_to_clauses(counter: ClauseCounter) -> None:
    found = [r["clause"] for r in matrix.rows(counter, "clauses", ("mic-r8:6.2",))]
    assert found == ["mic-r8:6.2", *(f"mic-r8:6.2({n})" for n in range(1, 7))]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("view", list(matrix.VIEWS))
def test_every_view_fits_a_terminal(counter: ClauseCounter, view: str, lang: Language) -> None:
    stream = io.StringIO()
    Registry(REPORTS).load("table")(matrix.rows(counter, view), Output(kind=kind(view), lang=lang, stream=stream))
    assert max(width(line) for line in stream.getvalue().split("\n")) <= 80


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("view", list(matrix.VIEWS))
def test_every_view_prints_on_paper(counter: ClauseCounter, view: str, lang: Language, tmp_path: Path) -> None:
    """Read back by another library: head row repeated and frozen, one page wide, every cell wrapped, no row cut off."""
    path = tmp_path / "table.xlsx"
    output = Output(kind=kind(view), lang=lang, stream=io.StringIO(), path=path)
    Registry(REPORTS).load("xlsx")(matrix.rows(counter, view), output)
    sheet = openpyxl.load_workbook(path).active
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert sheet.page_setup.paperSize == (8 if view == "audit" else 9)
    widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]]
    # A unit of width is some 1.9 mm; A3 is 420 mm wide and A4 297 mm, less the margins.
    assert (400 if view == "audit" else 277) / (sum(widths) * 1.9) > 0.6, "too small to read"
    for row in sheet.iter_rows():
        assert all(cell.alignment.wrap_text for cell in row)
        size = row[0].font.size
        lines = max(
            len(wrap(str(c.value or ""), max(4, int(w * 11 / size) - 1))) for c, w in zip(row, widths, strict=True)
        )
        assert lines * size * 1.35 <= 409, (row[0].value, lines)


def kind(view: str) -> str:
    """Return the kind of the records of a view."""
    return "coverage" if view == "clauses" else f"coverage_{view}"


def test_the_audit_table_begins_with_the_nine_columns_of_the_guideline() -> None:
    assert [column.heading for column in TABLES["coverage_audit"]] == [
        "audit_heading", "number", "required", "audit_item", "audit_documents", "audit_methods", "example_number",
        "jisq27002", "audit_note", "artifacts", "audit_subjects", "audit_found", "assessment", "own_clause", "statute",
    ]  # fmt: skip


def test_a_pass_on_some_of_the_conditions_says_so() -> None:
    rule = next(r for r in BASELINE.rules if "mic-r8:4.1(1)" in r.clauses)
    counter = ClauseCounter(KNOWN, BASELINE)
    counter.add(finding(rule.id, rule.clauses, Verdict.PASS, "a"))
    row = next(r for r in matrix.rows(counter, "audit") if r["clause"] == "mic-r8:4.1(1)")
    counts = {**row["counts"], "conditions": 5, "conditions_with_rule": 3}
    assert assessment({**row, "counts": counts}, "ja") == "適合\n（確認項目 3/5）"
    assert assessment({**row, "counts": {**counts, "conditions_with_rule": 5}}, "ja") == "適合"


def test_the_audit_table_names_the_clauses_of_own_standards_that_answer_to_an_item() -> None:
    own = Clause(id="city:第12条", standard="city", title={}, mode=("automatic",), crosswalk=("mic-r8:4.1(1)",))
    city = Standard(id="city", edition="x", title={}, file="city.yaml", kind="standards", clauses=(own,))
    rows = matrix.rows(ClauseCounter(Catalogue((*KNOWN.standards, city)), BASELINE), "audit")
    told = {row["clause"]: row["own_clauses"] for row in rows}
    assert told["mic-r8:4.1(1)"] == ["city:第12条"]
    assert told["mic-r8:4.1(2)"] == ["mic-r8:4.1(2)"]
