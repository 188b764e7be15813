"""The entries of a ledger as files: an Ansible inventory without any secret, and the register of assets."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra_audit.errors import InputError
from infra_audit.inventory.ledger.reading import Ledger
from infra_audit.inventory.ledger.rows import SEPARATORS, Entry

HOSTS = "hosts.yml"
ASSETS = "assets.yaml"
MARK = "# infra-audit inventory import: "
_OURS = ("importance", "site", "location", "commissioned_on", "classification")
"""Fields of a ledger that are variables of the inventory under the same name."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"})


def inventory(ledger: Ledger) -> str:
    """Return the inventory of a ledger as YAML; the same ledger gives the same text."""
    entries = sorted(ledger.entries, key=lambda entry: entry.id)
    data = {"all": {"hosts": {entry.id: _variables(entry) for entry in entries}, "children": _groups(entries)}}
    return "\n".join([_head(ledger), *_lines(data, 0), ""])


def assets(ledger: Ledger) -> str:
    """Return the register of assets of a ledger as YAML."""
    lines = [_head(ledger)]
    for entry in sorted(ledger.entries, key=lambda entry: entry.id):
        first, *rest = _lines(_asset(entry), 1)
        lines += [f"- {first.strip()}", *rest]
    return "\n".join([*lines, ""])


def write(ledger: Ledger, folder: Path, registers: Path | None = None) -> list[Path]:
    """Write the inventory, and the register of assets where it is wanted, and return the files.

    Raises InputError where a file of that name was not made by this command; then nothing is written.
    """
    texts = {folder / HOSTS: inventory(ledger)} | ({registers / ASSETS: assets(ledger)} if registers else {})
    for file, text in [*((file, None) for file in texts), *texts.items()]:
        try:
            if text is None:
                _refuse_other(file)
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError("output.unwritable", file=str(file), what=type(error).__name__) from error
    return list(texts)


def _refuse_other(file: Path) -> None:
    if file.exists() and not file.read_text("utf-8", errors="replace").startswith(MARK):
        raise InputError("ledger.in_the_way", file=str(file))


def _head(ledger: Ledger) -> str:
    """Return the first line of every file: what it was made from."""
    return f"{MARK}{ledger.file.name} sha256 {hashlib.sha256(ledger.file.read_bytes()).hexdigest()}"


def _asset(entry: Entry) -> dict[str, Any]:
    """Return one row of schemas/registers/assets.schema.json; what that does not hold goes into its note."""
    more = entry.more
    values: dict[str, Any] = {"device": entry.id, "model": more.get("model")}
    values["serials"] = list(dict.fromkeys(s.strip() for s in SEPARATORS.split(more.get("serial", "")) if s.strip()))
    values |= {"introduced_on": more.get("commissioned_on"), "supplier": more.get("maker")}
    values |= {name: more.get(name) for name in ("support_until", "maintenance_until")}
    if "off_site_approved_on" in more:
        values |= {"offsite": True, "offsite_approved_on": more["off_site_approved_on"]}
    values["note"] = " / ".join(more[name] for name in ("asset", "location", "owner") if name in more)
    return {name: value for name, value in values.items() if value}


def _variables(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {"ansible_host": entry.address, "ansible_port": entry.port}
    values |= {"infra_audit_kind": entry.kind, "infra_audit_platform": entry.platform}
    values |= {"infra_audit_zones": list(entry.zones), "infra_audit_roles": list(entry.roles) or None}
    values |= {f"infra_audit_{name}": entry.more.get(name) for name in _OURS}
    return {name: value for name, value in values.items() if value is not None}


def _groups(entries: Iterable[Entry]) -> dict[str, Any]:
    """Return the groups for `--limit`, without variables: a device may carry several zones."""
    groups: dict[str, dict[str, Any]] = {}
    for entry in entries:
        names = [f"zone_{zone}" for zone in entry.zones]
        names += [f"kind_{entry.kind}"] if entry.kind else []
        names += [f"site_{entry.more['site']}"] if "site" in entry.more else []
        for name in names:
            groups.setdefault(re.sub(r"\W", "_", name), {})[entry.id] = None
    return {name: {"hosts": hosts} for name, hosts in sorted(groups.items())}


def _lines(data: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, value in data.items():
        indent, name = "  " * depth, _scalar(key)
        if isinstance(value, Mapping) and value:
            yield f"{indent}{name}:"
            yield from _lines(value, depth + 1)
        elif value is None:
            yield f"{indent}{name}:"
        elif isinstance(value, list):
            yield f"{indent}{name}: [{', '.join(_scalar(item) for item in value)}]"
        else:
            yield f"{indent}{name}: {_scalar(value)}"


def _scalar(value: Any) -> str:
    """Return a value so that every reader of YAML takes a text for a text."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
