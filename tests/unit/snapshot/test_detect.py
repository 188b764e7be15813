import pytest

from infra_audit.model.platform import Platform
from infra_audit.snapshot.detect import detect
from tests.unit.snapshot.example import DATA, PLATFORM


def _platform(name: str, *patterns: tuple[str, int]) -> Platform:
    data = {**DATA, "detect": [{"pattern": p, "weight": w} for p, w in patterns]}
    return Platform(name, PLATFORM.folder, data)


ONE = _platform("one", ("^version 1", 2), ("^feature", -4))
TWO = _platform("two", ("^hostname", 1), ("^version", 1), ("^end$", 1))
BOTH = {"one": ONE, "two": TWO}


@pytest.mark.parametrize(
    ("lines", "name", "code"),
    [
        (["version 15"], "one", None),
        (["hostname x", "version 2", "end"], "two", None),
        (["hostname x", "version 15", "end", "feature y"], "two", None),
        (["hostname x", "version 15"], None, "detect.ambiguous"),
        (["hostname x"], None, "detect.unknown"),
        (["version 15", "feature y"], None, "detect.unknown"),
        ([], None, "detect.unknown"),
    ],
)
def test_highest_sum_wins_and_nothing_is_guessed(lines: list[str], name: str | None, code: str | None) -> None:
    found = detect(lines, BOTH)
    assert (found.platform.name if found.platform else None) == name
    assert (found.reason.code if found.reason else None) == code


def test_the_reason_names_the_candidates() -> None:
    reason = detect(["hostname x", "version 15"], BOTH).reason
    assert reason is not None
    assert reason.fields == {"candidates": "one, two"}


def test_a_pattern_counts_once_and_never_over_a_line_end() -> None:
    spaced = _platform("one", (r"^aaa\s+new", 2))
    assert detect(["aaa", "new"], {"one": spaced}).platform is None
    assert detect(["aaa", "new", "aaa new", "aaa new"], {"one": spaced}).scores == {"one": 2}


def test_only_the_beginning_is_looked_at() -> None:
    assert detect(["x"] * 5000 + ["version 15"], BOTH).platform is None
