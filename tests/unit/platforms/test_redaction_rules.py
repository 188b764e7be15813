"""Every redaction rule of every platform, by the example that stands beside it."""

import pytest

from infra_audit import catalogue
from infra_audit.model.platform import Platform
from infra_audit.snapshot.redact import Redactor

RULES = [(platform, rule) for platform in catalogue.platforms().values() for rule in platform.data.get("secrets", ())]
NAMES = [f"{platform.name}-{rule['example'].split()[0]}" for platform, rule in RULES]


@pytest.mark.parametrize(("platform", "rule"), RULES, ids=NAMES)
def test_example(platform: Platform, rule: dict[str, str]) -> None:
    redacted = "\n".join(Redactor(platform).redact(rule["example"].split("\n")).lines)
    assert redacted == rule["expected"]
