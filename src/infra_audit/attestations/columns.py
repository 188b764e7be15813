"""The columns of a form: what a person sees, in order, and the hidden one that machines read."""

COLUMNS = (
    "number",
    "text",
    "role",
    "answer",
    "reason",
    "improvement",
    "answered_on",
    "by",
    "confirmed_by",
    "evidence",
)
"""点検No. 点検項目 対象者区分 回答 できていない理由 改善予定 点検日 点検者 所属長確認 証跡ファイル."""
HIDDEN = len(COLUMNS)
"""Column of what a machine reads: in the first rows what the sheet is about, then the id of the question of each row."""
MARK = "infra-audit attestation 1"
"""First cell of the hidden column."""
HEADING_ROW = 4
FIRST_ROW = 5
"""First row of questions, counted from 0."""
