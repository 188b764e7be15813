"""What Ansible's refusal of an inventory means. Its own words are read here and never shown: they may hold values."""

import re

from infra_audit.errors import InventoryError

_CAUSES = (
    ("inventory.vault_password", re.compile(r"no vault secrets found")),
    ("inventory.vault_wrong", re.compile(r"Decryption failed|no vault secrets were found that could decrypt")),
    ("inventory.vault_file", re.compile(r"vault password file (?P<file>.+?) was not found")),
    ("inventory.vault_file", re.compile(r"Problem running vault password script (?P<file>\S+)")),
    ("inventory.template_variable", re.compile(r"'(?P<variable>\w+)' is undefined")),
)
_YAML = re.compile(
    r"YAML parsing failed: (?P<what>[^\n]+?)\.?\n(?:.*?)Origin: (?P<file>/[^\n]+?):(?P<line>\d+)", re.DOTALL
)
_PLAIN_YAML = re.compile(r"YAML parsing failed: (?P<what>[^\n]+?)\.?\n")
_SKIPPED = re.compile(
    r"Skipping (?:unexpected )?key \((?P<key>[^)\n]*)\) in group \((?P<group>[^)\n]*)\)"
    r"|Skipping '(?P<definition>[^'\n]*)' as this is not a valid group"
    r"|Found (?P<folder>group_vars|host_vars) that is not a directory"
)
_SOURCE = re.compile(r"failed to parse inventory source (?P<file>[^\n]+)")


def refusal(message: str, inventory: str) -> InventoryError:
    """Return the error that a message of ansible-inventory means."""
    found = cause(message, inventory)
    if found is not None:
        return found
    yaml = _YAML.search(message)
    if yaml is not None:  # the first cause; after it Ansible tries other formats and complains about those
        return InventoryError("inventory.yaml", file=yaml["file"], line=int(yaml["line"]), what=yaml["what"])
    plain = _PLAIN_YAML.search(message + "\n")
    if plain is not None:  # of group_vars and host_vars Ansible names no file
        return InventoryError("inventory.yaml_vars", inventory=inventory, what=plain["what"])
    source = _SOURCE.search(message)
    return InventoryError("inventory.unreadable", inventory=source["file"] if source else inventory)


def skipped(message: str, inventory: str) -> InventoryError | None:
    """Return the error for what Ansible leaves out with a mere warning: hosts would be missing in silence."""
    found = _SKIPPED.search(message)
    if found is None:
        return None
    what = "/".join(part for part in (found["group"], found["key"], found["definition"], found["folder"]) if part)
    return InventoryError("inventory.skipped", inventory=inventory, what=what)


def cause(message: str, inventory: str, **place: str) -> InventoryError | None:
    """Return the error for a vault that does not open or a variable that does not exist, if the message is of one."""
    for code, pattern in _CAUSES:
        match = pattern.search(message)
        if match is not None:
            return InventoryError(code, inventory=inventory, **place, **match.groupdict())
    return None
