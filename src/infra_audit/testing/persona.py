"""How the devices of one platform talk, as data: persona.yaml of a platform folder."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

from infra_audit import resources, yamlfile
from infra_audit.errors import PlatformError


@dataclass(frozen=True, slots=True)
class Persona:
    """Prompts, answers and habits of one platform; the schema is schemas/persona.schema.json."""

    data: Mapping[str, Any]

    @property
    def platform(self) -> str:
        """Return the platform's name."""
        name: str = self.data["platform"]
        return name

    def prompt(self, hostname: str, *, privileged: bool) -> str:
        """Return the prompt of a device in one of its two modes."""
        prompts = self.data["prompts"]
        template: str = prompts.get("privileged", prompts["first"]) if privileged else prompts["first"]
        return template.replace("{hostname}", hostname)

    def needs_privilege(self, command: str) -> bool:
        """Return whether the command is refused before the enable command."""
        pattern = self.data.get("privileged_only")
        return pattern is not None and re.search(pattern, command) is not None


def load(folder: Traversable) -> Persona:
    """Return the persona of a platform folder. Raises PlatformError when its file is missing or wrong."""
    file = folder / "persona.yaml"
    if not file.is_file():
        raise PlatformError("platform.no_persona", folder=str(folder))
    data = yamlfile.load(file)
    error = next(iter(_validator().iter_errors(data)), None)
    if error is not None:
        place = "/".join(str(part) for part in error.instance_path)
        raise PlatformError("platform.invalid_persona", file=str(file), place=place, what=str(error.schema_path[-1]))
    return Persona(data)


@cache
def _validator() -> Any:
    import jsonschema_rs

    schema = json.loads((resources.root("schemas") / "persona.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)
