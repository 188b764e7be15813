"""The provenance laws, on configurations that nobody of this project wrote.

Sufficient: the artefact reduced to the cited lines and the headers of their sections gives the same value at the same key.
Necessary: without the cited lines the fact is absent, a default, or cites others; and no cited line is spare.
Later wins: a contrary line, taken from the corpus, put after the cited one changes the value.
Absent and default: inserting the counter-line of platform.yaml changes the fact.
Derived: recomputed from only its pointers it is the same.

A seeded sample by default; all files, and a fact of every field of each, with INFRA_AUDIT_FULL=1. The figures are printed
(`pytest -s`).
"""

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.model.facts import FactsDocument, ProvenanceKind
from infra_audit.model.platform import Platform
from infra_audit.parsers import derivation, engine
from tests.conftest import CORPUS, FULL
from tests.corpus.law_tools import (
    Fact,
    Text,
    excerpt,
    facts,
    gives,
    has_whole_key,
    is_read,
    read,
    same,
    sample,
    scope_of,
    section_of,
    without,
)  # fmt: skip

FILES = 0 if FULL else 14
"""Files of a platform; 0 = all."""
FACTS = 1_000 if FULL else 12
"""Most facts of a file and law. Each is of another field."""
LONGEST = 20_000 if FULL else 1_500
"""Lines of a file."""
LONG, OF_LONG = 1_500, 12
"""Of a file of more lines only so many facts and entries are tried: each costs a parse of the whole."""

Family = tuple[str, str, tuple[str, ...]]
_KIND_WORDS = {"set": 2, "config": 4}
"""How many words of a header say what kind of section it opens; the others are names."""

PLATFORMS = sorted(name for name in catalogue.platforms() if (CORPUS / name).is_dir())

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}"),
    pytest.mark.parametrize("name", PLATFORMS or ["none"]),
]


def platform_of(name: str) -> Platform:
    return catalogue.platforms()[name]


@cache
def texts(name: str) -> tuple[Text, ...]:
    paths = sorted(path for path in (CORPUS / name).iterdir() if path.is_file())
    random.Random(f"files {name}").shuffle(paths)
    platform = platform_of(name)
    found = []
    for path in paths:
        if path.stat().st_size < LONGEST * 60:
            text = read(platform, path)
            if text is not None and len(text.lines) <= LONGEST:
                found.append(text)
        if FILES and len(found) == FILES:
            break
    assert found, f"the corpus has no usable file of {name}"
    return tuple(found)


def chosen(name: str, law: str) -> Iterator[tuple[Text, Fact]]:
    for text in texts(name):
        read_facts = [fact for fact in text.facts() if is_read(fact)]
        most = OF_LONG if len(text.lines) > LONG else FACTS
        for fact in sample(read_facts, most, f"{law} {text.path.name}"):
            yield text, fact


def report(law: str, name: str, counts: Counter[str], failures: list[str]) -> None:
    print(f"\n{law} {name}: " + ", ".join(f"{what} {n}" for what, n in sorted(counts.items())))
    assert not failures, f"{len(failures)} of {counts['tried']}:\n" + "\n".join(failures[:12])


def shown(text: Text, fact: Fact) -> str:
    return f"{text.path.name}: {fact.key} = {fact.value!r} lines {fact.provenance.lines}"


def test_sufficient(name: str) -> None:
    counts: Counter[str] = Counter()
    failures = []
    for text, fact in chosen(name, "sufficient"):
        counts["tried"] += 1
        counts["cited lines"] += len(fact.provenance.lines)
        documents = text.parse(excerpt(text, fact.lines))
        if any(gives(found, fact) for found in same(documents, fact)):
            continue
        if has_whole_key(text, fact):
            failures.append(shown(text, fact))
        else:
            counts["of an item whose key is not whole"] += 1
    assert counts["tried"], f"no fact was read from the corpus files of {name}"
    if counts["tried"]:
        print(f"\n{name}: {counts['cited lines'] / counts['tried']:.2f} cited statements a fact")
    report("sufficient", name, counts, failures)


def test_necessary(name: str) -> None:
    counts: Counter[str] = Counter()
    failures = []
    for text, fact in chosen(name, "necessary"):
        counts["tried"] += 1
        cited = fact.provenance.lines
        if any(_stands(text, fact, [span]) for span in cited):
            failures.append(f"a cited line is spare: {shown(text, fact)}")
        elif len(cited) > 1 and _stands(text, fact, list(cited)):
            failures.append(f"stands without its lines: {shown(text, fact)}")
        counts["with several lines"] += len(cited) > 1
    report("necessary", name, counts, failures)


def _stands(text: Text, fact: Fact, spans: list[tuple[int, int]]) -> bool:
    """Whether the fact is still there, read from the same lines, without some of them."""
    gone = [number for first, last in spans for number in range(first, last + 1)]
    left = same(text.parse(without(text.lines, gone)), fact)
    return any(
        found.value == fact.value and found.provenance.lines == fact.provenance.lines
        for found in left
        if is_read(found)
    ) or any(is_read(found) and set(found.lines) & set(gone) for found in left)


def test_later_wins(name: str) -> None:
    counts: Counter[str] = Counter()
    failures = []
    pool = contrary_lines(name)
    for text, fact in chosen(name, "later wins"):
        where = _body_statement(text, fact)
        if where is None:
            counts["not a setting of its own line"] += 1
            continue
        raw, indent = where
        contrary = next(
            (
                line
                for line, value in pool[_family(text, fact)]
                if value != fact.value and not _gives_key(fact) and _form(line) == _form(text.lines[raw - 1].strip())
            ),
            None,
        )
        if contrary is None:
            counts["no contrary line in the corpus"] += 1
            continue
        counts["tried"] += 1
        lines = [*text.lines[:raw], indent + contrary, *text.lines[raw:]]
        left = same(text.parse(lines), fact)  # another part of the device may have the value from lines of its own
        if any(f.value == fact.value and f.provenance.lines == fact.provenance.lines for f in left):
            failures.append(f"{shown(text, fact)} stands after {contrary!r}")
    report("later wins", name, counts, failures)


def _form(line: str) -> str:
    """How a line is written where a platform has several ways: an element, a path, a statement of a block."""
    if line.startswith(("<", "set ")):
        return line[:1]
    return ";" if line.endswith(";") else ""


@cache
def contrary_lines(name: str) -> dict[Family, list[tuple[str, Any]]]:
    """Statements of the corpus by the field they set and where they may stand, with the value, in a fixed order."""
    found: dict[Family, list[tuple[str, Any]]] = defaultdict(list)
    for text in texts(name):
        for fact in text.facts():
            where = _body_statement(text, fact) if is_read(fact) else None
            if where is not None:
                entry = (text.lines[where[0] - 1].strip(), fact.value)
                if entry not in found[_family(text, fact)]:
                    found[_family(text, fact)].append(entry)
    return found


def _family(text: Text, fact: Fact) -> Family:
    """The field, its template, and the words of the header that say what kind of section it is in."""
    first = fact.provenance.lines[0][0]
    where = section_of(text, first)
    words = text.lines[(where[0].header[0].first if where else first) - 1].split()
    return fact.pattern, str(fact.provenance.template), tuple(words[: _KIND_WORDS.get(words[0], 1)] if words else ())


def _body_statement(text: Text, fact: Fact) -> tuple[int, str] | None:
    """Line and indent of the one statement that sets a field; None for items, elements of lists, headers and the like."""
    if fact.pattern.endswith("*") or len(fact.provenance.lines) != 1 or isinstance(fact.value, (dict, list)):
        return None
    first, last = fact.provenance.lines[0]
    where = section_of(text, first)
    if first != last or where is None:
        return None
    _, is_header = where
    if is_header and "[" in fact.key:
        return None  # the line opens its own item: another line would open another
    line = text.lines[first - 1]
    if _is_of_one_statement(fact):
        return None
    if _names_of_items(fact.key) & set(line.split()):
        return None  # the line names its own item: one of another item says nothing of this
    return first, line[: len(line) - len(line.lstrip())]


def _is_of_one_statement(fact: Fact) -> bool:
    """Whether the item is known by its digest: another statement is another item."""
    schema: Any = catalogue.areas()[fact.pattern.split("/")[0]].schema
    for part in fact.pattern.split("/")[1:]:
        if "digest" in schema.get("x-key", ()):
            return True
        schema = schema.get("items", {}) if part == "*" else schema.get("properties", {}).get(part, {})
    return "digest" in schema.get("x-key", ())


def _names_of_items(key: str) -> set[str]:
    return {part.strip('"') for inside in re.findall(r"\[([^\]]*)\]", key) for part in inside.split(",") if part}


def _gives_key(fact: Fact) -> bool:
    schema: Any = catalogue.areas()[fact.pattern.split("/")[0]].schema
    names: tuple[str, ...] = ()
    for part in fact.pattern.split("/")[1:]:
        if part == "*":
            names = tuple(schema.get("x-key", ()))
            schema = schema.get("items", {})
        else:
            schema = schema.get("properties", {}).get(part, {})
    return fact.pattern.rpartition("/")[2] in names


def test_counter_lines(name: str) -> None:
    counts: Counter[str] = Counter()
    failures: dict[str, str] = {}
    tried: Counter[str] = Counter()
    for text in texts(name):
        here: set[str] = set()
        for fact in _supplied(text):
            entry = str(fact.provenance.template)
            if entry in here or (not FULL and tried[entry] >= 2) or (len(here) >= OF_LONG and len(text.lines) > LONG):
                continue
            here.add(entry)
            tried[entry] += 1
            counts["tried"] += 1
            if not _changes(text, fact, entry):
                failures[entry] = shown(text, fact)
    counts["entries"] = len(tried)
    report("counter-lines", name, counts, [f"{entry}: {what}" for entry, what in sorted(failures.items())])


def _supplied(text: Text) -> list[Fact]:
    """The facts that no line says, in a seeded order, so that of each entry some item is tried."""
    kinds = (ProvenanceKind.DEFAULT, ProvenanceKind.ABSENT)
    found = [fact for fact in text.facts() if fact.provenance.kind in kinds]
    random.Random(f"counter {text.path.name}").shuffle(found)
    return found


def _changes(text: Text, fact: Fact, entry: str) -> bool:
    """Whether the counter-line changes the fact: on the item itself where it can be put there, else on its own item."""
    kind, index = entry.split("/")
    counter: str = text.platform.data[kind][int(index)]["counter"]
    before = text.values
    own = (_aimed(text, fact, counter), counter.split("\n"))
    for lines in (*own, *(_in_scope(text.platform.name, fact.scope, lines) for lines in own if fact.scope)):
        documents = [d for d in text.parse([*text.lines, *lines]) if scope_of(d) in ("", fact.scope)]
        after = same([d for d in documents if scope_of(d) == fact.scope], fact)
        if not any(found.value == fact.value and found.provenance.kind is fact.provenance.kind for found in after):
            return True
        found = [f for document in documents for f in _below(document, fact)]
        if any(before.get(f.key, fact.value) != f.value for f in found):
            return True
    return False


_PARTS = {"juniper_junos": "logical-systems", "paloalto_panos": "vsys"}


def _in_scope(platform: str, scope: str, lines: list[str]) -> list[str]:
    """Lines as they are written for a part of a divided device."""
    if platform in _PARTS:
        return [line.replace("set ", f"set {_PARTS[platform]} {scope} ", 1) for line in lines]
    return ["config vdom", f"edit {scope}", *lines, "end"]


def _below(document: FactsDocument, fact: Fact) -> list[Fact]:
    """The facts of one field in all items, read as an item of its own or as part of one."""
    field = fact.pattern.rpartition("/")[2]
    result = []
    for found in facts(document):
        if found.pattern in (fact.pattern, f"{fact.pattern}/*"):  # a list that was read has a fact for each element
            result.append(found)
        elif (
            found.pattern == fact.pattern.rpartition("/")[0] and isinstance(found.value, dict) and field in found.value
        ):
            value = found.value[field]
            result.append(Fact(found.pointer, f"{found.key}/{field}", fact.pattern, value, found.provenance))
    return result


def _aimed(text: Text, fact: Fact, counter: str) -> list[str]:
    """The counter-line with the header of the fact's own item in place of its example."""
    lines = counter.split("\n")
    where = section_of(text, fact.provenance.lines[0][0]) if "[" in fact.key else None
    if where is None or (not where[0].body and len(lines) == 1):
        return lines
    own = {_depth(s.text): text.lines[s.first - 1] for s in where[0].header}
    sections = text.splits(lines).sections
    if not sections:
        return lines
    for statement in sections[-1].header:
        if _depth(statement.text) in own and (text.syntax != "fortios" or statement.text.split()[0] == "edit"):
            lines[statement.first - 1] = own[_depth(statement.text)]
    return lines


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip())


def test_derived(name: str) -> None:
    counts: Counter[str] = Counter()
    failures = []
    compiled = engine.compile_platform(platform_of(name))
    for text in texts(name):
        for document in text.documents:
            found = [(p, v) for p, v in document.provenance.items() if v.kind is ProvenanceKind.DERIVED]
            random.Random(f"derived {text.path.name}").shuffle(found)
            for pointer, provenance in found[: FACTS or None]:
                if provenance.by in ("occurrence", "digest", "subject"):
                    continue
                counts["tried"] += 1
                reduced = _reduced(document, provenance.sources)
                values = [
                    derived.value
                    for step_name, step, entry in derivation.steps(compiled)
                    if step_name == provenance.by
                    for derived in step.run(reduced, entry)
                    if _text(derived.at) == pointer
                ]
                if _at(document.facts, pointer) not in values:
                    failures.append(
                        f"{text.path.name}: {pointer} by {provenance.by} from {provenance.sources}: {values}"
                    )
    report("derived", name, counts, failures)


def _text(pointer: tuple[str | int, ...]) -> str:
    from infra_audit.parsers.document import pointer_text

    return pointer_text(pointer)


def _at(node: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        node = node[int(name)] if isinstance(node, list) else node[name]
    return node


def _reduced(document: FactsDocument, sources: tuple[str, ...]) -> dict[str, Any]:
    """The facts with nothing in them but what the pointers name; the places of list items stay."""
    result: dict[str, Any] = {}
    for pointer in sources:
        node: Any = result
        original: Any = document.facts
        parts = pointer.split("/")[1:]
        for position, part in enumerate(parts):
            last = position == len(parts) - 1
            original = original[int(part)] if isinstance(original, list) else original[part]
            fresh = json.loads(json.dumps(original)) if last else ([] if isinstance(original, list) else {})
            if isinstance(node, list):
                while len(node) <= int(part):
                    node.append({})
                if last or not node[int(part)]:
                    node[int(part)] = fresh
                node = node[int(part)]
            else:
                node[part] = fresh if last or part not in node else node[part]
                node = node[part]
    return result
