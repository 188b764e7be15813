"""What the tree syntaxes share: a statement is the whole path of words to a leaf, however the device writes the tree.

`system { services { ssh; } }`, `set system services ssh` and `<system><services><ssh/></services></system>` all give
`system services ssh`, so that one template reads every form. Each leaf is a section of its own, like a line of a flat text.
The lines that open and close blocks count as blank and are kept as the `frame` of the sections below them.

Rules of the source, in this order: `strip` is taken off the beginning of a path (and what stands before it, such as the name
of the device); `part` names a part of the device (logical system, virtual system) and is taken off, too; `fragment` tells the
texts of a manager, which hold no device's whole configuration;
with `inherits`, statements of `groups` count wherever `apply-groups` asks for them; `rewrite` writes beginnings otherwise, so
that a name of several words becomes one. Statements that are switched off keep the word `inactive:` before their path.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from infra_audit.parsers.splitters import Oddity, Rules, Section, Split, Statement

Words = tuple[str, ...]

WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'(?=\s|;|$)|[^\s"]+|"', re.DOTALL)
"""A quoted text or anything else without blanks."""
_ESCAPED = re.compile(r"\\.")
_QUOTED = re.compile(r"^'([^\s\\]+)'$")
_EITHER_NODE = '"${node}"'
_NODES = ("node0", "node1")
"""Groups of the two members of a cluster, asked for in one name."""
INACTIVE = "inactive:"
_MOST_STRIPPED = 4
_MOST_INHERITED = 20_000
"""Statements that groups may add to one text."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of the tree."""

    first: int
    last: int
    words: Words
    frame: tuple[Statement, ...] = ()
    inactive: bool = False


@dataclass(slots=True)
class Tree:
    """What a reader of one syntax found."""

    leaves: list[Leaf] = field(default_factory=list)
    split: Split = field(default_factory=Split)


def finished(tree: Tree, rules: Rules, lines: Sequence[str]) -> Split:
    """Turn leaves into sections by the rules of the source."""
    split = tree.split
    leaves = [_stripped(leaf, rules) for leaf in _apart(tree, lines)]
    if rules.inherits:
        leaves = list(_inherited(leaves, split))
    found = [(_part(leaf, rules), leaf) for leaf in leaves]
    several = {scope for (scope, alone, _), _ in found if alone}
    split.scopes = list(
        dict.fromkeys(scope for (scope, alone, _), _ in found if scope and (not alone or len(several) > 1))
    )
    known = set(split.scopes)
    if rules.fragment is not None:
        _told(split, leaves, rules.fragment)
    for (scope, _, words), leaf in found:
        text = _rewritten(" ".join(words) or " ".join(leaf.words), rules)
        if leaf.inactive:
            text = f"{INACTIVE} {text}"
        split.sections.append(
            Section(
                text,
                (Statement(leaf.first, leaf.last, text),),
                scope=scope if scope in known else "",
                is_line=True,
                is_leaf=True,
                frame=leaf.frame,
            )
        )
    split.sections.sort(key=lambda section: section.header[0].first)
    return split


def expanded(words: Sequence[str]) -> list[Words]:
    """Return a statement once for each value of its list `[ a b ]`, at its end; quotes around one plain word mean nothing."""
    words = [_QUOTED.sub(r"\1", word) for word in words]
    if "[" not in words or not words[-1].endswith("]"):
        return [tuple(words)]
    at = words.index("[")
    values = [value for value in (*words[at + 1 : -1], words[-1][:-1]) if value]
    return [(*words[:at], value) for value in values] or [tuple(words[:at])]


def unread(tree: Tree, lines: Sequence[str], first: int, last: int) -> None:
    """Note lines that cannot be read as a tree, and are not blank."""
    for number in range(first, last + 1):
        text = lines[number - 1].strip()
        if text:
            tree.split.sections.append(Section(text, (Statement(number, number, text),), opaque=True))


def broken(tree: Tree, lines: Sequence[str], first: int, code: str) -> None:
    """Say that the text breaks off; what comes from `first` on is not read."""
    tree.split.unclosed = True
    tree.split.oddities.append(Oddity(min(first, len(lines)) or 1, code))
    unread(tree, lines, first, len(lines))


def _apart(tree: Tree, lines: Sequence[str]) -> list[Leaf]:
    """Return the leaves that have their lines for themselves, apart from the other values of one list.

    Where lines cannot tell statements apart, they are not read: a line that one template understood would hide another
    statement on it that none did. All lines that are left over belong to the structure.
    """
    owners: dict[int, tuple[int, int, Words]] = {}
    crowded: set[int] = set()
    for leaf in tree.leaves:
        owner = (leaf.first, leaf.last, leaf.words[:-1])
        for line in range(leaf.first, leaf.last + 1):
            if owners.setdefault(line, owner) != owner:
                crowded.add(line)
    for leaf in tree.leaves if crowded else ():
        span = range(leaf.first, leaf.last + 1)
        if not crowded.isdisjoint(span):
            crowded.update(span)
    apart = [leaf for leaf in tree.leaves if leaf.first not in crowded and leaf.last not in crowded]
    for leaf in apart if crowded else ():
        crowded.difference_update(range(leaf.first, leaf.last + 1))
    for line in sorted(crowded):
        unread(tree, lines, line, line)
    split = tree.split
    taken = {s.first + n for section in split.sections for s in section.header for n in range(s.last - s.first + 1)}
    taken |= {line for leaf in apart for line in range(leaf.first, leaf.last + 1)}
    split.lost = sorted(set(split.lost) - taken)
    taken.update(split.lost)
    split.blank = [line for line in range(1, len(lines) + 1) if line not in taken]
    return apart


def is_odd(line: str) -> bool:
    """Return whether a quoted text begins or ends on a line without its other end."""
    return _ESCAPED.sub("", line).count('"') % 2 == 1


def _stripped(leaf: Leaf, rules: Rules) -> Leaf:
    if rules.strip is None:
        return leaf
    text = " ".join(leaf.words)
    for _ in range(_MOST_STRIPPED):
        found = rules.strip.match(text)
        if found is None or found.end() in (0, len(text)):
            break
        text = text[found.end() :]
    words = tuple(WORD.findall(text))
    return Leaf(leaf.first, leaf.last, words, leaf.frame, leaf.inactive)


def _told(split: Split, leaves: Sequence[Leaf], fragment: re.Pattern[str]) -> None:
    """Say that a text is not what one device runs: what is absent from it may well be there."""
    first = next((leaf.first for leaf in leaves if fragment.match(" ".join(leaf.words))), None)
    if first is not None:
        split.oddities.append(Oddity(first, "parse.not_one_device"))
        split.unclosed = True


def _part(leaf: Leaf, rules: Rules) -> tuple[str, bool, Words]:
    """Return the part of the device that a leaf belongs to, whether it counts only beside others, and its path there."""
    if rules.part is None:
        return "", False, leaf.words
    text = " ".join(leaf.words)
    found = rules.part.match(text)
    if found is None or found.end() == len(text):
        return "", False, leaf.words
    groups = found.groupdict()
    alone = groups.get("alone")
    scope = alone or groups["scope"] or ""
    return scope.strip('"'), alone is not None, tuple(WORD.findall(text[found.end() :]))


def _rewritten(text: str, rules: Rules) -> str:
    for pattern, to in rules.rewrite:
        found = pattern.match(text)
        if found is not None:
            text = found.expand(to) + text[found.end() :]
    return text


def _inherited(leaves: Sequence[Leaf], split: Split) -> Iterator[Leaf]:
    """Yield leaves with the statements of groups put where `apply-groups` asks for them.

    A statement of a group is cited by its own line; what a device says itself comes after it and wins. With a group that is
    asked for but not there the text is not whole. `apply-groups-except` is left as a statement that no template reads.
    """
    groups: dict[str, list[Leaf]] = {}
    own: list[Leaf] = []
    for leaf in leaves:
        if leaf.words[:1] == ("groups",) and len(leaf.words) > 2 and not leaf.inactive:
            groups.setdefault(leaf.words[1], []).append(leaf)
        else:
            own.append(leaf)
    children = _children(own)
    used: set[int] = set()
    count = 0
    for leaf in own:
        name = leaf.words[-1] if len(leaf.words) > 1 and leaf.words[-2] == "apply-groups" else None
        asked = _NODES if name == _EITHER_NODE else (name,)
        entries = [entry for group in asked for entry in groups.get(group or "", ())]
        yield leaf
        if name is None or leaf.inactive:
            continue
        if not entries:
            split.oddities.append(Oddity(leaf.first, "parse.group_not_there"))
            split.unclosed = True
        for entry in entries:
            for words in _placed(entry.words[2:], leaf.words[:-2], children):
                count += 1
                if count > _MOST_INHERITED:
                    split.oddities.append(Oddity(leaf.first, "parse.block_not_closed"))
                    split.unclosed = True
                    return
                frame = (*entry.frame, Statement(leaf.first, leaf.last, " ".join(leaf.words)), *leaf.frame)
                used.add(entry.first)
                yield Leaf(entry.first, entry.last, words, frame)
    for entries in groups.values():
        yield from (entry for entry in entries if entry.first not in used)


def _children(leaves: Iterable[Leaf]) -> dict[Words, dict[str, None]]:
    """Return the words that follow each beginning of a path."""
    found: dict[Words, dict[str, None]] = {}
    for leaf in leaves:
        for depth in range(len(leaf.words)):
            found.setdefault(leaf.words[:depth], {}).setdefault(leaf.words[depth])
    return found


def _placed(words: Words, place: Words, children: dict[Words, dict[str, None]]) -> list[Words]:
    """Return the paths that a statement of a group means at a place; `<ge-*>` stands for every name that is there."""
    if len(words) <= len(place) or not all(_fits(w, p) for w, p in zip(words, place, strict=False)):
        return []
    found: list[Words] = [place]
    for word in words[len(place) :]:
        if word.startswith("<") and word.endswith(">"):
            found = [(*path, name) for path in found for name in children.get(path, ()) if _fits(word, name)]
        else:
            found = [(*path, word) for path in found]
    return found


def _fits(pattern: str, word: str) -> bool:
    if pattern.startswith("<") and pattern.endswith(">"):
        return fnmatchcase(word, pattern[1:-1])
    return pattern == word
