"""`infra-audit collect --kit`: macros that collect with a terminal program, for zones that only a person reaches."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra_audit import __version__
from infra_audit.cli import options, output
from infra_audit.cli.exits import Exit
from infra_audit.collectors import teraterm
from infra_audit.collectors.commands import commands
from infra_audit.errors import InputError, UsageError
from infra_audit.model.device import Device
from infra_audit.model.platform import Platform
from infra_audit.pipeline import Audit
from infra_audit.snapshot.layout import folder_name
from infra_audit.texts import LANGUAGES, Language, text

SCHEMA = "urn:infra-audit:kit:1"
MANIFEST = "MANIFEST.json"
README = "README.txt"
LOGS = "logs"
_SSH_PORT = 22


@dataclass(slots=True)
class _Kit:
    """What a kit holds, before it is written."""

    files: dict[str, bytes] = field(default_factory=dict)
    devices: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)


def make_kit(lang: Language, values: dict[str, Any]) -> Exit:
    """Write the kit for the devices that the flags name. Nothing is reached."""
    if values["out"] is None:
        raise UsageError("kit.no_folder")
    kit = _Kit()
    for device, platform in _asked(Audit(options.to_settings(lang, values)), values):
        _add(kit, device, platform, lang)
    _write(kit, values["out"])
    for entry in kit.skipped:
        why = text("kit", f"why.{entry['why']}", lang)
        output.say(text("kit", "skipped", lang, device=entry["device"], platform=entry["platform"], why=why))
    output.say(text("kit", "made", lang, count=len(kit.devices), folder=values["out"]))
    return Exit.INCOMPLETE if kit.skipped else Exit.OK


def _asked(audit: Audit, values: dict[str, Any]) -> Iterator[tuple[Device, Platform]]:
    inventory = options.to_inventory(values)
    if inventory is not None:
        yield from ((device, audit.platform(device)) for device in audit.devices(inventory))
    elif values["platform"] and values["host"]:
        platform = options.to_platform(audit.platforms, values["platform"])
        yield Device(id=values["host"], platform=platform.name, host=values["host"]), platform
    else:
        raise UsageError("kit.no_device")


def _add(kit: _Kit, device: Device, platform: Platform, lang: Language) -> None:
    if not teraterm.possible(platform) or not device.host:
        why = "no_address" if teraterm.possible(platform) else "no_terminal"
        kit.skipped.append({"device": device.id, "platform": platform.name, "why": why})
        return
    name, port = folder_name(device.id), device.port or _SSH_PORT
    if f"{name}.ttl".lower() in map(str.lower, kit.files):
        raise InputError("kit.same_name", device=device.id)
    log = f"{LOGS}/{name}.log"
    written = teraterm.macro(platform, device.id, device.host, port, log, lang)
    kit.files[f"{name}.ttl"] = teraterm.encoded(written, lang)
    kit.devices.append(
        {
            "device": device.id,
            "platform": platform.name,
            "host": device.host,
            "port": port,
            "macro": f"{name}.ttl",
            "log": log,
            "sent": [record["sent"] for record in commands(platform, device) if record["sent"]],
        }
    )


def _write(kit: _Kit, folder: Path) -> None:
    """Write all files. Raises InputError where the folder holds something else than a kit."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise InputError("kit.folder_in_use", folder=str(folder))
    kit.files[README] = ("\n".join(text("kit", "readme", lang) for lang in LANGUAGES)).encode("utf-8-sig")
    kit.files[README] = kit.files[README].replace(b"\n", b"\r\n")
    manifest = {
        "schema": SCHEMA,
        "made_by": f"infra-audit {__version__}",
        "kit": "teraterm",
        "devices": kit.devices,
        "skipped": kit.skipped,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(kit.files.items())},
    }
    try:
        (folder / LOGS).mkdir(parents=True, exist_ok=True)
        for name, data in kit.files.items():
            (folder / name).write_bytes(data)
        (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError("output.unwritable", file=str(folder), what=type(error).__name__) from error
