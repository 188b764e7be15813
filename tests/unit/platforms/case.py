"""Cases as data: a folder with device texts and `expected.json`.

`expected.json` holds `sources` (source id -> file; the main source alone when it is not there), `facts` (stable key -> value),
`unparsed` (number of lines that nobody understood), `coverage` (area -> state) and, for a device with parts, `parts` (id ->
the same again).
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra_audit import catalogue
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Completeness
from infra_audit.model.facts import FactsDocument
from infra_audit.model.platform import Platform

HERE = Path(__file__).parent
MISSING = "(not known)"


def cases() -> list[Path]:
    """Return the folders of all cases."""
    return sorted(path.parent for path in HERE.glob("*/*/expected.json"))


def name_of(case: Path) -> str:
    """Return how a case is called in the output of pytest."""
    return f"{case.parent.name}/{case.name}"


def platform_of(case: Path) -> Platform:
    """Return the platform a case belongs to: the folder above it."""
    return catalogue.platforms()[case.parent.name]


def expected(case: Path) -> dict[str, Any]:
    """Return what the case wants."""
    data: dict[str, Any] = json.loads((case / "expected.json").read_text("utf-8"))
    return data


def texts(case: Path) -> dict[str, list[str]]:
    """Return the lines of each source of a case."""
    files = expected(case)["sources"]
    return {source: (case / file).read_text("utf-8").splitlines() for source, file in files.items()}


def artifact(source: str, lines: list[str]) -> Artifact:
    """Return an artefact known to be complete."""
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Artifact(
        device="device",
        source=source,
        name=f"{source}.txt",
        lines=tuple(lines),
        sha256=digest,
        source_sha256=digest,
        encoding="utf-8",
        collector="files",
        complete=Completeness.YES,
    )


def parse(platform: Platform, sources: Mapping[str, list[str]]) -> dict[str, FactsDocument]:
    """Return the documents of a device by subject id."""
    from infra_audit.parsers import engine

    artifacts = [artifact(source, lines) for source, lines in sources.items()]
    return {document.subject["id"]: document for document in engine.parse(Device(id="device"), artifacts, [], platform)}


def value(document: FactsDocument, key: str) -> Any:
    """Return the fact of a stable key such as `interfaces[Vlan30]/acl_in`; MISSING when it is not known."""
    pointers = {stable: pointer for pointer, stable in document.keys.items()}
    known = max((stable for stable in pointers if key == stable or key.startswith(stable + "/")), key=len, default="")
    rest = key[len(known) :].strip("/")
    node: Any = document.facts
    for part in [*pointers.get(known, "").split("/")[1:], *(rest.split("/") if rest else ())]:
        if isinstance(node, list):
            node = node[int(part)] if part.isdigit() and int(part) < len(node) else MISSING
        elif isinstance(node, dict):
            node = node.get(part, MISSING)
        else:
            return MISSING
    return node
