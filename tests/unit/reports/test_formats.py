"""Every format shows the same records; hostile cells stay text; independent readers read the files back."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from infra_audit.errors import UsageError
from infra_audit.registry import REPORTS, Registry
from infra_audit.reports.columns import TABLES, headings, row
from infra_audit.reports.interface import Output
from infra_audit.reports.table import fit
from infra_audit.texts import LANGUAGES, Language
from infra_audit.texts.layout import width, wrap

RECORDS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "findings.json").read_text("utf-8"))


def _write(
    name: str,
    *,
    lang: Language = "ja",
    kind: str = "findings",
    records: list[dict[str, Any]] | None = None,
    **more: Any,
) -> str:
    stream = io.StringIO()
    Registry(REPORTS).load(name)(
        RECORDS if records is None else records, Output(kind=kind, lang=lang, stream=stream, **more)
    )
    return stream.getvalue()


def test_all_formats_are_registered() -> None:
    assert Registry(REPORTS).names() == ["csv", "json", "markdown", "table", "xlsx"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_blocks_fit_and_show_the_deciding_lines(lang: Language, columns: int) -> None:
    text = _write("table", lang=lang, width=columns)
    assert "   120 | line vty 0 4" in text
    assert "   121 |  transport input telnet \\x1b[31mssh" in text, "control characters are visible, not obeyed"
    assert {"ja": "不適合 [高] telnet-enabled", "en": "FAIL [high] telnet-enabled"}[lang] in text
    assert {
        "ja": "証跡なし  sw-本庁-1: environment の出力がない",
        "en": "no evidence  sw-本庁-1: no output of environment",
    }[lang] in text
    assert "calc" not in text, "a pass is shown only on request"
    assert max(width(line) for line in text.split("\n") if "|" not in line) <= columns


def test_all_shows_the_evidence_of_a_pass() -> None:
    assert "該当する設定がないことを確認" in _write("table", all=True)


def _resting_on(kind: str, **said: Any) -> dict[str, Any]:
    """Return a passing record with one leaf of evidence."""
    leaf = {"key": "ssh/enabled", "pointer": "/ssh/enabled", "kind": kind, "place": "p", "source": "statement", **said}
    return {**RECORDS[1], "evidence": [leaf | {"artifact": "sw1.cfg", "lines": [[1, 9]]}]}


@pytest.mark.parametrize(
    ("kind", "said", "ja", "en"),
    [
        ("default", {"confirmed": False}, "既定値（文書未確認）を適用（手引）", "not confirmed in a document"),
        ("given", {"confirmed": False}, "機種の仕様（文書未確認）による（手引）", "not confirmed in a document"),
        ("absent", {"confirmed": False}, "設定がないときの状態は文書未確認（手引）", "not confirmed in a document"),
        ("default", {"confirmed": True}, "既定値を適用（手引）", "the default applies (手引)"),
        ("given", {"confirmed": True}, "機種の仕様による（手引）", "specification of the platform (手引)"),
        ("absent", {"confirmed": True}, "該当する設定がないことを確認（手引）", "no such line (手引)"),
    ],
)
def test_what_rests_on_no_document_that_was_read_is_said(kind: str, said: dict[str, Any], ja: str, en: str) -> None:
    records = [_resting_on(kind, document="手引", **said)]
    for lang in LANGUAGES:
        shown = _write("table", lang=lang, records=records, all=True, width=200)
        assert {"ja": ja, "en": en}[lang] in shown
        assert ("文書未確認" in shown or "not confirmed" in shown) is (not said["confirmed"])
        row = _write("csv", lang=lang, records=records)
        assert ("文書未確認" in row or "not confirmed" in row) is (not said["confirmed"])


def test_a_failing_item_says_that_its_default_is_not_confirmed() -> None:
    leaf = {**_resting_on("default", document="手引", confirmed=False)["evidence"][0]}
    item = {**RECORDS[0]["items"][0], "evidence": [leaf]}
    row = _write("csv", records=[{**RECORDS[0], "items": [item]}])
    assert "[sw1.cfg:1-9; 既定値（文書未確認）]" in row


def test_json_is_the_record_itself() -> None:
    assert [json.loads(line) for line in _write("json").splitlines()] == RECORDS
    assert "本庁" in _write("json")


def test_csv_reads_back_and_no_cell_is_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(_write("csv"))))
    assert rows[0] == headings("findings", "ja")
    assert len(rows) == len(RECORDS) + 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_markdown_has_one_row_a_record_and_no_markup_from_outside() -> None:
    lines = _write("markdown").splitlines()
    assert len(lines) == len(RECORDS) + 2
    assert {line.replace("\\|", "").count("|") for line in lines} == {len(TABLES["findings"]) + 1}
    assert "<b>" not in _write("markdown").replace("\\<b\\>", "")


def test_xlsx_reads_back_with_types_and_is_reproducible(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    _write("xlsx", path=first)
    _write("xlsx", path=second)
    assert first.read_bytes() == second.read_bytes()
    sheet = openpyxl.load_workbook(first)["判定結果"]
    rows = list(sheet.iter_rows(values_only=True))
    assert list(rows[0]) == headings("findings", "ja")
    assert rows[1][0] == "不適合"
    assert rows[2][list(rows[0]).index("点検数")] == 24
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert sheet.freeze_panes == "A2"


def test_xlsx_needs_a_file() -> None:
    with pytest.raises(UsageError, match=r"report\.xlsx_needs_file"):
        _write("xlsx")


@pytest.mark.parametrize("name", ["table", "json", "markdown", "csv"])
@pytest.mark.parametrize("kind", sorted(TABLES))
def test_no_records_is_no_error(name: str, kind: str) -> None:
    _write(name, kind=kind, records=[])


@pytest.mark.parametrize(
    "text",
    ["あいうえおかきくけこさしすせそ", "a long line of plain words that must be broken", "Gi1/0/1,Gi1/0/2,Gi1/0/3"],
)
def test_wrapping_loses_nothing_and_fits(text: str) -> None:
    for columns in range(2, 40):
        lines = wrap(text, columns)
        assert all(width(line) <= columns for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_widths_fit_the_terminal() -> None:
    assert fit([30, 30, 30], 80) == [25, 25, 26]
    assert fit([10, 10], 80) == [10, 10]


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_and_long_words_do_not_run_over_the_terminal(lang: Language, columns: int) -> None:
    """Headings wider than their cells, and words too long for all columns at once, in every column that may break."""
    record = {
        "device": "core-switch-of-the-main-building-1", "platform": "p", "step": "source", "source": "running-config",
        "title": None, "kind": "command", "sent": "show full-configuration-of-everything", "level": "ordinary",
        "privilege": "super_admin_readonly_profile", "optional": True, "question": None,
        "reveals": {"ja": "設定の全体 full-configuration-of-everything", "en": "full-configuration-of-everything"},
    }  # fmt: skip
    short = {**record, "device": "a", "sent": "b", "privilege": "c", "reveals": {"ja": "d", "en": "d"}}
    for records in ([record], [short], [record, short]):
        text = _write("table", kind="commands", records=records, lang=lang, width=columns)
        assert max(map(width, text.split("\n"))) <= columns


def test_the_words_of_a_command_stay_whole_where_other_columns_can_give_way() -> None:
    record = {
        "device": None, "platform": "allied_telesis_awplus", "step": "source", "source": "running-config",
        "title": {"ja": "稼働中の設定", "en": "running configuration"}, "kind": "command", "sent": "show full-configuration",
        "level": "privileged", "privilege": "administrator)", "optional": False, "question": None,
        "reveals": {"ja": "設定の全体", "en": "The whole configuration"},
    }  # fmt: skip
    for lang in LANGUAGES:
        text = _write("table", kind="commands", records=[record], lang=lang, width=80)
        assert "full-configuration" in text
        assert max(map(width, text.split("\n"))) <= 80


@pytest.mark.parametrize(
    ("change", "ja", "en"),
    [
        ({"layer": "facts", "change": "changed", "before": ["192.0.2.1/32"], "after": None}, ["192.0.2.1/32", "未設定"], ["192.0.2.1/32", "unset"]),
        ({"layer": "facts", "change": "changed", "before": True, "after": False}, ["true", "false"], ["true", "false"]),
        ({"layer": "facts", "change": "added", "before": None, "after": None}, ["", "未設定"], ["", "unset"]),
        ({"layer": "facts", "change": "removed", "before": None, "after": None}, ["未設定", ""], ["unset", ""]),
        ({"layer": "facts", "change": "moved", "before": 1, "after": 2}, ["1", "2"], ["1", "2"]),
        ({"layer": "findings", "change": "new", "before": "pass", "after": "fail"}, ["適合", "不適合"], ["pass", "FAIL"]),
        ({"layer": "findings", "change": "new", "before": None, "after": "fail"}, ["", "不適合"], ["", "FAIL"]),
    ],
)  # fmt: skip
def test_both_sides_of_a_change_are_told_in_words(change: dict[str, Any], ja: list[str], en: list[str]) -> None:
    record = {"subject": "sw1", "key": "ssh/allowed_sources", **change}
    assert row("changes", record, "ja")[-2:] == ja
    assert row("changes", record, "en")[-2:] == en


@pytest.mark.parametrize(
    ("source", "ja", "en"),
    [
        ("statement", "機種の仕様による（Manual, 3.1）", "by the specification of the platform (Manual, 3.1)"),
        ("inventory", "インベントリによる（hosts.yml）", "by the inventory (hosts.yml)"),
        ("flag", "コマンドの指定による", "by a flag of the command"),
        ("assumed", "指定がないため機種定義の既定による（hosts.yml）", "nobody said it, so the platform's usual one (hosts.yml)"),
        ("register", "register による値（hosts.yml）", "given by register (hosts.yml)"),
    ],
)  # fmt: skip
def test_a_value_that_no_line_gives_names_its_source_in_words(source: str, ja: str, en: str) -> None:
    leaf = {"kind": "given", "source": source, "place": "hosts.yml", "document": "Manual, 3.1"}
    record = next(r for r in RECORDS if r["verdict"] == "fail" and r["items"])
    record = {**record, "items": [{**record["items"][0], "evidence": [leaf]}]}
    assert ja in _write("table", records=[record], lang="ja", width=120)
    assert en in _write("table", records=[record], lang="en", width=120)
