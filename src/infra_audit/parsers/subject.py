"""`facts.subject`: who the target is. What nobody said is an absent key."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import Provenance, ProvenanceKind
from infra_audit.model.platform import Platform
from infra_audit.parsers.tree import Leaf, Object

_GIVEN = ("zones", "roles", "importance", "site", "location", "commissioned_on", "classification")
_READ = {"version": "os_version", "model": "model", "serial": "serial"}
"""Field of the subject -> field of the area `system` that says it."""


def subject(
    device: Device, platform: Platform, system: Mapping[str, Any], scope: str, artifacts: Sequence[Artifact]
) -> Object:
    """Return the subject of a device, or of one scope of it. `system` holds the facts of that area as far as they are known."""
    given = Provenance(kind=ProvenanceKind.GIVEN, source=device.source, place=device.place)
    by_platform = Provenance(kind=ProvenanceKind.GIVEN, source="assumed", place=f"{platform.name}/platform.yaml")
    fields: dict[str, Any] = {"id": Leaf(f"{device.id}/{scope}" if scope else device.id, given)}
    if scope:
        fields["device"] = Leaf(device.id, given)
    fields["kind"] = Leaf(device.kind, given) if device.kind else Leaf(platform.default_kind, by_platform)
    stated = _detected(artifacts) or (given if device.platform else by_platform)
    fields["platform"] = Leaf(platform.name, stated)
    if "os_family" in platform.data:
        fields["os_family"] = Leaf(platform.data["os_family"], stated)
    for name in _GIVEN:
        value = getattr(device, name)
        if value is not None:
            fields[name] = Leaf(list(value) if isinstance(value, tuple) else value, given)
    for name, field in _READ.items():
        if isinstance(system.get(field), str):
            derived = Provenance(kind=ProvenanceKind.DERIVED, sources=(f"/system/{field}",), by="subject")
            fields[name] = Leaf(system[field], derived)
    return Object(fields)


def _detected(artifacts: Sequence[Artifact]) -> Provenance | None:
    """Return the lines that show the platform, when nobody named it."""
    for artifact in artifacts:
        if artifact.detected is not None:
            return Provenance(
                kind=ProvenanceKind.LINES, artifact=artifact.name, lines=artifact.detected.lines, by="detect"
            )
    return None
