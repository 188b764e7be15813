"""What a rule asks, from JSON Schema words (`minimum: 12`) to the reader's (`12 以上`)."""

import json
import re
from collections.abc import Iterator
from typing import Any

from infra_audit.texts import Language, text

_KEYWORD = re.compile(r"\b([a-zA-Z]+): ")
_TYPE = re.compile(r'^type: (?:"[a-z]+"|\[[^\]]*\]), ')

_PLAINER = {("pattern", '"[^ ]"'): "not_blank", ("maxItems", "0"): "no_items"}
"""Words with a value that is said more plainly than word by word."""


def asked(expected: str, lang: Language) -> str:
    """Return an `expected` of the JSON contract in the reader's words; what is not understood stays as it is."""
    rest, told = _TYPE.sub("", expected), ""
    while found := _KEYWORD.search(rest):
        told += rest[: found.start()]
        rest = rest[found.end() :]
        if found[1] == "contains":
            told += text("reports", "asked.contains", lang)
            continue
        try:
            value, end = json.JSONDecoder().raw_decode(rest)
        except ValueError:
            told += found[0]
            continue
        code = _PLAINER.get((found[1], json.dumps(value)), found[1])
        told += text("reports", f"asked.{code}", lang, value=_value(value, lang))
        rest = rest[end:]
    return (told + rest).replace(" | ", text("reports", "asked.or", lang))


def seen_value(seen: object, lang: Language) -> str:
    """Return a value of the facts as a configuration reader writes it."""
    if isinstance(seen, dict) and (told := list(_fields(seen, ""))):
        return ", ".join(told)
    return text("reports", "asked.unset", lang) if seen is None else json.dumps(seen, ensure_ascii=False)


def _fields(value: dict[str, Any], above: str) -> Iterator[str]:
    """Yield the fields of an item that hold something, as names and values; its identity is in its key already."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _fields(inner, f"{above}{name}/")
        elif inner is not None and name != "occurrence":
            shown = inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)
            yield f"{above}{name}: {shown}"


def _value(value: Any, lang: Language) -> str:
    if isinstance(value, dict):
        inner = value.get("const", value.get("enum", value))
        return _value(inner, lang)
    if isinstance(value, list):
        return ", ".join(_value(v, lang) for v in value) or text("reports", "asked.nothing", lang)
    if value is None:
        return text("reports", "asked.unset", lang)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
