"""`set` texts: each line is the whole path of one leaf; `deactivate` lines switch off what is below a path."""

from collections.abc import Sequence

from infra_audit.parsers.splitters import BREAK, Rules, Section, Split, Statement
from infra_audit.parsers.splitters.trees import WORD, Leaf, Tree, broken, expanded, finished, is_odd

_SWITCHES = ("deactivate",)


def fits(lines: Sequence[str]) -> bool:
    """Return whether a text looks like this syntax; a block of braces may be called `set`, too."""
    return any(line.lstrip().startswith("set ") and not line.rstrip().endswith(("{", ";")) for line in lines)


def split(lines: Sequence[str], rules: Rules) -> Split:
    """Sort the lines of a text of `set` lines into sections."""
    tree = Tree()
    leaves: list[Leaf] = []
    off: set[tuple[str, ...]] = set()
    pending: list[str] = []
    first = 1
    for number, line in enumerate(lines, 1):
        if pending:
            pending.append(line)
            if is_odd(line):
                _take(leaves, tree, off, first, number, BREAK.join(pending))
                pending = []
            continue
        text = line.strip()
        if not text or text.startswith("#") or rules.is_comment(line) or rules.is_frame(line):
            continue
        first = number
        if is_odd(line):
            pending = [line]
        else:
            _take(leaves, tree, off, number, number, text)
    if pending:
        broken(tree, lines, first, "parse.text_without_end")
    tree.leaves = [_switched(leaf, off) for leaf in leaves] if off else leaves
    return finished(tree, rules, lines)


def _take(leaves: list[Leaf], tree: Tree, off: set[tuple[str, ...]], first: int, last: int, text: str) -> None:
    words = WORD.findall(text.strip())
    if words[0] == "set" and len(words) > 1:
        leaves += [Leaf(first, last, each) for each in expanded(words[1:])]
        return
    if words[0] in _SWITCHES and len(words) > 1:
        off.add(tuple(words[1:]))
    whole = " ".join(words)
    tree.split.sections.append(Section(whole, (Statement(first, last, whole),), is_line=True))


def _switched(leaf: Leaf, off: set[tuple[str, ...]]) -> Leaf:
    if any(leaf.words[:depth] in off for depth in range(1, len(leaf.words) + 1)):
        return Leaf(leaf.first, leaf.last, leaf.words, leaf.frame, inactive=True)
    return leaf
