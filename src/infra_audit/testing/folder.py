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
from infra_audit.testing import gathered
from infra_audit.testing import persona as personas
from infra_audit.testing.device import Behaviour, EmulatedDevice

_SUFFIX = ".txt"
SERVER = personas.Persona(
    {"platform": "server", "prompts": {"first": "$ "}, "logout": ["exit"], "refused": "sh: command not found\n"}
)
"""A server is asked by one `exec` request; its terminal knows nothing."""


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
    texts = _texts(folder, platform)
    server = "playbook" in platform.data
    return EmulatedDevice(
        name=name,
        persona=SERVER if server else personas.load(platform.folder),
        answers={} if server else {platform.sources[s]["command"]: text for s, text in texts.items()},
        hostname=entry.get("hostname", name),
        user=entry["user"],
        password=entry["password"],
        enable_password=entry.get("enable_password", ""),
        behaviour=Behaviour(entry.get("behaviour", "normal")),
        encoding=entry.get("encoding", "utf-8"),
        exec_output=gathered.output(platform.sources, texts, entry.get("missing_tools", ())) if server else None,
    )


def _texts(folder: Traversable, platform: Platform) -> dict[str, str]:
    """Return the text of every source of the platform that has a file in the folder."""
    if not folder.is_dir():
        return {}
    files = {source: folder / (source + _SUFFIX) for source in platform.sources}
    return {source: file.read_text("utf-8") for source, file in files.items() if file.is_file()}
