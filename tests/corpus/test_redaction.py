"""Redaction and detection over real configurations: nothing secret stays, nothing else goes, no stranger is taken for ours."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from infra_audit import catalogue
from infra_audit.secret import MARK
from infra_audit.snapshot.decode import Decoded, decode
from infra_audit.snapshot.detect import detect
from infra_audit.snapshot.redact import Redacted, Redactor
from tests.conftest import CORPUS

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")]

SANITIZED = CORPUS / "truth" / "napalm"
NO_PLATFORM = {"truth", "stanford"}

LEFT = re.compile(
    r"\$(?:1|5|6|8|9|y|2[aby])\$[./\w]{2,}\$[./\w]{8,}"  # crypt
    r"|\bENC [\w+/]{16,}"
    r"|-AQ==\w"
    r"|(?i:password|secret|key) 7 [0-9A-F]{6,}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|snmp-server community (?!SECRET:|\"SECRET:)[\w\"]"
    r"|(?:username|user) \S+ (?:.{0,40} )?(?:password|secret) (?:\d )?\w+ *$(?<!uncommon)(?<!:common)"
)
"""What a secret looks like to somebody who does not know our rules."""

WHOLE_LINE = ("private_key", "panos_cipher", "long_line", "md5_crypt", "sha512_crypt")
"""Kinds of which a line may hold nothing else."""


@dataclass(frozen=True, slots=True)
class File:
    folder: str
    path: Path
    decoded: Decoded
    redacted: Redacted


@cache
def _files() -> tuple[File, ...]:
    platforms = catalogue.platforms()
    found = []
    for folder in sorted(p for p in CORPUS.iterdir() if p.is_dir() and p.name not in NO_PLATFORM):
        redactor = Redactor(platforms.get(folder.name))
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            decoded = decode(path.read_bytes())
            assert isinstance(decoded, Decoded), path
            found.append(File(folder.name, path, decoded, redactor.redact(decoded.lines)))
    return tuple(found)


def _changed() -> Iterator[tuple[File, str, str]]:
    for file in _files():
        for old, new in zip(file.decoded.lines, file.redacted.lines, strict=True):
            if old != new:
                yield file, old, new


def test_nothing_that_looks_like_a_secret_is_left() -> None:
    left = [
        f"{f.path.name}: {line[:100]}"
        for f in _files()
        for line in f.redacted.lines
        if LEFT.search(MARK.sub("SECRET:", line))
    ]
    assert left == []


def test_every_line_keeps_its_first_words() -> None:
    lost = []
    for file, old, new in _changed():
        mark = MARK.search(new)
        assert mark is not None, (file.path, new)
        head = new[: mark.start()]
        assert old.startswith(head)
        if not head.strip(" \t\"'<!#") and mark["kind"] not in WHOLE_LINE:
            lost.append(f"{file.path.name}: {old[:80]}")
    assert lost == []


QUOTE = re.compile(r'(?<!\\)"')


def test_quotes_stay_balanced_where_they_span_lines() -> None:
    files = [f for f in _files() if f.folder == "fortinet"]
    for file in files:
        for old, new in zip(file.decoded.lines, file.redacted.lines, strict=True):
            assert len(QUOTE.findall(old)) % 2 == len(QUOTE.findall(new)) % 2, (file.path, new)
    assert files


def test_how_much_goes() -> None:
    total = sum(len(f.decoded.lines) for f in _files())
    changed = sum(1 for _ in _changed())
    kinds = Counter(r.kind for f in _files() for r in f.redacted.redactions)
    print(f"\n{changed} of {total} lines changed; {dict(kinds.most_common())}")
    assert 0.004 < changed / total < 0.012
    assert kinds["forged"] == 0


def test_the_guard_leaves_redacted_texts_as_they_are() -> None:
    platforms = catalogue.platforms()
    for file in _files():
        text = "\n".join(file.redacted.lines)
        assert Redactor(platforms.get(file.folder)).guard(text) == text, file.path


def test_general_rules_alone_find_what_the_platforms_find() -> None:
    """A log or excerpt of an unknown platform is guarded too. What a platform alone hides is shown: it may be too much."""
    hidden, alone = 0, []
    for file in _files():
        general = Redactor().redact(file.decoded.lines)
        for own, other in zip(file.redacted.lines, general.lines, strict=True):
            hidden += bool(MARK.search(own))
            if MARK.search(own) and not MARK.search(other):
                alone.append(other)
    print("\n".join(["", *alone]))
    assert len(alone) <= 0.005 * hidden


CASES = sorted(SANITIZED.glob("*/get_config_sanitized/*/expected_result.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.parts[-4])
def test_what_napalm_removes_is_removed(case: Path) -> None:
    expected = {
        line.strip()
        for text in json.loads(case.read_text("utf-8")).values()
        for line in text.split("\n")
        if "<removed>" in line
    }
    patterns = [re.compile("(.+?)".join(re.escape(part) for part in line.split("<removed>"))) for line in expected]
    for path in sorted(p for p in case.parent.iterdir() if p != case):
        decoded = decode(path.read_bytes())
        assert isinstance(decoded, Decoded)
        for old, new in zip(decoded.lines, Redactor().redact(decoded.lines).lines, strict=True):
            match = next((m for p in patterns if (m := p.fullmatch(old.strip()))), None)
            if match:
                assert MARK.search(new), old
                assert all(new.count(secret) < old.count(secret) for secret in match.groups()), old


MISTAKEN_AT_MOST = 0.035
"""Of other vendors' files. Snippets of ten lines in the dialect that several vendors share cannot be told apart."""


MISFILED = {
    "cisco_ios": (
        "bgp-best-path-export__",
        "bgp-topology-change__",
        "cisco_snmp.8d5dee",
        "filter-inactive__",
        "routerid-match__configs__r2",
        "reject-own-as__configs__r2a",
    ),
    "arista_eos": ("arista-bgp-default-originate__configs__ios-listener",),
}
"""Files that upstream keeps in another vendor's folder: `feature bgp` and `localizedkey` are NX-OS, an image `.swi` is EOS."""


def test_platforms_are_recognised_and_strangers_are_not() -> None:
    platforms = catalogue.platforms()
    own, mistaken, strangers = Counter[str](), Counter[str](), 0
    for file in _files():
        found = detect(file.decoded.lines, platforms)
        name = found.platform.name if found.platform else (found.reason.code if found.reason else "")
        if file.folder in platforms:
            if name in platforms and any(part in file.path.name for part in MISFILED.get(file.folder, ())):
                continue
            own[f"{file.folder} -> {name}"] += 1
        else:
            strangers += 1
            if found.platform:
                mistaken[f"{file.folder} -> {name}"] += 1
    print(f"\nown: {dict(sorted(own.items()))}\nof {strangers} others mistaken: {dict(mistaken.most_common())}")
    assert sum(mistaken.values()) <= MISTAKEN_AT_MOST * strangers
    crossed = [pair for pair in own if pair.split(" -> ")[1] in platforms and len(set(pair.split(" -> "))) == 2]
    assert crossed == []


def test_detection_is_the_same_on_the_redacted_text() -> None:
    platforms = catalogue.platforms()
    for file in _files():
        before, after = detect(file.decoded.lines, platforms), detect(file.redacted.lines, platforms)
        assert before.platform is after.platform, file.path
