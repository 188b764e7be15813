"""All derive steps by the name that platform.yaml uses."""

from collections.abc import Mapping

from infra_audit.parsers.derive import Step
from infra_audit.parsers.derive.contains import ANY_CONTAINS

STEPS: Mapping[str, Step] = {
    "any_contains": ANY_CONTAINS,
}
