"""What is sent to a device and what it shows in return: the list that is filed before an audit.

One record a command or file, in the order in which they are sent. A record says nothing about what was collected, so it
needs no device and no network.
"""

from collections.abc import Iterator
from typing import Any

from infra_audit.model.device import Device
from infra_audit.model.platform import Platform


def commands(platform: Platform, device: Device | None = None) -> Iterator[dict[str, Any]]:
    """Yield one record for each command, key or file of a platform; `device` is whom they are sent to, if it is known."""
    for record in (*_before(platform), *_sources(platform), *_after(platform)):
        yield {"device": device.id if device else None, "platform": platform.name, **record}


def _before(platform: Platform) -> Iterator[dict[str, Any]]:
    """Yield how the session is opened and prepared."""
    if "playbook" in platform.data:
        yield _record("playbook", platform.data["playbook"])
    login = platform.data.get("login")
    if login is None:
        return
    if login["writes"]:
        yield _record("login_writes")
    elif "netmiko" in platform.data:
        yield _record("login")
    if "enable" in login:
        yield _record("enable", login["enable"])
    for command in login.get("commands", ()):
        yield _record("session", command)
    if "pager" in login:
        yield _record("pager", login["pager"]["answer"])
    for entry in login.get("answers", ()):
        yield _record("answer", entry["answer"], question=entry["question"])


def _sources(platform: Platform) -> Iterator[dict[str, Any]]:
    names = platform.data.get("privilege", {})
    for name, source in platform.sources.items():
        level = "privileged" if source.get("privileged") else "ordinary"
        yield {
            **_record("source", source.get("command") or source["path"]),
            "source": name,
            "title": dict(source["title"]) if "title" in source else None,
            "kind": "command" if "command" in source else "file",
            "level": level,
            "privilege": names.get(level),
            "optional": bool(source.get("optional")),
            "reveals": dict(source["reveals"]) if "reveals" in source else None,
        }


def _after(platform: Platform) -> Iterator[dict[str, Any]]:
    logout = platform.data.get("login", {}).get("logout")
    if logout:
        yield _record("logout", logout)


def _record(step: str, sent: str | None = None, question: str | None = None) -> dict[str, Any]:
    return {
        "step": step,
        "source": None,
        "title": None,
        "kind": "command" if sent else None,
        "sent": sent,
        "level": None,
        "privilege": None,
        "optional": None,
        "reveals": None,
        "question": question,
    }
