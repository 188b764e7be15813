"""What a rule asks, as sentences a reader without JSON Schema understands. Made from the schema, so it cannot differ from it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra_audit.model.rule import Rule
from infra_audit.reports.asked import asked
from infra_audit.texts import Language, text

Schema = Mapping[str, Any]
Line = tuple[int, str]
_LEAVES = (
    "const", "enum", "not", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems",
)  # fmt: skip
_STRUCTURE = ("properties", "items", "contains", "if", "anyOf", "allOf", "required")


def judged(rule: Rule, lang: Language) -> list[str]:
    """Return the sentences, those that depend on the one above being indented."""
    scope = _together(rule.schema["if"].get("properties", {}).get("subject", {}), lang)
    then = rule.schema["then"]
    whole = {**then, "properties": {k: v for k, v in then.get("properties", {}).items() if k != "subject"}}
    whole["required"] = [name for name in then.get("required", ()) if name != "subject"]
    lines = [(0, _said("scope", lang, which=scope) if scope else _said("scope_all", lang)), *_describe(whole, "", lang)]
    return [f"{'  ' * depth}{line}" for depth, line in lines]


def _describe(schema: Schema, place: str, lang: Language) -> Iterator[Line]:
    """Yield what is asked at a place and below it."""
    leaf = _leaf(schema, lang)
    if leaf:
        yield 0, _said("is", lang, place=_here(place, lang), asked=leaf)
    elif not any(name in schema for name in _STRUCTURE):
        yield 0, _said("known", lang, place=_here(place, lang))
    yield from _missing(schema, place, lang)
    for name, below in schema.get("properties", {}).items():
        yield from _describe(below, _join(place, name), lang)
    for part in schema.get("allOf", ()):
        yield from _describe(part, place, lang)
    if "items" in schema:
        yield 0, _said("each", lang, place=_here(place, lang))
        yield from _deeper(_describe(schema["items"], "", lang))
    if "contains" in schema:
        yield 0, _said("some", lang, place=_here(place, lang), count=schema.get("minContains", 1))
        yield from _deeper(_describe(schema["contains"], "", lang))
    if "if" in schema:
        yield 0, _said("when", lang, which=_together(schema["if"], lang, place))
        yield from _deeper(_describe(schema["then"], place, lang))
    if "anyOf" in schema:
        yield 0, _said("any_of", lang)
        for number, branch in enumerate(schema["anyOf"], 1):
            lines = list(_describe(branch, place, lang))
            yield 1, f"({number}) {lines[0][1]}"
            yield from _deeper(_deeper(lines[1:]))


def _missing(schema: Schema, place: str, lang: Language) -> Iterator[Line]:
    """Yield the facts that only have to be known: tested nowhere beside, not even as the choice of what is asked."""
    tested = {*schema.get("properties", {}), *_tested(schema.get("if", {}))}
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        tested |= {*part.get("properties", {}), *_tested(part.get("if", {}))}
    for name in schema.get("required", ()):
        if name not in tested:
            yield 0, _said("known", lang, place=_join(place, name))


def _tested(schema: Schema) -> set[str]:
    found = set(schema.get("properties", {})) | set(schema.get("required", ()))
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        found |= _tested(part)
    return found


def _together(schema: Schema, lang: Language, place: str = "") -> str:
    """Return what chooses, in one phrase."""
    return _said("and", lang).join(_phrases(schema, place, lang))


def _phrases(schema: Schema, place: str, lang: Language) -> Iterator[str]:
    leaf = _leaf(schema, lang)
    if leaf:
        yield _said("phrase", lang, place=_here(place, lang), asked=leaf)
    elif "type" in schema and not any(name in schema for name in _STRUCTURE):
        yield _said("phrase_known", lang, place=_here(place, lang))
    if "contains" in schema:
        yield _said("phrase_some", lang, place=_here(place, lang), asked=_inner(schema["contains"], lang))
    if "items" in schema:
        yield _said("phrase_each", lang, place=_here(place, lang), asked=_inner(schema["items"], lang))
    for name, below in schema.get("properties", {}).items():
        yield from _phrases(below, _join(place, name), lang)
    for part in schema.get("allOf", ()):
        yield from _phrases(part, place, lang)
    if "anyOf" in schema:
        yield f"({_said('or', lang).join(_together(part, lang, place) for part in schema['anyOf'])})"


def _inner(schema: Schema, lang: Language) -> str:
    return _leaf(schema, lang) or _together(schema, lang)


def _leaf(schema: Schema, lang: Language) -> str:
    """Return what is asked of a single value, empty when nothing is."""
    plain = dict(schema)
    if plain.get("type") == "null":
        plain["const"] = None
    values = plain.get("enum", ())
    if len(values) == 1:
        plain["const"] = plain.pop("enum")[0]
    elif set(map(str, values)) == {"True", "False"}:  # either will do: it only has to be known
        del plain["enum"]
    told = [asked(f"{name}: {json.dumps(plain[name], ensure_ascii=False)}", lang) for name in _LEAVES if name in plain]
    return _said("and", lang).join(told)


def _deeper(lines: Iterator[Line] | Sequence[Line]) -> Iterator[Line]:
    yield from ((depth + 1, line) for depth, line in lines)


def _join(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name


def _here(place: str, lang: Language) -> str:
    return place or _said("itself", lang)


def _said(code: str, lang: Language, **fields: object) -> str:
    return text("cli", f"words.{code}", lang, **fields)
