"""Every line of an artefact is used, ignored, unparsed or blank, and what is unparsed tells which areas it touches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from infra_audit.model.acknowledgement import Acknowledgement
from infra_audit.model.facts import IgnoredLine, LineCounts, Span, UnparsedLine
from infra_audit.model.reason import Reason
from infra_audit.parsers.platform import CompiledPlatform, TemplateFile
from infra_audit.parsers.reading import SECONDS, Placed, Reading
from infra_audit.parsers.splitters import Section, Statement
from infra_audit.parsers.template import time_limit

NEGATIONS = frozenset({"no", "undo", "unset", "delete"})
"""Words by which a statement is taken back."""
NOT_PARSED_YET = "parse.not_parsed_yet"
"""Code of what is knowingly not read yet."""
COMPARED_ONLY = "source compared only"
"""What is shown as the pattern for the lines of a source that no template reads, such as a saved configuration."""


class Trouble(NamedTuple):
    """Lines that make an area, or a field pattern of it, partial."""

    pattern: str
    code: str
    """Code of texts/reasons.yaml."""
    artifact: str
    span: Span


class Unread(NamedTuple):
    """A statement that was not understood, for the question whether it could have given a field."""

    text: str
    """Normalised, with its indent."""
    place: Placed
    is_header: bool


@dataclass(slots=True)
class ScopeAccount:
    """The lines of one artefact that belong to one scope."""

    counts: LineCounts = field(default_factory=LineCounts)
    unparsed: list[UnparsedLine] = field(default_factory=list)
    ignored: list[IgnoredLine] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


class Accountant:
    """Accounts for the lines of one artefact."""

    def __init__(
        self,
        reading: Reading,
        platform: CompiledPlatform,
        acknowledgements: Sequence[tuple[Acknowledgement, "Matcher"]],
    ) -> None:
        """Prepare for `reading`."""
        self._reading = reading
        self._platform = platform
        self._acknowledgements = acknowledgements
        self._taken_headers = {
            statement.first
            for place in reading.placed
            if place.taken_by
            for statement in (place.section.header if place.section.body else place.section.header[:-1])
        }
        """Headers that frame what was read; one with nothing below it must have been read itself."""

    def account(self) -> Mapping[str, ScopeAccount]:
        """Return the account of each scope; lines of no section belong to the device."""
        numbers: dict[str, dict[str, int]] = {}
        accounts: dict[str, ScopeAccount] = {}
        for scope in ("", *self._reading.split.scopes):
            accounts[scope] = ScopeAccount()
            numbers[scope] = dict.fromkeys(("used", "ignored", "unparsed", "blank"), 0)
        seen: set[int] = set()
        used = self._reading.used
        for place in self._reading.placed:
            account, count = accounts[place.section.scope], numbers[place.section.scope]
            for statement, is_header in _statements(place.section):
                first, last, _ = statement
                if first not in seen:
                    seen.add(first)
                    state = "used" if first in used else self._state(place, statement, account, is_header=is_header)
                    count[state] += last - first + 1
        numbers[""]["blank"] += len(self._reading.split.blank)
        for line in self._reading.split.lost:
            numbers[""]["unparsed"] += 1
            text = self._reading.artifact.lines[line - 1]
            accounts[""].unparsed.append(
                UnparsedLine(artifact=self._reading.artifact.name, line=line, text=text, section="")
            )
        self._damaged(accounts)
        for scope, account in accounts.items():
            account.counts = LineCounts(total=sum(numbers[scope].values()), **numbers[scope])
            account.unparsed.sort(key=lambda entry: entry.line)
        return accounts

    def _state(self, place: Placed, statement: Statement, account: ScopeAccount, *, is_header: bool) -> str:
        first = statement.first
        refused = first in self._reading.refused
        if not refused and first in self._taken_headers:
            return "used"
        if not refused and place.section.is_empty_block:
            return "blank"
        text = statement.text.strip()
        if self._is_left_out(place, statement, text, account, refused=refused):
            return "ignored"
        self._unparsed(place, statement, account, is_header=is_header)
        return "unparsed"

    def _is_left_out(
        self, place: Placed, statement: Statement, text: str, account: ScopeAccount, *, refused: bool
    ) -> bool:
        """Note a line that is left out on purpose. One that a template refused is left out by a person's word only."""
        if not self._platform.reads(self._reading.source.name):
            self._leave_out(statement, account, COMPARED_ONLY, "irrelevant")
            return True
        if not refused and self._is_ignored(place, statement, text, account):
            return True
        return self._is_acknowledged(statement, text, account)

    def _is_ignored(self, place: Placed, statement: Statement, text: str, account: ScopeAccount) -> bool:
        path, source = place.section.path, self._reading.source.name
        entry = self._platform.ignore.section(path, source) or self._platform.ignore.line(text, path, source)
        if entry is None or (entry.list == "irrelevant" and self._takes_back(place, statement, text, entry.pattern)):
            return False
        self._leave_out(statement, account, entry.pattern, entry.list)
        if entry.area:
            span = (statement.first, statement.last)
            name = self._reading.artifact.name
            account.troubles.append(Trouble(entry.area, NOT_PARSED_YET, name, span))
        return True

    def _takes_back(self, place: Placed, statement: Statement, text: str, pattern: str) -> bool:
        """Return whether a line takes back what a template reads; such a line is left out by a pattern made for it only."""
        verb, _, positive = text.partition(" ")
        if verb not in NEGATIONS or not positive or pattern.lstrip("^").startswith(f"{verb} "):
            return False
        is_header = statement in place.section.header
        section = Section(positive, (Statement(statement.first, statement.last, positive),)) if is_header else None
        source = self._reading.source.name
        claims = (
            place.claims
            if section is None
            else tuple(template for group in self._platform.templates_for(source, section) for template in group)
        )
        indent = statement.text[: len(statement.text) - len(statement.text.lstrip())]
        return any(self._reads(template, indent + positive) for template in claims)

    def _reads(self, template: TemplateFile, text: str) -> bool:
        """Return whether a template reads a statement; one that fails or runs away on it might."""
        failures = self._reading.failures
        if template.name in failures:
            return True
        try:
            with time_limit(SECONDS):
                return template.compiled.reads(text)
        except Exception as error:  # noqa: BLE001 - one bad template never stops the rest
            failures[template.name] = type(error).__name__
            return True

    def _is_acknowledged(self, statement: Statement, text: str, account: ScopeAccount) -> bool:
        for acknowledgement, matches in self._acknowledgements:
            if matches(text):
                self._leave_out(statement, account, acknowledgement.pattern, "acknowledged", by=acknowledgement.shown())
                return True
        return False

    def _leave_out(
        self, statement: Statement, account: ScopeAccount, pattern: str, which: str, *, by: str | None = None
    ) -> None:
        name = self._reading.artifact.name
        account.ignored += [
            IgnoredLine(artifact=name, line=line, pattern=pattern, list=which, by=by)
            for line in range(statement.first, statement.last + 1)
        ]

    def _unparsed(self, place: Placed, statement: Statement, account: ScopeAccount, *, is_header: bool) -> None:
        name = self._reading.artifact.name
        areas = self._touched(place, statement)
        header = "" if is_header else place.section.header[-1].text.strip()
        for line in range(statement.first, statement.last + 1):
            text = self._reading.artifact.lines[line - 1]
            account.unparsed.append(
                UnparsedLine(artifact=name, line=line, text=text, section=header, areas=tuple(areas))
            )
        span = (statement.first, statement.last)
        account.troubles += [Trouble(area, "parse.unparsed_lines", name, span) for area in areas]
        account.unread.append(Unread(statement.text, place, is_header))

    def _touched(self, place: Placed, statement: Statement) -> list[str]:
        """Return the areas or field patterns that a line makes partial."""
        claimed = {pattern for template in place.claims for pattern in template.text.head.areas}
        if not claimed and place.section.is_leaf:
            claimed = self._beside(statement.text.split())
        if claimed and not place.suspects:
            return sorted(claimed)
        texts = [header.text for header in place.section.header]
        return sorted(claimed | set(self._platform.words.touched(*texts, statement.text)))

    def _beside(self, words: Sequence[str]) -> set[str]:
        """Return the areas of the templates that read the block of a tree in which an unknown leaf stands."""
        source = self._reading.source.name
        prefixes = [
            (tuple(prefix.removesuffix("$").split()), template.text.head.areas)
            for template in self._platform.templates
            if template.source == source
            for prefix in template.text.head.sections
        ]
        for depth in range(len(words) - 1, 0, -1):
            block = tuple(words[:depth])
            found = {area for prefix, areas in prefixes if prefix[:depth] == block for area in areas}
            if found:
                return found
        return set()

    def _damaged(self, accounts: Mapping[str, ScopeAccount]) -> None:
        """Count lines that had to be cleaned as troubles: they may have lost words."""
        damaged = {line for line, _ in self._reading.artifact.damaged}
        if not damaged:
            return
        name = self._reading.artifact.name
        for place in self._reading.placed:
            for statement, is_header in _statements(place.section):
                if damaged.isdisjoint(range(statement.first, statement.last + 1)):
                    continue
                account = accounts[place.section.scope]
                account.unread.append(Unread(statement.text, place, is_header))
                span = (statement.first, statement.last)
                account.troubles += [
                    Trouble(area, "parse.damaged_lines", name, span) for area in self._touched(place, statement)
                ]


def _statements(section: Section) -> Iterator[tuple[Statement, bool]]:
    for statement in section.header:
        yield statement, True
    for statement in section.body:
        yield statement, False


class Matcher:
    """Whether a pattern matches a whole statement."""

    def __init__(self, pattern: str) -> None:
        """Compile the pattern."""
        import re

        self._pattern = re.compile(pattern)

    def __call__(self, text: str) -> bool:
        """Return whether the whole text matches."""
        return self._pattern.fullmatch(text) is not None


def matchers(acknowledgements: Iterable[Acknowledgement]) -> list[tuple[Acknowledgement, Matcher]]:
    """Return acknowledgements with their compiled patterns."""
    return [(entry, Matcher(entry.pattern)) for entry in acknowledgements]


def reason(trouble: Trouble) -> Reason:
    """Return the reason of a trouble."""
    return Reason(trouble.code)
