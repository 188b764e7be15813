"""Settings: flags over infra-audit.yaml over defaults, as one frozen value.

infra-audit.yaml is read only when it is named (`--config` or INFRA_AUDIT_CONFIG): an audit must be repeatable from its
command line, and a file in the working folder must not be able to bring templates, which are code.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from infra_audit import resources, yamlfile
from infra_audit.errors import ConfigError
from infra_audit.model.finding import Severity
from infra_audit.texts import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that changes how a run behaves, whatever it is run on."""

    lang: Language = "ja"
    config: Path | None = None
    """The file that was read, for errors."""
    platforms: tuple[Path, ...] = ()
    baselines: tuple[Path, ...] = ()
    parameters: Path | None = None
    acknowledgements: Path | None = None
    organisation: Mapping[str, Any] | None = None
    """id, and name by language; None = not said."""
    edition: str | None = None
    """Edition of the standards in force; None = that of the shipped catalogue."""
    resilience_model: str | None = None
    """alpha, alpha_prime, beta or beta_prime; None = not said."""
    overlays: tuple[Path, ...] = ()
    registers: Path | None = None
    register_max_age_days: Mapping[str, int] | None = None
    """Register -> days after which it tells nothing any more; None = as the joins say."""
    attestations: Path | None = None
    zones: Path | None = None
    waivers: tuple[Path, ...] = ()
    fail_on: Severity = Severity.LOW
    out: Path = Path("reports")
    known_hosts: Path | None = None
    record_first_use: bool = False
    max_sessions: int = 20
    max_sessions_per_zone: int = 5
    connect_timeout_seconds: float = 10.0
    command_timeout_seconds: float = 60.0
    organisation_key: Path | None = None
    engine: str = "fast"
    as_of: dt.date | None = None
    """Today, as far as rules are concerned; None = the day of the scan."""

    def key(self) -> bytes | None:
        """Return the organisation key. Raises ConfigError when its file cannot be read."""
        if self.organisation_key is None:
            return None
        try:
            return self.organisation_key.read_bytes().strip() or None
        except OSError as error:
            raise ConfigError("file.unreadable", file=str(self.organisation_key), what=type(error).__name__) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the operator says of plain files, which cannot say it themselves."""

    platform: str | None = None
    kind: str | None = None
    zones: tuple[str, ...] | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which rules count. What is outside is neither judged nor counted."""

    rules: tuple[str, ...] = ()
    """Rule ids or prefixes; () = all."""
    clauses: tuple[str, ...] = ()
    """Clause ids or prefixes; () = all."""


_PATHS = (
    "parameters",
    "acknowledgements",
    "registers",
    "attestations",
    "zones",
    "out",
    "known_hosts",
    "organisation_key",
)
_PATH_LISTS = ("platforms", "baselines", "overlays", "waivers")


def settings(file: Path | None, flags: Mapping[str, Any]) -> Settings:
    """Return the settings of a run. `flags` holds only what the command line says; it wins over the file.

    Raises ConfigError when the file cannot be read or does not follow schemas/config.schema.json.
    """
    values: dict[str, Any] = {**_read(file), "config": file} if file else {}
    values.update({name: value for name, value in flags.items() if value not in (None, ())})
    if "fail_on" in values:
        values["fail_on"] = Severity(values["fail_on"])
    known = {f.name for f in fields(Settings)}
    return Settings(**{name: value for name, value in values.items() if name in known})


def _read(file: Path) -> dict[str, Any]:
    import jsonschema_rs

    data = yamlfile.load(file) or {}
    schema = json.loads((resources.root("schemas") / "config.schema.json").read_text("utf-8"))
    error = next(iter(jsonschema_rs.validator_for(schema).iter_errors(data)), None)
    if error is not None:
        raise ConfigError("config.invalid", **yamlfile.mistake(file, error))
    for name in _PATHS:
        if name in data:
            data[name] = file.parent / data[name]
    for name in _PATH_LISTS:
        if name in data:
            data[name] = tuple(file.parent / folder for folder in data[name])
    return dict(data)
