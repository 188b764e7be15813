"""Every text a user reads, in Japanese and English, as data: one YAML file a topic, both languages side by side.

An entry is `code: {ja: ..., en: ...}`; entries of errors.yaml also have `hint: {ja: ..., en: ...}`. Places such as
`{file}` are filled from fields. A test counts missing languages and places that differ between them.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from infra_audit import yamlfile

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@cache
def catalogue(topic: str) -> Mapping[str, Any]:
    """Return all entries of one topic, that is of `texts/<topic>.yaml`."""
    entries: dict[str, Any] = yamlfile.load(files(__package__) / f"{topic}.yaml", cached=True)
    return entries


def text(topic: str, code: str, lang: Language, /, **fields: object) -> str:
    """Return one text with its places filled. An unknown code gives the code itself, so that nothing is lost."""
    entry = catalogue(topic).get(code)
    if entry is None:
        return f"{code} {fields}" if fields else code
    template: str = entry[lang]
    return template.format_map(_Fields(fields))


def hint(code: str, lang: Language, /, **fields: object) -> str:
    """Return what to do about an error, or an empty text."""
    entry = catalogue("errors").get(code) or {}
    template: str = entry.get("hint", {}).get(lang, "")
    return template.format_map(_Fields(fields))


def said(value: str | Mapping[str, str], lang: Language) -> str:
    """Return a text that an author wrote in both languages, or in one for both."""
    return value if isinstance(value, str) else value[lang]


class _Fields(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
