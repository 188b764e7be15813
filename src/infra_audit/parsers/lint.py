"""Checks a platform folder: TTP fails silently, so whatever can be seen before a parse is looked at here.

What must never reach TTP (calls with anything but constants, unknown functions, tags that run code) is refused already when
a template is read; `lint` reports that too, and goes on to what would only be wrong or dishonest.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra_audit import catalogue
from infra_audit.errors import PlatformError
from infra_audit.model.facts import Problem
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason
from infra_audit.parsers import template_text
from infra_audit.parsers.derive.registry import STEPS
from infra_audit.parsers.lint_ignore import ignore_problems
from infra_audit.parsers.places import names
from infra_audit.parsers.platform import CompiledPlatform, TemplateFile
from infra_audit.parsers.template_text import Line, TemplateText

LONGEST = 60
"""Lines of a template file."""
_NESTED_QUANTIFIER = re.compile(r"\((?:\?:)?(?P<inner>(?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*)\)[+*{]")
_SEPARATORS = tuple(" ,;:/-")
"""A repeated group that begins or ends with one of these cannot match one text in many ways."""
_PLATFORM = "platform.yaml"


def lint(platform: Platform) -> list[Problem]:
    """Return everything that is wrong with a platform folder, in order of file and line."""
    found = [
        _problem(_PLATFORM, 1, "parse.lint.mistake", place=place, what=what)
        for place, what in catalogue.mistakes(platform)
    ]
    found += _unreadable(platform)
    if found:
        return found
    try:
        compiled = CompiledPlatform(platform)
    except PlatformError as error:
        return [_problem(_PLATFORM, 1, "parse.lint.refused", what=str(error.fields.get("what", error.code)))]
    for place, expression in catalogue.expressions(platform):
        if _may_run_away(expression):
            found.append(_problem(_PLATFORM, 1, "parse.lint.nested_quantifier", name=place))
    for template in compiled.templates:
        found += _template(template, compiled)
    found += _duplicates(compiled)
    found += _supplied(compiled)
    found += _derive(compiled)
    found += ignore_problems(platform.data.get("ignore", {}), compiled.sources[platform.main_source])
    return found


def _problem(file: str, line: int, code: str, **fields: object) -> Problem:
    return Problem(artifact=file, line=line, reason=Reason(code, fields))


def _unreadable(platform: Platform) -> Iterator[Problem]:
    for file in sorted((f for f in platform.folder.iterdir() if f.name.endswith(".ttp")), key=lambda f: f.name):
        try:
            template_text.load(file)
        except PlatformError as error:
            line = error.fields.get("line", 1)
            yield _problem(
                file.name, line if isinstance(line, int) else 1, "parse.lint.refused", what=str(error.fields["what"])
            )


def _may_run_away(expression: str) -> bool:
    """Return whether a repeated group that repeats inside may match one text in many ways."""
    nested = _NESTED_QUANTIFIER.search(expression)
    if nested is None:
        return False
    return not (nested["inner"].startswith(_SEPARATORS) or nested["inner"].endswith(_SEPARATORS))


def _template(template: TemplateFile, compiled: CompiledPlatform) -> Iterator[Problem]:
    text = template.text
    if text.length > LONGEST:
        yield _problem(text.name, LONGEST + 1, "parse.lint.too_long", lines=text.length, most=LONGEST)
    for name, expression in sorted(text.variables.items()):
        if _may_run_away(expression):
            yield _problem(text.name, 1, "parse.lint.nested_quantifier", name=name)
    yield from _areas(text, compiled)
    for line in text.lines:
        yield from _line(line, text, compiled)
    try:
        _ = template.compiled
    except PlatformError as error:
        yield _problem(text.name, 1, "parse.lint.refused", what=str(error.fields["what"]))


def _areas(text: TemplateText, compiled: CompiledPlatform) -> Iterator[Problem]:
    for pattern in text.head.areas:
        area = pattern.split("/", maxsplit=1)[0]
        if area not in compiled.areas or not _exists(tuple(part for part in pattern.split("/") if part != "*")):
            yield _problem(text.name, 1, "parse.lint.unknown_field", field=pattern)
    given = {field[0] for line in text.lines for field in line.fields(compiled.grammar_fields)}
    declared = {pattern.split("/", maxsplit=1)[0] for pattern in text.head.areas}
    for area in sorted(given - declared):
        yield _problem(text.name, 1, "parse.lint.undeclared_area", area=area)


def _line(line: Line, text: TemplateText, compiled: CompiledPlatform) -> Iterator[Problem]:
    for field in sorted(set(line.fields(compiled.grammar_fields))):
        if field[-1] not in ("name_seen", "type") and not _exists(field):
            yield _problem(text.name, line.number, "parse.lint.unknown_field", field="/".join(field))
    for variable in line.variables:
        for call in variable.chain:
            yield from _names_that_are_not_there(call, line, text, compiled)
        for call in variable.calls("set"):
            if len(call.args) != 1 or (isinstance(call.args[0], str) and call.args[0] in text.variables):
                yield _problem(text.name, line.number, "parse.lint.set", name=variable.name)


def _names_that_are_not_there(
    call: template_text.Call, line: Line, text: TemplateText, compiled: CompiledPlatform
) -> Iterator[Problem]:
    """Find tables, grammars and expressions that a line names and nobody wrote."""
    tables = [call.args[0]] if call.name in ("word", "words", "name") and call.args else []
    tables += [call.kwargs["kinds"]] if "kinds" in call.kwargs else []
    for table in tables:
        if table not in compiled.tables:
            yield _problem(text.name, line.number, "parse.lint.unknown_table", name=str(table))
    if call.name == "read":
        for grammar in call.args:
            if grammar not in compiled.grammars:
                yield _problem(text.name, line.number, "parse.lint.unknown_grammar", name=str(grammar))
    if call.name == "re" and (not call.args or call.args[0] not in text.variables):
        yield _problem(text.name, line.number, "parse.lint.unknown_expression", name=str(call.args[:1]))


def _exists(field: tuple[str, ...]) -> bool:
    """Return whether the facts schemas know a field."""
    area = catalogue.areas().get(field[0])
    if area is None:
        return False
    schema: Mapping[str, Any] = area.schema
    for name in field[1:]:
        inner = schema.get("items", schema)
        if name not in inner.get("properties", {}):
            return "properties" not in inner and inner.get("type") in ("object", None)
        schema = inner["properties"][name]
    return True


def _duplicates(compiled: CompiledPlatform) -> Iterator[Problem]:
    """Find two templates that read the same line of the same section: it is not said which of them wins."""
    seen: dict[tuple[str, str, str, tuple[str, ...]], TemplateFile] = {}
    for template in compiled.templates:
        for prefix in template.text.head.sections:
            for line in template.text.lines:
                if line.starts:
                    continue
                shape = re.sub(r"{{.*?}}", "*", line.text)
                for field in line.fields(compiled.grammar_fields):
                    key = (template.source, prefix, shape, field)
                    other = seen.setdefault(key, template)
                    if other is not template:
                        yield _problem(template.name, line.number, "parse.lint.duplicate", other=other.name)


def _supplied(compiled: CompiledPlatform) -> Iterator[Problem]:
    """Check defaults, absent entries and statements."""
    for kind in ("defaults", "absent", "statements"):
        for index, entry in enumerate(compiled.platform.data.get(kind, ())):
            place = f"{kind}/{index}"
            if not _exists(names(entry["at"])):
                yield _problem(_PLATFORM, 1, "parse.lint.unknown_field", field=f"{place}: {entry['at']}")
            if kind != "statements" and not entry.get("counter"):
                yield _problem(_PLATFORM, 1, "parse.lint.no_counter", place=place)
            if kind != "absent" and not entry.get("document"):
                yield _problem(_PLATFORM, 1, "parse.lint.no_document", place=place)
            if entry.get("state") == "lacks_control" and "value" not in entry:
                yield _problem(_PLATFORM, 1, "parse.lint.no_value", place=place)


def _derive(compiled: CompiledPlatform) -> Iterator[Problem]:
    for index, entry in enumerate(compiled.derive):
        step = STEPS.get(entry["step"])
        if step is None:
            yield _problem(_PLATFORM, 1, "parse.lint.unknown_step", place=f"derive/{index}", step=entry["step"])
            continue
        unknown = sorted(set(entry) - {"step"} - step.parameters)
        if unknown:
            yield _problem(_PLATFORM, 1, "parse.lint.unknown_parameter", place=f"derive/{index}", name=unknown[0])
            continue
        table = entry.get("words")
        if isinstance(table, str) and table not in compiled.tables:
            yield _problem(_PLATFORM, 1, "parse.lint.unknown_table", name=table)
        for pattern in step.feeds(entry):
            if not _exists(tuple(part for part in pattern.split("/") if part != "*")):
                yield _problem(_PLATFORM, 1, "parse.lint.unknown_field", field=f"derive/{index}: {pattern}")
