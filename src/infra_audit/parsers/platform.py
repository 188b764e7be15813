"""A platform compiled for parsing: which template reads which section of which source.

Compiled once per process; TTP itself compiles a template only when an artefact of its source is there.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from infra_audit import catalogue
from infra_audit.errors import PlatformError
from infra_audit.model.platform import Area, Platform
from infra_audit.parsers import template_text
from infra_audit.parsers.grammar import Grammar
from infra_audit.parsers.ignore import Ignore
from infra_audit.parsers.splitters import Rules, Section, rules_of
from infra_audit.parsers.template import Template
from infra_audit.parsers.template_text import Line, TemplateText


@dataclass(slots=True, eq=False)
class TemplateFile:
    """A template of a platform, compiled when it is first used."""

    text: TemplateText
    source: str
    platform: "CompiledPlatform"
    _compiled: Template | None = None
    areas: tuple[str, ...] = field(init=False)
    """The areas it feeds, each once, without the fields of patterns."""

    def __post_init__(self) -> None:
        """Read the areas off the head."""
        self.areas = tuple(dict.fromkeys(pattern.split("/")[0] for pattern in self.text.head.areas))

    @property
    def name(self) -> str:
        """Return the file name."""
        return self.text.name

    @property
    def compiled(self) -> Template:
        """Return the compiled template. Raises PlatformError when TTP cannot compile it."""
        if self._compiled is None:
            self._compiled = Template(self.text, self.platform.tables, self.platform.grammars)
        return self._compiled

    def reads_scope(self, scope: str, *, divided: bool) -> bool:
        """Return whether its sections exist in a scope of a device; `divided`: the device has scopes."""
        wanted = self.text.head.scope
        return not divided or wanted is None or (wanted == "part") == bool(scope)


_MOST_REMEMBERED = 50_000
"""Different headers remembered."""
_SHORTEST = 3
"""Letters that a short form of a word has at least."""


@dataclass(slots=True)
class _Prefixes:
    """Section prefixes of one source by their first word, longest first."""

    by_word: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)
    templates: dict[tuple[str, bool], tuple[TemplateFile, ...]] = field(default_factory=dict)
    """Templates by prefix and whether it is the whole header, in the order of their names."""
    by_letters: dict[str, list[tuple[tuple[str, ...], TemplateFile]]] = field(default_factory=dict)
    """The words of each prefix by the first letters."""
    _matched: dict[str, list[tuple[TemplateFile, ...]]] = field(default_factory=dict)
    _suspected: dict[str, tuple[TemplateFile, ...]] = field(default_factory=dict)
    """What was found before, by header: the headers of flat texts and of unread lines come many times."""

    def add(self, prefix: str, template: TemplateFile) -> None:
        exact = prefix.endswith("$")
        text = prefix[:-1] if exact else prefix
        entries = self.by_word.setdefault(_first_word(text, whole=exact or " " in text), [])
        if (text, exact) not in entries:
            entries.append((text, exact))
        of_prefix = {*self.templates.get((text, exact), ()), template}
        self.templates[text, exact] = tuple(sorted(of_prefix, key=lambda each: each.name))

    def matching(self, path: str) -> list[tuple[TemplateFile, ...]]:
        """Return the templates whose prefix a header has: those of one prefix together, longest prefix first."""
        found = self._matched.get(path)
        if found is None:
            if len(self._matched) >= _MOST_REMEMBERED:
                self._matched.clear()
            found = self._matched[path] = self._matching(path)
        return found

    def _matching(self, path: str) -> list[tuple[TemplateFile, ...]]:
        word = path.split(None, 1)[0] if path else ""
        found = [
            entry
            for entry in (*self.by_word.get(word, ()), *self.by_word.get("", ()))
            if (path == entry[0] if entry[1] else path.startswith(entry[0]))
        ]
        found.sort(key=lambda entry: (-len(entry[0]), not entry[1]))
        return [self.templates[entry] for entry in found]

    def abbreviated(self, path: str) -> tuple[TemplateFile, ...]:
        """Return the templates whose prefix a header may be a short form of; a device prints none, a script may."""
        found = self._suspected.get(path)
        if found is None:
            if len(self._suspected) >= _MOST_REMEMBERED:
                self._suspected.clear()
            found = self._suspected[path] = self._abbreviated(path)
        return found

    def _abbreviated(self, path: str) -> tuple[TemplateFile, ...]:
        if not self.by_letters:
            for (text, _), templates in self.templates.items():
                if len(text) >= _SHORTEST:
                    words = tuple(text.split())
                    self.by_letters.setdefault(text[:_SHORTEST], []).extend((words, each) for each in templates)
        written = path.split()
        found = [
            template
            for wanted, template in self.by_letters.get(path[:_SHORTEST], ())
            if len(written) >= len(wanted) and all(_is_short(w, full) for w, full in zip(written, wanted, strict=False))
        ]
        return tuple(dict.fromkeys(found))


def _is_short(word: str, full: str) -> bool:
    return word == full or (len(word) >= _SHORTEST and full.startswith(word))


def _first_word(text: str, *, whole: bool) -> str:
    """Return the word by which a prefix is found; empty when the prefix may end inside a word."""
    return text.split(None, 1)[0] if whole and text.split() else ""


class CompiledPlatform:
    """Everything the engine needs of one platform."""

    def __init__(self, platform: Platform) -> None:
        """Read the folder. Raises PlatformError when a template or grammar is wrong."""
        data = platform.data
        self.platform = platform
        self.name = platform.name
        self.tables: Mapping[str, Mapping[str, Any]] = data.get("words", {})
        self.grammars = {
            name: _grammar(platform, name, text, self.tables) for name, text in data.get("grammars", {}).items()
        }
        self.areas: Mapping[str, Area] = {name: area for name, area in catalogue.areas().items() if area.is_read}
        self.sources = {name: Source(name, source, data.get("banner")) for name, source in platform.sources.items()}
        self.templates = self._templates()
        self.ignore = Ignore(data.get("ignore", {}))
        self.defaults: Sequence[Mapping[str, Any]] = data.get("defaults", ())
        self.absent: Sequence[Mapping[str, Any]] = data.get("absent", ())
        self.statements: Sequence[Mapping[str, Any]] = data.get("statements", ())
        self.derive: Sequence[Mapping[str, Any]] = data.get("derive", ())
        self._kept: dict[Hashable, Any] = {}
        self._key_fields: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._lines_by_field: dict[tuple[str, ...], Sequence[tuple[TemplateFile, Line]]] = {}
        self._prefixes: dict[str, _Prefixes] = {}
        for template in self.templates:
            prefixes = self._prefixes.setdefault(template.source, _Prefixes())
            for prefix in template.text.head.sections:
                prefixes.add(prefix, template)

    def _templates(self) -> list[TemplateFile]:
        files = sorted((f for f in self.platform.folder.iterdir() if f.name.endswith(".ttp")), key=lambda f: f.name)
        found = []
        for file in files:
            text = template_text.load(file)
            source = text.head.source or self.platform.main_source
            if source not in self.sources:
                raise PlatformError("platform.template", file=file.name, line=1, what=f"no source {source}")
            found.append(TemplateFile(text, source, self))
        return found

    def templates_for(self, source: str, section: Section) -> list[tuple[TemplateFile, ...]]:
        """Return the templates that claim a section by its header, those with the longest prefix first."""
        if section.opaque or source not in self._prefixes:
            return []
        return self._prefixes[source].matching(section.path)

    def abbreviated(self, source: str, section: Section) -> tuple[TemplateFile, ...]:
        """Return the templates whose sections a header may mean in a short form. Nothing is read so; it is only told."""
        return self._prefixes[source].abbreviated(section.path) if source in self._prefixes else ()

    def reads(self, source: str) -> bool:
        """Return whether any template reads a source."""
        return source in self._prefixes

    def kept(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what `make` makes of this platform, made once; `key` names it."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def key_fields(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Return the fields that name an item of the list at `path`, and the one by which the device names it."""
        found = self._key_fields.get(path)
        if found is None:
            area = self.areas.get(path[0]) if path else None
            schema: Mapping[str, Any] = area.schema if area else {}
            for name in path[1:]:
                schema = schema.get("items", schema).get("properties", {}).get(name, {})
            found = self._key_fields[path] = (*schema.get("x-key", ()), "_id")
        return found

    @cached_property
    def words(self) -> "AreaWords":
        """Return the words of every area, those of the platform too."""
        return AreaWords(self.areas, self.platform.data.get("area_words", {}))

    @cached_property
    def _givers(self) -> Mapping[str, Sequence[tuple[tuple[str, ...], TemplateFile, Line]]]:
        """Return what each template line gives, by area."""
        found: dict[str, list[tuple[tuple[str, ...], TemplateFile, Line]]] = {}
        for template in self.templates:
            for line in template.text.lines:
                for given in dict.fromkeys(line.fields(self.grammar_fields)):
                    found.setdefault(given[0], []).append((given, template, line))
        return found

    def lines_that_give(self, field_path: tuple[str, ...]) -> Sequence[tuple[TemplateFile, Line]]:
        """Return the template lines that give a field, something in it, or the object it is in."""
        found = self._lines_by_field.get(field_path)
        if found is None:
            found = [
                (template, line)
                for given, template, line in self._givers.get(field_path[0], ())
                if given[: len(field_path)] == field_path or field_path[: len(given)] == given
            ]
            self._lines_by_field[field_path] = found
        return found

    @cached_property
    def grammar_fields(self) -> Mapping[str, frozenset[str]]:
        """Return the fields that each grammar can give."""
        return {name: frozenset(grammar.fields) for name, grammar in self.grammars.items()}


def _grammar(platform: Platform, name: str, text: str, tables: Mapping[str, Mapping[str, Any]]) -> Grammar:
    try:
        return Grammar(text, tables)
    except PlatformError as error:
        what = f"grammar {name}: {error.fields.get('what')}"
        raise PlatformError("platform.template", file=f"{platform.name}/platform.yaml", line=1, what=what) from error


@dataclass(frozen=True, slots=True)
class Source:
    """One command or file of a platform."""

    name: str
    data: Mapping[str, Any]
    banner: str | None

    @property
    def syntax(self) -> str | tuple[str, ...]:
        """Return the name of its splitter, or the names among which the text decides."""
        named = self.data.get("syntax", "flat")
        return str(named) if isinstance(named, str) else tuple(named)

    @property
    def rules(self) -> Rules:
        """Return what the splitter must know."""
        return rules_of(self.data, self.banner)

    @property
    def optional(self) -> bool:
        """Return whether the areas can be known without it."""
        return bool(self.data.get("optional", False))


class AreaWords:
    """By which words a line that nobody read is known to touch an area."""

    def __init__(self, areas: Mapping[str, Area], more: Mapping[str, Sequence[str]]) -> None:
        """Join `x-words` and the platform's `area_words`."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for area in areas.values():
            for phrase in (*area.words, *more.get(area.name, ())):
                words = tuple(phrase.lower().split())
                self._by_first.setdefault(words[0], []).append((words, area.name))

    def touched(self, *texts: str) -> list[str]:
        """Return the areas whose words one of the texts holds as whole words, sorted."""
        found: set[str] = set()
        for text in texts:
            tokens = [token for token in re.split(r"[\s\"'=/:;,]+", text.lower()) if token]
            for position, token in enumerate(tokens):
                for words, area in self._by_first.get(token, ()):
                    if area not in found and tuple(tokens[position : position + len(words)]) == words:
                        found.add(area)
        return sorted(found)
