"""Splitters: one module a syntax, each turning the lines of an artefact into sections in linear time.

A section is what a template is for: a chain of header lines and the statements directly below them. Texts are
normalised, so that templates do not depend on a device's indentation: one blank of indent a level, no blanks at the end,
a statement over several lines joined by `BREAK`.

Law, held by property tests: every line number is in exactly one of a section, `blank` or `lost`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

BREAK = "\x01"
"""Stands for the line breaks inside one statement (a banner, a quoted text); not a blank, so it survives splitting."""

DEEPEST = 50
"""Blocks inside each other. No device has a tenth of it; headers hold all blocks above, so depth costs memory squared."""


class Statement(NamedTuple):
    """One statement with the lines it was written on."""

    first: int
    last: int
    text: str


@dataclass(slots=True, eq=False)
class Section:
    """Header lines, outermost first, and the statements directly below the last of them."""

    path: str
    """What a template's `sections` are compared with; the header line, or the chain of block names."""
    header: tuple[Statement, ...]
    body: list[Statement] = field(default_factory=list)
    scope: str = ""
    """VDOM, context or logical system; empty for the device itself."""
    opaque: bool = False
    """Text that was never closed: read by no template."""
    is_empty_block: bool = False
    """A block without content: its header counts as blank unless a template reads it."""
    is_line: bool = False
    """A line of a flat text; a record may go on over several of them."""
    is_leaf: bool = False
    """A leaf of a tree, its path complete: an unknown one speaks of the block that it is in."""
    frame: tuple[Statement, ...] = ()
    """Lines around a leaf of a tree: what opens its blocks, what a group was asked for with. They count as blank."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something wrong with the structure: line and code of texts/reasons.yaml."""

    line: int
    code: str


@dataclass(slots=True)
class Split:
    """The lines of one artefact, sorted."""

    sections: list[Section] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    """Blank lines, comments, block ends, and the lines that only name a scope."""
    lost: list[int] = field(default_factory=list)
    """Lines that belong nowhere, such as a block end without a block."""
    oddities: list[Oddity] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    """Scopes in order of appearance, empty ones too."""
    unclosed: bool = False
    """A block or text was still open at the end: the artefact cannot be whole."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A text that is no configuration: from a line that `start` matches to its delimiter, or to a line that `end` matches."""

    start: re.Pattern[str]
    end: re.Pattern[str] | None = None
    """None: `start` has a group `delimiter`."""


_BANNERS: Mapping[str, tuple[Opaque, ...]] = {
    "ios": (
        Opaque(re.compile(r"banner (?:[a-z-]+ +)?(?P<delimiter>\^C|\S)")),
        Opaque(re.compile(r"aaa authentication (?:banner|fail-message) +(?P<delimiter>\^C|\S)")),
    ),
    "eof": (Opaque(re.compile(r"banner [a-z-]+$"), re.compile(r"\s*EOF$")),),
}


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of a flat text that belong to the line above them."""

    start: re.Pattern[str]
    members: re.Pattern[str]
    end: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a source of platform.yaml says of its syntax."""

    comment: re.Pattern[str] | None = None
    """Matches whole lines that are comments, at any level."""
    frame: re.Pattern[str] | None = None
    """Matches top-level lines around the text: end marker, size header, greeting."""
    opaque: tuple[Opaque, ...] = ()
    blocks: tuple[Block, ...] = ()
    separator: re.Pattern[str] | None = None
    """Matches lines after which a new section begins, at whatever indent its first line has."""
    leaves: re.Pattern[str] | None = None
    """Headers of sections whose blocks are sections of their own, each statement with the words of all headers above it."""
    continued: re.Pattern[str] | None = None
    """Beginning of a statement that is written on several lines, each with this beginning."""
    scope: re.Pattern[str] | None = None
    """Lines after which the text belongs to the scope that the group `scope` names, or to the device when it names none."""
    strip: re.Pattern[str] | None = None
    """Tree syntaxes: taken off the beginning of a path."""
    rewrite: tuple[tuple[re.Pattern[str], str], ...] = ()
    """Tree syntaxes: beginnings of paths that are written otherwise, such as the words of one name joined."""
    part: re.Pattern[str] | None = None
    """Tree syntaxes: the beginning of a path that names a part of the device, in a group `scope`, or in a group `alone`
    when a device that has no other part is not divided."""
    fragment: re.Pattern[str] | None = None
    """Tree syntaxes: the beginning of a path that only a text has that is no device's whole configuration."""
    inherits: bool = False
    """Tree syntaxes: `apply-groups` puts the statements of `groups` elsewhere."""

    def is_comment(self, line: str) -> bool:
        """Return whether a line is a comment."""
        return self.comment is not None and self.comment.match(line) is not None

    def is_frame(self, line: str) -> bool:
        """Return whether a top-level line stands around the text and is not part of it."""
        return self.frame is not None and self.frame.match(line) is not None

    def is_separator(self, line: str) -> bool:
        """Return whether a line parts two sections."""
        return self.separator is not None and self.separator.match(line) is not None


def rules_of(source: Mapping[str, Any], banner: str | None) -> Rules:
    """Return the rules of one source of platform.yaml; `banner` names how the platform writes banners."""
    frame = [source[name] for name in ("end", "size") if name in source] + list(source.get("header", ()))
    own = tuple(
        Opaque(re.compile(entry["start"]), re.compile(entry["end"]) if "end" in entry else None)
        for entry in source.get("opaque", ())
    )
    return Rules(
        comment=re.compile(source["comment"]) if "comment" in source else None,
        frame=re.compile("|".join(f"(?:{pattern})" for pattern in frame)) if frame else None,
        opaque=own + (_BANNERS[banner] if banner else ()),
        leaves=_any_of(source.get("leaves")),
        continued=_any_of(source.get("continued")),
        scope=re.compile(source["scope"]) if "scope" in source else None,
        blocks=tuple(
            Block(
                re.compile(entry["start"]),
                re.compile(entry.get("members", r"(?!)")),
                re.compile(entry["end"]) if "end" in entry else None,
            )
            for entry in source.get("context", ())
        ),
        separator=re.compile(source["separator"]) if "separator" in source else None,
        strip=re.compile(source["strip"]) if "strip" in source else None,
        rewrite=tuple((re.compile(entry["pattern"]), str(entry["to"])) for entry in source.get("rewrite", ())),
        part=re.compile(source["part"]) if "part" in source else None,
        fragment=re.compile(source["fragment"]) if "fragment" in source else None,
        inherits=bool(source.get("inherits", False)),
    )


def _any_of(patterns: Iterable[str] | None) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None


Splitter = Callable[[Sequence[str], Rules], Split]


def splitter(syntax: str | Sequence[str]) -> Splitter:
    """Return the splitter of a syntax, or of several among which the text decides: the first that fits it, else the last.

    Raises KeyError for an unknown one (the platform schema allows no other).
    """
    from infra_audit.parsers.splitters import braces, flat, fortios, indented, netfilter, setlines, xml

    trees = {"braces": braces, "set": setlines, "xml": xml}
    if not isinstance(syntax, str):
        readers = [trees[name] for name in syntax]

        def split(lines: Sequence[str], rules: Rules) -> Split:
            chosen: Splitter = next((reader for reader in readers if reader.fits(lines)), readers[-1]).split
            return chosen(lines, rules)

        return split
    others = {
        "indented": indented.split, "fortios": fortios.split, "flat": flat.split, "netfilter": netfilter.split,
    }  # fmt: skip
    return trees[syntax].split if syntax in trees else others[syntax]


def joined(texts: Iterable[str]) -> str:
    """Return the lines of one statement as one text."""
    return BREAK.join(texts)
