"""Lines that are left out as irrelevant, on configurations that nobody of this project wrote.

No such line may hold a word of security that its entry does not list in `accepts`: who reads the entry sees what it hides.
And no entry stands there for lines that nobody has: the corpus holds one, or the entry says in `seen` where else they are.
"""

import functools
import json
from collections import Counter, defaultdict
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.model.platform import Platform
from infra_audit.parsers.accounting import COMPARED_ONLY
from infra_audit.parsers.lint_ignore import security_words
from tests.conftest import CORPUS
from tests.corpus.law_tools import read
from tests.unit.platforms.case import cases, parse, texts

PLATFORMS = sorted(name for name in catalogue.platforms() if (CORPUS / name).is_dir())

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")]


def accepted(platform: Platform) -> dict[str, frozenset[str]]:
    """The words that entries of one pattern accept; two entries of one pattern, in two sections, count together."""
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    entries: list[dict[str, Any]] = platform.data.get("ignore", {}).get("irrelevant", [])
    for entry in entries:
        found[str(entry.get("pattern") or entry["section"])] |= frozenset(entry.get("accepts", ()))
    return found


@functools.cache
def left_out(name: str) -> dict[tuple[str, str], str]:
    """Pattern and line of all that is irrelevant in the corpus, each once, with a file that holds it."""
    platform = catalogue.platforms()[name]
    found: dict[tuple[str, str], str] = {}
    for path in sorted(path for path in (CORPUS / platform.name).iterdir() if path.is_file()):
        text = read(platform, path)
        for document in text.documents if text else ():
            for entry in document.ignored:
                if entry.list == "irrelevant" and entry.pattern != COMPARED_ONLY:
                    found.setdefault((entry.pattern, text.lines[entry.line - 1].strip()), path.name)  # type: ignore[union-attr]
    return found


@pytest.mark.parametrize("name", PLATFORMS or ["none"])
def test_no_line_with_a_word_of_security_is_left_out_unseen(name: str) -> None:
    platform = catalogue.platforms()[name]
    accepts = accepted(platform)
    lines = left_out(name)
    hidden: Counter[str] = Counter()
    failures = []
    for (pattern, line), file in lines.items():
        words = security_words(line)
        hidden.update(words & accepts[pattern])
        if words - accepts[pattern]:
            failures.append(f"{file}: {line} ({', '.join(sorted(words - accepts[pattern]))}) by {pattern[:60]}")
    print(f"\n{name}: {len(lines)} different irrelevant lines; words accepted {json.dumps(dict(hidden.most_common()))}")
    assert not failures, f"{len(failures)}:\n" + "\n".join(sorted(failures)[:40])


def left_out_of_cases(name: str) -> set[str]:
    """Patterns that leave out a line of the platform's test cases."""
    platform, folders = catalogue.platforms()[name], [case for case in cases() if case.parent.name == name]
    documents = [document for case in folders for document in parse(platform, texts(case)).values()]
    return {entry.pattern for document in documents for entry in document.ignored if entry.list == "irrelevant"}


@pytest.mark.parametrize("name", PLATFORMS or ["none"])
def test_every_entry_is_needed(name: str) -> None:
    platform = catalogue.platforms()[name]
    needed, in_cases = {pattern for pattern, _ in left_out(name)}, left_out_of_cases(name)
    wrong = []
    for entry in platform.data.get("ignore", {}).get("irrelevant", []):
        shown = str(entry.get("pattern") or entry["section"])
        if entry.get("source", platform.main_source) != platform.main_source or "playbook" in platform.data:
            continue  # The corpus holds configurations only: what else a device answers is in the cases.
        says = entry.get("seen", "corpus")
        if (says == "corpus") is not (shown in needed) or (says == "case" and shown not in in_cases):
            wrong.append(f"{shown[:80]}: says {says}, corpus {shown in needed}, case {shown in in_cases}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong)
