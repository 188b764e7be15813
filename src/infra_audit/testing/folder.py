"""Devices to emulate, read from a folder: behaviour.yaml and one text a command.

behaviour.yaml
    login: {user: ..., password: ..., enable_password: ...}        # of every device that has no own
    devices:
        core-sw1: {platform: cisco_ios}
        acc-sw1:  {platform: cisco_ios, behaviour: off}
core-sw1/running-config.txt      # answer to the command of this source in platform.yaml
core-sw1/version.txt
"""

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Any

from infra_audit import yamlfile
from infra_audit.errors import InputError
from infra_audit.model.platform import Platform
from infra_audit.testing import persona as personas
from infra_audit.testing.device import Behaviour, EmulatedDevice

_SUFFIX = ".txt"


def load_devices(folder: Traversable, platforms: Mapping[str, Platform]) -> list[EmulatedDevice]:
    """Return the devices of a folder, sorted by name.

    Raises InputError when behaviour.yaml names what does not exist.
    """
    file = folder / "behaviour.yaml"
    data = yamlfile.load(file)
    devices = []
    for name in sorted(data["devices"]):
        entry = {**data.get("login", {}), **data["devices"][name]}
        platform = platforms.get(entry["platform"])
        if platform is None:
            raise InputError("demo.unknown_platform", file=str(file), device=name, platform=entry["platform"])
        devices.append(_device(name, entry, folder / name, platform))
    return devices


def _device(name: str, entry: Mapping[str, Any], folder: Traversable, platform: Platform) -> EmulatedDevice:
    return EmulatedDevice(
        name=name,
        persona=personas.load(platform.folder),
        answers=_answers(folder, platform),
        hostname=entry.get("hostname", name),
        user=entry["user"],
        password=entry["password"],
        enable_password=entry.get("enable_password", ""),
        behaviour=Behaviour(entry.get("behaviour", "normal")),
        encoding=entry.get("encoding", "utf-8"),
        exec_output=(folder / entry["exec"]).read_text("utf-8") if "exec" in entry else None,
    )


def _answers(folder: Traversable, platform: Platform) -> dict[str, str]:
    """Return command -> text for every source of the platform that has a file in the folder."""
    if not folder.is_dir():
        return {}
    answers = {}
    for source, about in platform.sources.items():
        text = folder / (source + _SUFFIX)
        if "command" in about and text.is_file():
            answers[about["command"]] = text.read_text("utf-8")
    return answers
