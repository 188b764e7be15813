"""Literal texts of patterns: a match always holds one of them, whatever the pattern."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit import catalogue, literals
from infra_audit.snapshot import rules

CASES = {
    r"^snmp-server community (?P<secret>\S+)": ("snmp-server community ",),
    r"^(?P<keep>\s*(?:enable|username \S+) secret )": (" secret ",),
    r"^(?:telnet|ssh)\b": ("telnet", "ssh"),
    r"^(?:telnet|s?)\b": (),
    r"(?i)password": (),
    r"(?i:password) x": (" x",),
    r"(?:abc)?def": ("def",),
    r"(?:abc){2,}d": ("abc",),
    r"x+": (),
    r"(?!no )ip http": ("ip http",),
}


@pytest.mark.parametrize("source", sorted(CASES))
def test_required_texts(source: str) -> None:
    assert literals.required(source) == CASES[source]


def shipped() -> list[str]:
    found = [entry["pattern"] for entry in (*rules.document()["shapes"], *rules.document()["statements"])]
    for platform in catalogue.platforms().values():
        data = platform.data
        found += [entry["pattern"] for entry in (*data.get("detect", ()), *data.get("secrets", ()))]
        found += [e["pattern"] for entries in data.get("ignore", {}).values() for e in entries if "pattern" in e]
    return found


def test_every_example_of_a_shipped_rule_passes_the_test() -> None:
    tried = 0
    for platform in catalogue.platforms().values():
        entries = [e for found in platform.data.get("ignore", {}).values() for e in found if "pattern" in e]
        for entry in (*platform.data.get("secrets", ()), *entries):
            (pattern,) = literals.patterns([entry["pattern"]])
            lines = entry["example"].split("\n")
            texts = [*lines, " ".join(line.strip() for line in lines)]  # with its headers, as some syntaxes read it
            assert any(map(pattern.may_match, texts)), entry["pattern"]
            tried += 1
    assert tried > 100


ALPHABET = st.sampled_from(
    ["ab", "cd", "e", "(?:ab|cd)", "(?:ab)?", "(?:cd)+", "[xy]", ".", r"\S", "(ab|c)d", "(?=ab)", "e{2}"]
)


@settings(deadline=None)  # the first example compiles, and may write the cache
@given(st.lists(ALPHABET, min_size=1, max_size=5).map("".join), st.text("abcdexy", max_size=12))
def test_a_text_that_matches_holds_a_required_text(source: str, text: str) -> None:
    (pattern,) = literals.patterns([source])
    assert bool(pattern.search(text)) == bool(re.search(source, text))
    assert [m[0] for m in pattern.finditer(text)] == [m[0] for m in re.finditer(source, text)]


def test_shipped_patterns_are_expressions() -> None:
    assert len(literals.patterns(shipped())) == len(shipped())
