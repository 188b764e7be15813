"""A platform as data for a reader: what is read from it, what rests on which document, and what is left out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra_audit.model.platform import Platform
from infra_audit.parsers.derive.registry import STEPS
from infra_audit.parsers.engine import compile_platform


def describe(platform: Platform) -> dict[str, Any]:
    """Return the record of a platform. Raises PlatformError when its folder is wrong."""
    data = platform.data
    compiled = compile_platform(platform)
    templates = [
        {
            "template": template.name,
            "source": template.source,
            "sections": list(template.text.head.sections),
            "areas": list(template.text.head.areas),
        }
        for template in compiled.templates
    ]
    ignored: Mapping[str, Sequence[Mapping[str, Any]]] = data.get("ignore", {})
    return {
        "platform": platform.name,
        "title": dict(data["title"]),
        "aliases": list(platform.aliases),
        "default_kind": platform.default_kind,
        "os_family": data["os_family"],
        "sources": list(platform.sources),
        "areas": sorted({area.partition("/")[0] for template in compiled.templates for area in template.areas}),
        "templates": len(templates),
        "netmiko": data.get("netmiko"),
        "playbook": data.get("playbook"),
        "login_writes": data.get("login", {}).get("writes", False),
        "basis": dict(data["basis"]) if "basis" in data else None,
        "privilege": dict(data["privilege"]) if "privilege" in data else None,
        "template_files": templates,
        "defaults": [_settled(entry) for entry in data.get("defaults", ())],
        "absent": [{"at": entry["at"], "value": entry["value"]} for entry in data.get("absent", ())],
        "statements": [
            {**_settled(entry), "state": entry["state"], "reason": dict(entry["reason"])}
            for entry in data.get("statements", ())
        ],
        "ignored": {name: len(ignored.get(name, ())) for name in ("irrelevant", "not_parsed_yet")},
        "not_parsed_yet": list(_not_parsed_yet(ignored.get("not_parsed_yet", ()))),
        "secrets": len(data.get("secrets", ())),
        "derive": [entry["step"] for entry in data.get("derive", ())],
    }


def given_areas(platform: Platform) -> frozenset[str]:
    """Return the areas of the facts that a platform can give: read, derived, or stated where no line says them."""
    compiled = compile_platform(platform)
    data = platform.data
    lacking = [entry for entry in data.get("statements", ()) if entry["state"] == "lacks_control"]
    places = [
        *(area for template in compiled.templates for area in template.areas),
        *(pattern for entry in compiled.derive for pattern in STEPS[entry["step"]].feeds(entry)),
        *(entry["at"] for entry in (*data.get("defaults", ()), *data.get("absent", ()), *lacking)),
    ]
    return frozenset(place.partition("/")[0] for place in places)


def _settled(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what holds where no line says it, and by which document."""
    return {
        "at": entry["at"],
        "value": entry.get("value"),
        "since": entry.get("since"),
        "until": entry.get("until"),
        "document": entry["document"],
        "confirmed": entry.get("confirmed", False),
    }


def _not_parsed_yet(entries: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        yield {"area": entry["area"], "reason": entry["reason"], "example": entry["example"]}
