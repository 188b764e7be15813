"""Every text a user reads exists in Japanese and English, with the same places to fill."""

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue, texts, yamlfile

TEXTS = Path(texts.__file__).parent
SOURCE = TEXTS.parent
TOPICS = sorted(p.stem for p in TEXTS.glob("*.yaml"))


def _pairs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for topic in TOPICS:
        for code, entry in texts.catalogue(topic).items():
            yield topic, code, entry
            if "hint" in entry:
                yield topic, f"{code}/hint", entry["hint"]


@pytest.mark.parametrize(("topic", "code", "entry"), [pytest.param(*p, id=f"{p[0]}:{p[1]}") for p in _pairs()])
def test_both_languages_with_the_same_places(topic: str, code: str, entry: dict[str, Any]) -> None:
    assert set(entry) - {"hint"} == {"ja", "en"}
    assert entry["ja"].strip()
    assert entry["en"].strip()
    assert _places(entry["ja"]) == _places(entry["en"])


def _places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
ENGLISH = re.compile(r"[a-z]{4}")


def test_japanese_texts_are_japanese() -> None:
    said = ((f"{topic}:{code}", entry["ja"], re.sub(r"\{.*?\}", "", entry["en"])) for topic, code, entry in _pairs())
    assert [name for name, ja, en in said if ENGLISH.search(en) and not JAPANESE.search(ja)] == []


def test_every_error_has_a_hint() -> None:
    assert [c for c, e in texts.catalogue("errors").items() if "hint" not in e] == []


ERROR = re.compile(r"""(?<!Collect)Error\(\s*"([a-z_]+(?:\.[a-z_]+)+)\"""")
REASON = re.compile(r"""\bReason\(\s*"([a-z_]+(?:\.[a-z_0-9]+)+)\"""")


@pytest.mark.parametrize(("pattern", "topic"), [(ERROR, "errors"), (REASON, "reasons")])
def test_every_code_named_in_the_source_has_a_text(pattern: re.Pattern[str], topic: str) -> None:
    known = texts.catalogue(topic)
    missing = {
        f"{path.relative_to(SOURCE)}: {code}"
        for path in SOURCE.rglob("*.py")
        for code in pattern.findall(path.read_text(encoding="utf-8"))
        if code not in known
    }
    assert missing == set()


def test_an_unknown_code_loses_nothing() -> None:
    assert "no.such" in texts.text("errors", "no.such", "ja", file="x")
    assert texts.hint("no.such", "ja") == ""


def test_the_loader_refuses_what_is_not_json() -> None:
    assert yamlfile.loads("a: on\nb: 22:30\nc: 010\nd: 2026-03-31", "t") == {
        "a": "on",
        "b": "22:30",
        "c": "010",
        "d": "2026-03-31",
    }
    with pytest.raises(Exception, match=r"yaml\.invalid"):
        yamlfile.loads("a: 1\na: 2", "t")


@pytest.mark.parametrize("name", sorted(catalogue.platforms()))
def test_reasons_of_built_in_platforms_are_in_both_languages(name: str) -> None:
    lists: dict[str, Any] = catalogue.platforms()[name].data.get("ignore", {})
    for entries in lists.values():
        for entry in entries:
            assert isinstance(entry["reason"], dict), entry
            assert JAPANESE.search(entry["reason"]["ja"]), entry
            assert not JAPANESE.search(entry["reason"]["en"]), entry
