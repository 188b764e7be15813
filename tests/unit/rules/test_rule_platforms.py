"""Every rule says something of every platform: pass, fail, or why neither."""

from itertools import islice

import pytest
from docs.rule_platforms import cases, documents, samples, unexplained

from infra_audit import catalogue
from infra_audit.baselines import loader
from infra_audit.baselines.engine import Engine
from infra_audit.model.evidence import Artifact
from infra_audit.model.platform import Platform
from tests.conftest import CORPUS, FULL

BASELINE = loader.load()
ENGINE = Engine(BASELINE)
PLATFORMS = [pytest.param(platform, id=name) for name, platform in sorted(catalogue.platforms().items())]


def check(platform: Platform, artifacts: list[Artifact]) -> None:
    for document in documents(platform, artifacts):
        assert unexplained(BASELINE.rules, list(ENGINE.judge(document))) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_rule_is_unexplained_on_a_text_of_the_tests(platform: Platform) -> None:
    found = list(islice(cases(platform), None if FULL else 1))
    assert found, "a platform without a case"
    for artifacts in found:
        check(platform, artifacts)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")
@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_rule_is_unexplained_on_a_real_configuration(platform: Platform) -> None:
    for artifacts in islice(samples(platform), None if FULL else 2):
        check(platform, artifacts)
