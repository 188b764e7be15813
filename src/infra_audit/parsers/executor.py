"""Section templates at work, statement by statement.

TTP defines the language and compiles each template line to an expression; here the expressions are run. A line is only
tried on statements of its level that begin with its first words, a statement that was read before is remembered, and each
captured value keeps the statement it came from. TTP itself would keep the first of two values of one name, where a device
keeps the last, and cannot say which line gave a value. A differential test holds both to the same captures.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, NamedTuple

Chain = tuple[Callable[[Any], tuple[Any, Any]], ...]
"""Value functions of one variable, in order, their constant arguments in place."""

_MOST_REMEMBERED = 50_000
"""Different statements that one group remembers; the longest corpus file has 9,000."""
_BEFORE_VARIABLE = re.compile(r"\(\?P<|\[\\t \]\*\(\?=")
_BLANKS = r"[ \t]+"
_ESCAPED = re.compile(r"\\(.)")


class Effect(Enum):
    """What a statement does to a group."""

    OPENS = auto()
    """A start line takes it: a new record."""
    ADDS = auto()
    """Another line takes it: it belongs to the open record."""
    CLOSES = auto()
    """A start line matches and its value functions refuse it: what follows belongs to no record."""
    REFUSED = auto()
    """Another line matches and its value functions refuse it."""


class Outcome(NamedTuple):
    """Effect of a statement, with what was captured."""

    effect: Effect
    fields: tuple[tuple[str, Any], ...] = ()


class Rule:
    """One template line."""

    __slots__ = ("_chains", "_expression", "_pattern", "level", "starts", "words")

    def __init__(self, expression: str, chains: Sequence[tuple[str, Chain]], *, starts: bool) -> None:
        """`expression` is TTP's, for a line between two line breaks; it is compiled when it is first tried."""
        self._expression = expression
        self._pattern: re.Pattern[str] | None = None
        self._chains = tuple(chains)
        self.starts = starts
        self.level, self.words = _literals(expression)

    def find(self, framed: str) -> re.Match[str] | None:
        """Match a statement that stands between two line breaks."""
        if self._pattern is None:
            self._pattern = re.compile(self._expression)
        return self._pattern.match(framed)

    def fields(self, found: re.Match[str]) -> tuple[tuple[str, Any], ...] | None:
        """Return the captured values, each through its functions; None when one of them refuses."""
        captured = found.groupdict()
        result: dict[str, Any] = {}
        for name, chain in self._chains:
            value: Any = captured[name] if name in captured else found.group()
            further: dict[str, Any] | None = None
            for function in chain:
                value, flag = function(value)
                if flag is None:
                    continue
                if flag is False:
                    return None
                if isinstance(flag, dict):
                    further = flag["new_field"] if further is None else {**further, **flag["new_field"]}
            result[name] = value
            if further:
                result.update(further)
        return tuple(result.items())


def _literals(expression: str) -> tuple[int, tuple[str, ...]]:
    """Return the level of a template line and the whole words before its first variable."""
    text = expression.removeprefix("\\n")
    head = text[: found.start()] if (found := _BEFORE_VARIABLE.search(text)) else text
    level = len(head) - len(head.lstrip(" "))
    parts = head[level:].split(_BLANKS)
    if found is not None and text.startswith("(?P<", found.start()):
        parts.pop()  # what touches the variable is no whole word
    return level, tuple(_ESCAPED.sub(r"\1", part) for part in parts)


@dataclass(slots=True, eq=False)
class Group:
    """One `<group>` of a template."""

    path: tuple[str, ...]
    """Names from the area to the object."""
    many: bool
    """Each record is an item of a list; else all records are one object."""
    rules: tuple[Rule, ...]
    children: tuple["Group", ...] = ()
    _remembered: dict[str, Outcome | None] = field(default_factory=dict)
    _candidates: dict[tuple[int, str], "_Candidates"] = field(default_factory=dict)

    def outcome(self, text: str) -> Outcome | None:
        """Return what a statement does to this group; None = no line of it matches. Raises what a value function raises."""
        try:
            return self._remembered[text]
        except KeyError:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[text] = self._read(text)
            return found

    def _read(self, text: str) -> Outcome | None:
        tried = self._tried_on(text)
        if not tried:
            return None
        framed = f"\n{text}\n"
        refused: Outcome | None = None
        adds: Outcome | None = None
        for rule in tried:
            if adds is not None and not rule.starts:
                continue
            found = rule.find(framed)
            if found is None:
                continue
            fields = rule.fields(found)
            if fields is None:
                refused = Outcome(Effect.CLOSES) if rule.starts else refused or Outcome(Effect.REFUSED)
            elif rule.starts:
                return Outcome(Effect.OPENS, fields)
            else:
                adds = Outcome(Effect.ADDS, fields)
        return refused if adds is None or (refused is not None and refused.effect is Effect.CLOSES) else adds

    def matches(self, text: str, *, starts: bool) -> bool:
        """Return whether a line of the group matches, whatever its functions say; `starts`: a start line."""
        framed = f"\n{text}\n"
        return any(rule.find(framed) for rule in self._tried_on(text) if rule.starts or not starts)

    def _tried_on(self, text: str) -> tuple[Rule, ...]:
        """Return the lines of the level and first words of a statement, in the order of the file."""
        words = text.split(None, 2)
        key = (len(text) - len(text.lstrip(" ")), words[0] if words else "")
        found = self._candidates.get(key)
        if found is None:
            found = self._candidates[key] = _Candidates(*key, self.rules)
        return found.by_second.get(words[1], found.others) if len(words) > 1 else found.others


class _Candidates:
    """The lines of one level and first word, by the second word of those that name one."""

    __slots__ = ("by_second", "others")

    def __init__(self, level: int, first: str, rules: Sequence[Rule]) -> None:
        fitting = [rule for rule in rules if rule.level == level and rule.words[:1] in ((), (first,))]
        seconds = {rule.words[1] for rule in fitting if len(rule.words) > 1}
        self.others = tuple(rule for rule in fitting if len(rule.words) < 2)
        self.by_second = {
            word: tuple(rule for rule in fitting if len(rule.words) < 2 or rule.words[1] == word) for word in seconds
        }


@dataclass(slots=True, eq=False)
class Record:
    """What one record of a group captured: field, index of the statement, value."""

    group: Group
    fields: list[tuple[str, int, Any]] = field(default_factory=list)
    children: list["Record"] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    """The records of one text, and the statements that some line matched, whether or not its functions refused them."""

    records: list[Record] = field(default_factory=list)
    matched: set[int] = field(default_factory=set)


def run(groups: Sequence[Group], texts: Sequence[str], closes: Sequence[bool]) -> Run:
    """Read statements with the groups of a template.

    `closes` tells of each statement whether a record may not go on from before it: it begins a section of its own.
    Raises whatever a value function raises.
    """
    result = Run()
    for group in groups:
        if group.children:
            _run_nested(group, texts, closes, result)
        else:
            _run_flat(group, texts, closes, result)
    return result


def _run_flat(group: Group, texts: Sequence[str], closes: Sequence[bool], result: Run) -> None:
    current: list[tuple[str, int, Any]] | None = None
    begun = False
    remembered, outcome_of = group._remembered, group.outcome  # noqa: SLF001 - the loop that every statement passes
    for at, text in enumerate(texts):
        if closes[at]:
            current = None
        outcome = remembered[text] if text in remembered else outcome_of(text)
        if outcome is None:
            continue
        effect, fields = outcome
        if effect is Effect.OPENS:
            record = Record(group, [(name, at, value) for name, value in fields])
            current = record.fields
            result.records.append(record)
            begun = True
        elif effect is Effect.ADDS:
            if current is not None:
                current += [(name, at, value) for name, value in fields]
        elif effect is Effect.CLOSES:
            current = None
            begun = True
        if begun:
            result.matched.add(at)


def _run_nested(root: Group, texts: Sequence[str], closes: Sequence[bool], result: Run) -> None:
    """Read with a group that has groups: a statement goes to the innermost open record that has a line for it."""
    chain: list[Record] = []
    begun = False
    for at, text in enumerate(texts):
        if closes[at]:
            chain = []
        for depth, group in _asked(root, chain):
            outcome = group.outcome(text)
            if outcome is None:
                continue
            begun = begun or outcome.effect in (Effect.OPENS, Effect.CLOSES)
            fields = [(name, at, value) for name, value in outcome.fields]
            if outcome.effect is Effect.OPENS:
                chain = [*chain[:depth], Record(group, fields)]
                (chain[depth - 1].children if depth else result.records).append(chain[-1])
            elif outcome.effect is Effect.ADDS and depth < len(chain) and chain[depth].group is group:
                chain = chain[: depth + 1]
                chain[depth].fields += fields
            elif outcome.effect is Effect.CLOSES:
                chain = chain[:depth]
            if begun:
                result.matched.add(at)
            break


def _asked(root: Group, chain: Sequence[Record]) -> Iterator[tuple[int, Group]]:
    """Yield the groups a statement may belong to, each with the depth of its records, innermost first."""
    for depth in range(len(chain), 0, -1):
        for child in chain[depth - 1].group.children:
            yield depth, child
    yield 0, root


Functions = Mapping[str, Callable[..., tuple[Any, Any]]]


def groups_of(data: Sequence[Mapping[str, Any]], functions: Functions) -> tuple[Group, ...]:
    """Build groups from the plain data that `template.compiled_data` makes; `functions` are those of `Values`.

    Raises KeyError when a chain names a function that is not there.
    """
    return tuple(
        Group(
            path=tuple(entry["path"]),
            many=entry["many"],
            rules=tuple(_rule(rule, functions) for rule in entry["rules"]),
            children=groups_of(entry["children"], functions),
        )
        for entry in data
    )


def _rule(data: Mapping[str, Any], functions: Functions) -> Rule:
    chains = [(name, tuple(_bound(call, functions) for call in calls)) for name, calls in data["variables"]]
    return Rule(data["expression"], chains, starts=data["starts"])


def _bound(call: Mapping[str, Any], functions: Functions) -> Callable[[Any], tuple[Any, Any]]:
    function, args, kwargs = functions[call["name"]], call["args"], call["kwargs"]
    if kwargs:
        return lambda value: function(value, *args, **kwargs)
    if len(args) == 1:
        (single,) = args
        return lambda value: function(value, single)
    return (lambda value: function(value, *args)) if args else function
