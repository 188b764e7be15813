"""TTP's own reading of statements, in the shape of the executor's records, for the tests that hold both together.

Of two values of one name TTP keeps the first; so only first values are compared.
"""

from collections.abc import Sequence
from typing import Any

from infra_audit.parsers.executor import Record, Run
from infra_audit.parsers.platform import CompiledPlatform
from infra_audit.parsers.template import ttp_of
from infra_audit.parsers.template_text import TemplateText
from infra_audit.parsers.values import Values


def by_ttp(text: TemplateText, platform: CompiledPlatform) -> Any:
    """A TTP parser with the value functions of a platform."""
    return ttp_of(text, Values(platform.tables, platform.grammars).functions())


def ttp_result(parser: Any, texts: Sequence[str]) -> dict[str, Any]:
    """What TTP makes of statements."""
    parser.clear_input()
    parser.add_input("\n".join(texts))
    parser.parse(one=True)
    found = _dicts([list(entry) for entry in parser.result()])
    parser.clear_result()
    return _plain(found[0]) if found else {}


def _dicts(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        return [dict(node)] if node else []
    return [found for entry in node for found in _dicts(entry)]


def _plain(node: Any) -> Any:
    """Values without the fields that are read and dropped, and without the records that hold nothing else."""
    if isinstance(node, dict):
        shown = {name: (value, _plain(value)) for name, value in node.items() if not name.startswith("_")}
        return {name: plain for name, (value, plain) in shown.items() if plain != [] or value == []}
    return [kept for value in node if (kept := _plain(value)) != {}] if isinstance(node, list) else node


def executor_result(run: Run) -> dict[str, Any]:
    """The records of the executor in the shape of TTP's result."""
    result: dict[str, Any] = {}
    for record in run.records:
        _put(result, record)
    return result


def _put(into: dict[str, Any], record: Record) -> None:
    *above, last = record.group.path
    for name in above:
        into = into.setdefault(name, {})
    value = _first_values(record)
    if not record.group.many:
        into[last] = {**value, **into.get(last, {})}
    elif value:
        into.setdefault(last, []).append(value)


def _first_values(record: Record) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for field in _plain([{name: captured} for name, _, captured in record.fields]):
        for name, shown in field.items():
            value.setdefault(name, shown)
    for child in record.children:
        _put(value, child)
    return value
