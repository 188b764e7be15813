"""What a detected platform rests on: the lines, and whether they suffice."""

from pathlib import Path

from infra_audit.model.platform import Platform
from infra_audit.snapshot.detect import detect


def platform(name: str, *patterns: tuple[str, int]) -> Platform:
    detecting = [{"pattern": pattern, "weight": weight} for pattern, weight in patterns]
    return Platform(name, Path(), {"detect": detecting})


PLATFORMS = {
    "one": platform("one", ("^alpha", 3), ("^beta", 2), ("^gamma", -1)),
    "two": platform("two", ("^beta", 2), ("^delta", 2)),
}


def test_the_lines_that_speak_for_it_are_named() -> None:
    found = detect(["x", "alpha 1", "alpha 2", "beta"], PLATFORMS)
    assert found.platform is PLATFORMS["one"]
    assert found.detected is not None
    assert found.detected.lines == ((2, 2), (4, 4))
    assert (found.detected.sure, found.detected.score) == (True, 5)


def test_few_words_are_a_guess() -> None:
    found = detect(["alpha"], PLATFORMS)
    assert found.detected is not None
    assert not found.detected.sure


def test_another_platform_that_is_close_makes_it_a_guess() -> None:
    found = detect(["alpha", "beta", "delta"], PLATFORMS)
    assert found.platform is PLATFORMS["one"]
    assert found.detected is not None
    assert not found.detected.sure


def test_what_speaks_against_it_is_no_evidence_for_it() -> None:
    found = detect(["gamma", "alpha", "beta", "beta"], PLATFORMS)
    assert found.detected is not None
    assert found.detected.lines == ((2, 2), (3, 3))
