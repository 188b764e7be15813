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
_SOURCE = re.compile(r"failed to parse inventory source (?P<file>[^\n]+)")


def refusal(message: str, inventory: str) -> InventoryError:
    """Return the error that a message of ansible-inventory means."""
    found = cause(message, inventory)
    if found is not None:
        return found
    yaml = _YAML.search(message)
    if yaml is not None:  # the first cause; after it Ansible tries other formats and complains about those
        return InventoryError("inventory.yaml", file=yaml["file"], line=int(yaml["line"]), what=yaml["what"])
    source = _SOURCE.search(message)
    return InventoryError("inventory.unreadable", inventory=source["file"] if source else inventory)


def cause(message: str, inventory: str, host: str = "*") -> InventoryError | None:
    """Return the error for a vault that does not open or a variable that does not exist, if the message is of one."""
    for code, pattern in _CAUSES:
        match = pattern.search(message)
        if match is not None:
            return InventoryError(code, inventory=inventory, host=host, **match.groupdict())
    return None
