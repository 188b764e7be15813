"""What follows for people's accounts: who can log in, what the authentication stack asks, what sudo gives away."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra_audit.parsers.derive import Derived, Entry, Facts, Pointer, Step
from infra_audit.parsers.derive.walk import items

_LOCKOUT = ("pam_faillock.so", "pam_tally2.so")
_QUALITY = ("pam_pwquality.so", "pam_cracklib.so", "pam_passwdqc.so")
_HISTORY = ("pam_pwhistory.so",)
_IN_FORCE: Mapping[str, tuple[str, int]] = {
    "lockout_threshold": ("lockout_in_stack", 3),
    "lockout_seconds": ("lockout_in_stack", 600),
    "min_length": ("quality_in_stack", 8),
    "history": ("history_in_stack", 10),
}
"""Field of password_policy -> what must be in the stack, and the value when nobody set one (man pages of these modules)."""


def _accounts(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Tell whether the shell lets a person log in and, where that is certain, whether the account is in use.

    A locked password does not lock out keys, so such an account with a shell gives no `enabled`.
    """
    for pointer, item in items(facts, "users"):
        shell = item.get("shell")
        if not isinstance(shell, str):
            continue
        able = shell.rpartition("/")[2] not in entry["no_login"]
        yield Derived((*pointer, "login_shell"), able, ((*pointer, "shell"),))
        if not able:
            yield Derived((*pointer, "enabled"), value=False, sources=((*pointer, "shell"),))
        elif item.get("hash_class") not in (None, "locked"):
            yield Derived((*pointer, "enabled"), value=True, sources=((*pointer, "shell"), (*pointer, "hash_class")))
        if item.get("uid") == 0:
            yield Derived((*pointer, "privileged"), value=True, sources=((*pointer, "uid"),))


def _pam_stack(facts: Facts, entry: Entry) -> Iterator[Derived]:
    """Tell whether the modules against guessing, weak and old passwords are in the stacks."""
    stacks = [(pointer, item) for pointer, item in items(facts, "pam/stacks") if isinstance(item, dict)]
    logins = [name for name in entry["login"] if any(item.get("service") == name for _, item in stacks)]
    if logins:
        guarded = [_guards(stacks, name) for name in logins]
        sources = [pointer for found in guarded for pointer in found] or [
            p for p, i in stacks if i.get("phase") == "auth"
        ]
        yield Derived(("pam", "lockout_in_stack"), all(guarded), tuple(sources))
    for field, modules in (("quality_in_stack", _QUALITY), ("history_in_stack", _HISTORY)):
        asked = [(p, i) for p, i in stacks if i.get("phase") == "password" and i.get("service") == entry["change"]]
        if asked:
            hits = [pointer for pointer, item in asked if item.get("module") in modules]
            yield Derived(("pam", field), bool(hits), tuple(hits or [pointer for pointer, _ in asked]))


def _guards(stacks: list[tuple[Pointer, Any]], service: str) -> list[Pointer]:
    """Return the modules that lock an account after failures; pam_faillock counts only with a line that counts failures."""
    found = [
        (pointer, item)
        for pointer, item in stacks
        if item.get("service") == service and item.get("phase") == "auth" and item.get("module") in _LOCKOUT
    ]
    counting = [p for p, item in found if item["module"] != "pam_faillock.so" or "authfail" in item.get("options", ())]
    return [pointer for pointer, _ in found] if counting else []


def _password_policy(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Give what is in force where no file says it: the module's own value, or none when the module is not in the stack."""
    policy, pam = facts.get("password_policy", {}), facts.get("pam", {})
    for field, (asked, value) in _IN_FORCE.items():
        if field not in policy and isinstance(pam.get(asked), bool):
            yield Derived(("password_policy", field), value if pam[asked] else None, (("pam", asked),))
    yield from _password_classes(facts, _entry)


def _password_classes(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Count the kinds of characters that a password must hold, when all of them are known."""
    policy = facts.get("password_policy", {})
    requires = policy.get("requires", {})
    if "min_classes" not in policy and len(requires) == len(("digit", "upper", "lower", "other")):
        count = sum(1 for value in requires.values() if value)
        sources = tuple(("password_policy", "requires", name) for name in requires)
        yield Derived(("password_policy", "min_classes"), count or None, sources)


def _sudo_commands(facts: Facts, _entry: Entry) -> Iterator[Derived]:
    """Tell whether a rule gives every command, and whether one of its commands asks for no password."""
    for pointer, item in items(facts, "sudo/rules"):
        commands = item.get("commands")
        if isinstance(commands, str):
            everything, free = read_commands(commands)
            yield Derived((*pointer, "command_all"), everything, ((*pointer, "commands"),))
            yield Derived((*pointer, "no_password"), free, ((*pointer, "commands"),))


def read_commands(text: str) -> tuple[bool, bool]:
    """Return whether a command list of sudoers holds ALL, and whether NOPASSWD covers one of its commands."""
    everything = free = no_password = False
    for part in text.split(","):
        words = part.split()
        while words and words[0].endswith(":"):
            tag = words.pop(0)
            no_password = (no_password or tag == "NOPASSWD:") and tag != "PASSWD:"
        everything = everything or words == ["ALL"]
        free = free or (no_password and bool(words) and not words[0].startswith("!"))
    return everything, free


ACCOUNTS = Step(
    _accounts,
    lambda _e: ("users/*/login_shell", "users/*/enabled", "users/*/privileged"),
    lambda _e: ("users",),
    frozenset({"no_login"}),
)
PAM_STACK = Step(
    _pam_stack,
    lambda _e: ("pam/lockout_in_stack", "pam/quality_in_stack", "pam/history_in_stack"),
    lambda _e: ("pam",),
    frozenset({"login", "change"}),
)
PASSWORD_POLICY = Step(
    _password_policy,
    lambda _e: tuple(f"password_policy/{field}" for field in (*_IN_FORCE, "min_classes")),
    lambda _e: ("pam", "password_policy"),
)
PASSWORD_CLASSES = Step(_password_classes, lambda _e: ("password_policy/min_classes",), lambda _e: ("password_policy",))
SUDO_COMMANDS = Step(
    _sudo_commands, lambda _e: ("sudo/rules/*/command_all", "sudo/rules/*/no_password"), lambda _e: ("sudo",)
)
