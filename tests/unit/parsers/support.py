"""What the parser tests share: the small platforms beside them, and artefacts made of text."""

from functools import cache
from pathlib import Path
from typing import Any

from infra_audit import yamlfile
from infra_audit.model.acknowledgement import Acknowledgement
from infra_audit.model.device import Device
from infra_audit.model.evidence import Artifact, Completeness, NotCollected
from infra_audit.model.facts import FactsDocument
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason
from infra_audit.parsers import engine

HERE = Path(__file__).parent
FOLDER = HERE / "platforms"


@cache
def platform(name: str) -> Platform:
    return Platform(name, FOLDER / name, yamlfile.load(FOLDER / name / "platform.yaml"))


def changed(name: str, folder: Path | None = None, **data: Any) -> Platform:
    """A test platform with other contents of platform.yaml, and perhaps other templates."""
    base = platform(name)
    return Platform(name, folder or base.folder, {**base.data, **data})


def artifact(text: str, source: str, **values: Any) -> Artifact:
    lines = tuple(text.removesuffix("\n").split("\n"))
    given: dict[str, Any] = {"complete": Completeness.YES, "name": source, **values}
    return Artifact(
        device="d",
        source=source,
        lines=lines,
        sha256="0",
        source_sha256="0",
        encoding="utf-8",
        collector="files",
        **given,
    )


def documents(
    on: Platform,
    text: str,
    *,
    others: tuple[Artifact, ...] = (),
    missing: tuple[NotCollected, ...] = (),
    acknowledgements: tuple[Acknowledgement, ...] = (),
    **values: Any,
) -> list[FactsDocument]:
    main = artifact(text, on.main_source, **values)
    return list(engine.parse(Device(id="d"), [main, *others], missing, on, acknowledgements=acknowledgements))


def document(on: Platform, text: str, **values: Any) -> FactsDocument:
    (found,) = documents(on, text, **values)
    return found


def states(found: FactsDocument) -> dict[str, str]:
    return {
        name: str(coverage.state) for name, coverage in found.coverage.items() if str(coverage.state) != "not_written"
    }


def not_collected(source: str, code: str = "collect.refused") -> NotCollected:
    return NotCollected(device="d", source=source, reason=Reason(code))
