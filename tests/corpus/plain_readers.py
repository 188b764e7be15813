"""A second reading of configurations, line by line with string code only, for the few fields it understands.

It shares nothing with the parser: no sections, no templates, no tables, no defaults but those written here.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class IosText:
    """What the reader saw of a configuration of Cisco IOS."""

    interfaces: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: dict[str, int | None] = field(default_factory=dict)
    """`con 0 0` -> exec-timeout in seconds; None = never. Only lines that have the command."""
    filters: dict[str, list[str]] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)


def read_ios(lines: Sequence[str]) -> IosText:
    """Walk the lines; what stands in a banner is passed over."""
    found = IosText()
    place: tuple[str, str] = ("", "")
    closing = ""
    for raw in lines:
        line = raw.rstrip()
        if closing:
            closing = "" if closing in line else closing
            continue
        words = line.split()
        if not words or words[0].startswith("!"):
            continue
        if words[0] == "banner":
            mark = line.split(None, 2)[2] if len(words) > 2 else ""
            sign = mark[:2] if mark.startswith("^") else mark[:1]
            closing = "" if not sign or sign in mark[len(sign) :] else sign
        elif line[0] not in " \t":
            place = _top(found, words)
        else:
            _below(found, place, words)
    return found


def _top(found: IosText, words: list[str]) -> tuple[str, str]:
    match words:
        case ["interface", *name] if name and name[0] != "range":
            # The numbers may stand apart from the type; other words after the name are not part of it.
            full = "".join(name[:2]) if len(name) > 1 and name[1][0].isdigit() else name[0]
            found.interfaces.setdefault(full, {"enabled": True, "access_vlan": None, "acl_in": None})
            return "interface", full
        case ["line", kind, first, *last]:
            return "line", f"{'con' if kind == 'console' else kind} {first} {last[0] if last else first}"
        case ["ip", "access-list", "standard" | "extended", name]:
            found.filters.setdefault(name, [])
            return "filter", name
        case ["access-list", number, "permit" | "deny" as action, *_] if (
            int(number) < 200 or 1300 <= int(number) < 2700
        ):
            found.filters.setdefault(number, []).append(action)
        case ["username", name, *rest]:
            after = rest[rest.index("privilege") + 1] if "privilege" in rest[:-1] else None
            if after is not None:
                found.users[name] = int(after)
            else:
                found.users.setdefault(name, 1)
    return "", ""


def _below(found: IosText, place: tuple[str, str], words: list[str]) -> None:
    kind, name = place
    if kind == "interface":
        port = found.interfaces[name]
        match words:
            case ["shutdown"]:
                port["enabled"] = False
            case ["no", "shutdown"]:
                port["enabled"] = True
            case ["switchport", "access", "vlan", number] if number.isdigit():
                port["access_vlan"] = int(number)
            case ["ip", "access-group", acl, "in"]:
                port["acl_in"] = acl
    elif kind == "line" and words[0] == "exec-timeout":
        seconds = int(words[1]) * 60 + int(words[2] if len(words) > 2 else 0)
        found.lines[name] = seconds or None
    elif kind == "line" and words == ["no", "exec-timeout"]:
        found.lines[name] = None
    elif kind == "filter":
        entry = words[1:] if words[0].isdigit() else words
        if entry and entry[0] in ("permit", "deny"):
            found.filters[name].append(entry[0])


@dataclass
class FortiText:
    """What the reader saw of a configuration of FortiOS, by VDOM ("" where there is none)."""

    policies: dict[str, dict[str, dict[str, list[str]]]] = field(default_factory=dict)
    admins: dict[str, dict[str, list[str]]] = field(default_factory=dict)


def read_fortios(lines: Sequence[str]) -> FortiText:
    """Walk the commands with a stack of what is open."""
    found = FortiText()
    stack: list[tuple[str, str]] = []
    for words in _commands(lines):
        vdom = stack[1][1] if len(stack) > 1 and stack[0] == ("config", "vdom") else ""
        inner = [entry for entry in stack if entry not in (("config", "global"), ("config", "vdom"), ("edit", vdom))]
        match words:
            case ["config", *rest]:
                stack.append(("config", " ".join(rest)))
            case ["edit", name, *_]:
                stack.append(("edit", name))
                match inner:
                    case [("config", "firewall policy")]:
                        found.policies.setdefault(vdom, {}).setdefault(name, {})
                    case [("config", "system admin" | "system api-user")]:
                        found.admins.setdefault(name, {})
            case ["delete", name, *_] if inner == [("config", "firewall policy")]:
                found.policies.get(vdom, {}).pop(name, None)
            case ["set", key, *values]:
                match inner:
                    case [("config", "firewall policy"), ("edit", name)]:
                        found.policies[vdom][name][key] = values
                    case [("config", "system admin" | "system api-user"), ("edit", name)]:
                        found.admins[name][key] = values
            case ["next"] if stack and stack[-1][0] == "edit":
                stack.pop()
            case ["end"]:
                while stack and stack.pop()[0] != "config":
                    pass
    return found


def _commands(lines: Sequence[str]) -> list[list[str]]:
    """The words of each command; a quotation may go on over lines."""
    commands, pending = [], ""
    for line in lines:
        text = f"{pending}\n{line}" if pending else line
        if not pending and line.lstrip().startswith("#"):
            continue
        try:
            commands.append(shlex.split(text))
            pending = ""
        except ValueError:
            pending = text
    return commands
