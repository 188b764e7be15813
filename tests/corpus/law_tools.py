"""Tools of the provenance laws: parse a corpus text, take lines away or put lines in, and find the same fact again."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra_audit import catalogue
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Completeness
from infra_audit.model.facts import FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.platform import Platform
from infra_audit.parsers import engine
from infra_audit.parsers.splitters import Section, Split, Statement, splitter

NAME = "text"
"""Name of the one artefact of every document here."""


SERVER_FILES = {
    "passwd.out": "passwd",
    "group.out": "group",
    "sshd-T.out": "sshd-effective",
    "sysctl-a.out": "sysctl-running",
}
"""Part of a corpus file's name -> source id, for platforms that are many files and not one."""


@dataclass(frozen=True)
class Fact:
    """One fact that has provenance of its own."""

    pointer: str
    key: str
    """Stable key without places in lists and without counts."""
    pattern: str
    """Key without the names of items."""
    value: Any
    provenance: Provenance
    scope: str = ""
    """VDOM or logical system of a divided device that it speaks of."""

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(n for first, last in self.provenance.lines for n in range(first, last + 1))


@dataclass
class Text:
    """A text of the corpus, parsed as complete."""

    platform: Platform
    path: Path
    lines: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        self.documents = self.parse(self.lines)
        self.split = self.splits(self.lines)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The value of every fact, by key."""
        return {found.key: found.value for found in self.facts()}

    @property
    def syntax(self) -> str | tuple[str, ...]:
        return engine.compile_platform(self.platform).sources[self.source].syntax

    def parse(self, lines: Sequence[str]) -> list[FactsDocument]:
        """The documents of other lines of the same source."""
        return parse(self.platform, lines, self.source)

    def splits(self, lines: Sequence[str]) -> Split:
        source = engine.compile_platform(self.platform).sources[self.source]
        return splitter(source.syntax)(lines, source.rules)

    def facts(self) -> Iterator[Fact]:
        for document in self.documents:
            yield from facts(document)


def source_of(platform: Platform, path: Path) -> str | None:
    """The source that a corpus file is; None when it is none of the platform's."""
    if "playbook" not in platform.data:
        return platform.main_source
    return next((source for part, source in SERVER_FILES.items() if f"__{part}." in path.name), None)


def read(platform: Platform, path: Path) -> Text | None:
    source = source_of(platform, path)
    if source is None:
        return None
    raw = path.read_bytes().decode("utf-8", "replace").split("\n")
    lines = [line.removesuffix("\r") for line in raw]
    if lines and not lines[-1]:
        lines.pop()
    return Text(platform, path, tuple(lines), source)


def parse(platform: Platform, lines: Sequence[str], source: str | None = None) -> list[FactsDocument]:
    artifact = Artifact(
        device="d", source=source or platform.main_source, name=NAME, lines=tuple(lines), sha256="0", source_sha256="0",
        encoding="utf-8", collector="files", complete=Completeness.YES,
    )  # fmt: skip
    return list(engine.parse(Device(id="d"), [artifact], [], platform))


def facts(document: FactsDocument) -> Iterator[Fact]:
    scope = scope_of(document)
    for pointer, provenance in document.provenance.items():
        if not pointer.startswith("/subject/"):
            yield Fact(pointer, *_keys(document, pointer), value_at(document, pointer), provenance, scope)


def scope_of(document: FactsDocument) -> str:
    """The part of a divided device that a document speaks of; empty for the device itself."""
    return str(document.subject["id"]).partition("/")[2]


def value_at(document: FactsDocument, pointer: str) -> Any:
    """The value of a fact; of an item, only the fields that have no provenance of their own."""
    node: Any = document.facts
    for part in _parts(pointer):
        node = node[int(part)] if isinstance(node, list) else node[part]
    if not isinstance(node, dict):
        return node
    own = {_parts(p)[len(_parts(pointer))] for p in document.provenance if p.startswith(pointer + "/")}
    return {name: value for name, value in node.items() if name not in own and name != "occurrence"}


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _keys(document: FactsDocument, pointer: str) -> tuple[str, str]:
    """Stable key and pattern: item keys without their counts, elements of plain lists without their place."""
    parts = _parts(pointer)
    schema: Any = catalogue.areas()[parts[0]].schema
    key, pattern, here = [parts[0]], [parts[0]], "/" + pointer.split("/")[1]
    for part, raw in zip(parts[1:], pointer.split("/")[2:], strict=True):
        here += "/" + raw
        if here in document.keys:
            names = schema.get("x-key", ())
            inside = (
                document.keys[here].rpartition("[")[2]
                if not names
                else document.keys[here][len(_above(document, here)) :]
            )
            values = inside.strip("[]").split(",")
            # The digest of a rule of translation covers all its lines: a part of them gives another digest.
            counts = ("occurrence", "digest") if parts[0] == "nat" else ("occurrence",)
            kept = (
                [v for v, n in zip(values, names, strict=False) if n not in counts]
                if len(values) == len(names)
                else values
            )
            key[-1] += f"[{','.join(kept)}]"
            pattern[-1] += "/*"
            schema = schema.get("items", {})
        elif part.isdigit() and "array" in schema.get("type", ()):
            key.append("*")
            pattern.append("*")
            schema = schema.get("items", {})
        else:
            key.append(part)
            pattern.append(part)
            schema = schema.get("properties", {}).get(part, {})
    return "/".join(key), "/".join(pattern)


def _above(document: FactsDocument, here: str) -> str:
    """The part of an item's key that stands before its own bracket."""
    full = document.keys[here]
    parent = here.rpartition("/")[0]
    name = parent.rpartition("/")[2]
    cut = len(parent.split("/")) - 1
    for size in range(cut, 0, -1):
        head = "/".join(parent.split("/")[: size + 1])
        if head in document.keys:
            rest = parent[len(head) :]
            return f"{document.keys[head]}{rest}"
    return parent.lstrip("/") if full.startswith(parent.lstrip("/")) else name


def same(documents: Sequence[FactsDocument], fact: Fact) -> list[Fact]:
    """The facts of other documents at the same key, whether their provenance is their own or that of their item."""
    last = fact.pointer.rpartition("/")[2]
    found = []
    for document in documents:
        for pointer in _pointers(document.facts, ""):
            end = pointer.rpartition("/")[2]
            if end != last and not (end.isdigit() and last.isdigit()):
                continue
            key, pattern = _keys(document, pointer)
            if _placeless(key) == _placeless(fact.key):
                provenance = document.provenance_of(pointer)
                if provenance:
                    # Of an item all of it, whichever of its fields have a provenance of their own.
                    whole = isinstance(fact.value, dict)
                    value = _node(document.facts, pointer) if whole else value_at(document, pointer)
                    found.append(Fact(pointer, key, pattern, value, next(iter(provenance.values()))))
    return found


def _node(node: Any, pointer: str) -> Any:
    for part in _parts(pointer):
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node


def _placeless(key: str) -> str:
    """Return a key without the place of an element in a list that has no key: places depend on the other elements."""
    head, _, last = key.rpartition("/")
    return head if last.isdigit() else key


def _pointers(node: Any, at: str) -> Iterator[str]:
    """All pointers below a node, in order."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, value in entries:
        pointer = f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}"
        if not pointer.startswith("/subject"):
            yield pointer
            yield from _pointers(value, pointer)


def gives(found: Fact, fact: Fact) -> bool:
    """Whether another fact has the value of this one; an item may hold more, such as defaults nothing stood against."""
    if isinstance(found.value, dict) and isinstance(fact.value, dict):
        return found.value.items() >= fact.value.items()
    return bool(found.value == fact.value)


def has_whole_key(text: Text, fact: Fact) -> bool:
    """Whether every field of the key of the item is known; a default may stand in for one that is not."""
    for document in text.documents:
        parts = _parts(fact.pointer)
        schema: Any = catalogue.areas()[parts[0]].schema
        node: Any = document.facts.get(parts[0])
        here = f"/{parts[0]}"
        for part in parts[1:]:
            if isinstance(node, list) and "x-key" in schema and int(part) < len(node):
                node = node[int(part)]
                here += f"/{part}"
                if any(name not in node for name in schema["x-key"]):
                    return False
                if "digest" in schema["x-key"] and _is_of_several_lines(document, here):
                    return False
                schema = schema.get("items", {})
            elif isinstance(node, dict) and part in node:
                node = node[part]
                here += f"/{part}"
                schema = schema.get("properties", {}).get(part, {})
            else:
                break
    return True


def _is_of_several_lines(document: FactsDocument, pointer: str) -> bool:
    """Whether an item was read from several lines: its digest covers them all."""
    cited = {p.lines for at, p in document.provenance.items() if at.startswith(f"{pointer}/") and p.lines}
    return len(cited) > 1


def without(lines: Sequence[str], gone: Sequence[int]) -> list[str]:
    """The text with some lines made empty, so that numbers stay."""
    taken = set(gone)
    return ["" if number in taken else line for number, line in enumerate(lines, 1)]


def excerpt(text: Text, wanted: Sequence[int]) -> list[str]:
    """The wanted lines below the headers of their sections."""
    keep = set(wanted)
    found: list[str] = []
    if not isinstance(text.syntax, str) or text.syntax in ("braces", "set", "xml"):
        return _tree_excerpt(text, keep)
    for section in text.split.sections:
        header = [line for s in section.header for line in text.lines[s.first - 1 : s.last]]
        chosen = [s for n, s in enumerate(section.body) if s.first in keep or _heads(section, n, keep)]
        body = [line for s in chosen for line in text.lines[s.first - 1 : s.last]]
        if not body and not any(s.first in keep for s in section.header):
            continue
        opened, closed = _frame(text, section)
        found += [*opened, *header, *body, *closed]
    return found


def _tree_excerpt(text: Text, keep: set[int]) -> list[str]:
    """The wanted leaves in the blocks that frame them, and what asks for the groups that they come from."""
    found: list[str] = []
    opened: list[Statement] = []
    for chain in sorted(_chains(text, keep), key=lambda chain: chain[-1].first):
        *frame, leaf = chain
        while opened != frame[: len(opened)]:
            found.append(_closing(opened.pop()))
        for statement in frame[len(opened) :]:
            if not opened or opened[-1].first != statement.first:  # one line may open several blocks
                found += text.lines[statement.first - 1 : statement.last]
            opened.append(statement)
        if not opened or opened[-1].first != leaf.first:
            found += text.lines[leaf.first - 1 : leaf.last]
    return [*found, *(_closing(statement) for statement in reversed(opened))]


def _chains(text: Text, keep: set[int]) -> list[tuple[Statement, ...]]:
    """Blocks and leaf of each wanted leaf, once, and of each statement that asks for a group."""
    found: dict[int, tuple[Statement, ...]] = {}
    for section in text.split.sections:
        leaf = section.header[0]
        if leaf.first not in keep:
            continue
        frame = section.frame
        asked = next((n for n, statement in enumerate(frame) if "apply-groups" in statement.text.split()), None)
        if asked is not None:
            found.setdefault(frame[asked].first, (*frame[asked + 1 :], frame[asked]))
            frame = frame[:asked]
        found.setdefault(leaf.first, (*frame, leaf))
    return list(found.values())


def _closing(statement: Statement) -> str:
    return f"</{statement.text[1:-1]}>" if statement.text.startswith("<") else "}"


def _heads(section: Section, number: int, keep: set[int]) -> bool:
    """Whether a statement is the header of a block within its section that holds a wanted line."""
    depth = _depth(section.body[number].text)
    for statement in section.body[number + 1 :]:
        if _depth(statement.text) <= depth:
            return False
        if statement.first in keep:
            return True
    return False


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _frame(text: Text, section: Section) -> tuple[list[str], list[str]]:
    """What must stand around a section that is cut out: nothing, or block ends and the scope."""
    if text.syntax != "fortios":
        return [], []
    blocks = [s for s in section.header if s.text.split()[0] in ("config", "edit")]
    closed = ["next" if s.text.split()[0] == "edit" else "end" for s in reversed(blocks)]
    if not section.scope:
        return [], closed
    return ["config vdom", f"edit {section.scope}"], [*closed, "next", "end"]


def section_of(text: Text, line: int) -> tuple[Section, bool] | None:
    """The section that a line is in, and whether it is a header of it."""
    for section in text.split.sections:
        if any(s.first <= line <= s.last for s in section.body):
            return section, False
        if section.header and section.header[-1].first <= line <= section.header[-1].last:
            return section, True
    return None


def sample(found: Sequence[Fact], count: int, seed: str) -> list[Fact]:
    """Some facts, rare patterns first; all when `count` is 0."""
    if not count:
        return list(found)
    dice = random.Random(seed)
    order = sorted(found, key=lambda fact: (fact.pattern, fact.pointer))
    dice.shuffle(order)
    chosen: list[Fact] = []
    seen: set[str] = set()
    for fact in order:
        if fact.pattern not in seen:
            seen.add(fact.pattern)
            chosen.append(fact)
    return chosen[:count]


def is_read(fact: Fact) -> bool:
    return fact.provenance.kind is ProvenanceKind.LINES and fact.provenance.artifact == NAME
