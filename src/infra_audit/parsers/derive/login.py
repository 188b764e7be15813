"""How a terminal line asks for a password when only the central method lists say it."""

from collections.abc import Iterator

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items, key_fields

_FIRST_METHOD = {"none": "none", "local": "local", "local-case": "local", "line": "password", "enable": "password"}


def _aaa_login(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Set `login` of lines that do not say it, from the method list they use (`default` when they name none).

    Lists count only where central authentication is switched on, or `always`. A line whose list is not there has the list
    that `otherwise` names, if any.
    """
    switched: list[Pointer] = [] if entry.get("always") else [("aaa", "enabled")]
    if switched and facts.get("aaa", {}).get("enabled") is not True:
        return
    lists = {
        method.get("list"): (pointer, method)
        for pointer, method in items(facts, "aaa/methods")
        if method.get("service") == "authentication" and method.get("kind") == "login"
    }
    for pointer, line in items(facts, "lines"):
        name = line.get("authentication_list") or "default"
        name = name if name in lists else entry.get("otherwise", name)
        if name not in lists or not lists[name][1].get("methods"):
            continue
        at, method = lists[name]
        sources: list[Pointer] = [*switched, *((*at, f) for f in ("service", "kind", "list", "methods"))]
        own = [field for field in ("authentication_list",) if field in line] or key_fields((*pointer, "login"))
        sources += [(*pointer, field) for field in own if field in line]
        yield Derived((*pointer, "login"), _FIRST_METHOD.get(method["methods"][0], "aaa"), tuple(sources))


AAA_LOGIN = Step(
    _aaa_login,
    lambda _e: ("lines/*/login",),
    lambda _e: ("aaa", "lines"),
    frozenset({"always", "otherwise"}),
)
