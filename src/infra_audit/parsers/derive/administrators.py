"""Who may run every command with sudo, groups expanded."""

from collections.abc import Iterator
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items

Named = list[tuple[Pointer, Any]]


def _sudo_administrators(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """List them, root and accounts that cannot log in left out.

    Nothing is given while one rule is not understood: a group that is not local, an alias, a netgroup, everybody.
    """
    rules = list(items(facts, "sudo/rules"))
    if not isinstance(facts.get("sudo", {}).get("rules"), list) or any("command_all" not in rule for _, rule in rules):
        return
    users, groups = list(items(facts, "users")), list(items(facts, "groups"))
    names: set[str] = set()
    sources: list[Pointer] = [("sudo", "rules")]
    for pointer, rule in rules:
        if not rule["command_all"]:
            continue
        found = _expanded(str(rule.get("who")), users, groups)
        if found is None:
            return
        names |= found[0]
        sources += [pointer, *found[1]]
    left_out = [(p, u) for p, u in users if u.get("name") in names and (u.get("enabled") is False or u.get("uid") == 0)]
    sources += [pointer for pointer, _ in left_out]
    named = sorted(names - {"root"} - {user["name"] for _, user in left_out})
    yield Derived(("sudo", "administrators"), named, tuple(dict.fromkeys(sources)))


def _expanded(who: str, users: Named, groups: Named) -> tuple[set[str], list[Pointer]] | None:
    """Return the accounts that the first field of a rule means, and where they stand; None when that is not known."""
    if not who.startswith("%"):
        return None if who.startswith(("+", "#", "!")) or "," in who or _is_alias(who) else ({who}, [])
    group = next(((p, g) for p, g in groups if g.get("name") == who[1:]), None)
    if group is None or not isinstance(group[1].get("members"), list):
        return None
    primary = [(p, u) for p, u in users if "gid" in group[1] and u.get("gid") == group[1]["gid"] and "name" in u]
    members = set(group[1]["members"]) | {user["name"] for _, user in primary}
    return members, [group[0], *(pointer for pointer, _ in primary)]


def _is_alias(who: str) -> bool:
    """Say whether a word is ALL or the name of an alias, which are both in capitals."""
    return who[:1].isascii() and who[:1].isupper() and who == who.upper()


SUDO_ADMINISTRATORS = Step(
    _sudo_administrators, lambda _e: ("sudo/administrators",), lambda _e: ("sudo", "groups", "users")
)
