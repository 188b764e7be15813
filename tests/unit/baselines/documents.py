"""Facts documents written as data, for the tests of the baselines."""

from pathlib import Path
from typing import Any

from infra_audit.baselines import loader, source
from infra_audit.model.evidence import Artifact
from infra_audit.model.facts import Coverage, CoverageState, FactsDocument, Provenance, ProvenanceKind
from infra_audit.model.reason import Reason
from infra_audit.model.rule import Baseline

HERE = Path(__file__).parent
TEXT = ("version 15.2", "line vty 0 4", " transport input telnet", "end")


def baseline(*paths: Path) -> Baseline:
    files = [source.read(path, path.name) for path in paths or sorted((HERE / "rules").glob("*.schema.yaml"))]
    return loader.from_files(files)


def document(data: dict[str, Any]) -> FactsDocument:
    """Build a document: an area that says nothing of its coverage or provenance was read whole, from line 1."""
    facts: dict[str, Any] = data["facts"]
    areas = [area for area in facts if area != "subject"]
    coverage = {area: Coverage(state=CoverageState.PARSED) for area in areas}
    coverage |= {key: _coverage(value) for key, value in data.get("coverage", {}).items()}
    provenance = {
        f"/{area}": _provenance({"kind": "lines", "lines": [[1, 1]]})
        for area in areas
        if not data.get("no_area_provenance")
    }
    provenance |= {pointer: _provenance(value) for pointer, value in data.get("provenance", {}).items()}
    return FactsDocument(
        facts=facts,
        coverage=coverage,
        provenance={} if data.get("no_provenance") else provenance,
        keys=data.get("keys", {}),
        artifacts=(artifact(),),
    )


def artifact() -> Artifact:
    return Artifact(
        device="sw1", source="running-config", name="sw1.cfg", lines=TEXT, sha256="a" * 64, source_sha256="b" * 64,
        encoding="utf-8", collector="files",
    )  # fmt: skip


def _coverage(value: Any) -> Coverage:
    if isinstance(value, str):
        return Coverage(state=CoverageState(value))
    return Coverage(state=CoverageState(value["state"]), reason=Reason(value["reason"]))


def _provenance(value: dict[str, Any]) -> Provenance:
    fields = {key: value[key] for key in ("by", "source", "place", "document") if key in value}
    kind = ProvenanceKind(value["kind"])
    seen = kind in (ProvenanceKind.LINES, ProvenanceKind.ABSENT, ProvenanceKind.DEFAULT)
    return Provenance(
        kind=kind,
        artifact="sw1.cfg" if seen else None,
        lines=tuple((first, last) for first, last in value.get("lines", [[1, 4]] if seen else [])),
        sources=tuple(value.get("sources", ())),
        **fields,
    )
