"""`check` over real configurations: every file judged or reported with a reason, and the same bytes twice."""

import json
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import CORPUS, FULL
from tests.scenarios.cli import Result, run

PLATFORMS = ("cisco_ios", "fortinet", "yamaha")
SAMPLE = 25
"""Files a platform in `make test`; all of them in `make test-full`."""

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The three platforms' folders, or a fixed sample of each."""
    if FULL:
        return [CORPUS / name for name in PLATFORMS]
    root = tmp_path_factory.mktemp("corpus")
    for name in PLATFORMS:
        files = sorted(p for p in (CORPUS / name).iterdir() if p.is_file())
        (root / name).mkdir()
        for path in random.Random(name).sample(files, min(SAMPLE, len(files))):
            shutil.copy(path, root / name / path.name)
    return [root / name for name in PLATFORMS]


def _check(folders: list[Path], *arguments: str) -> Result:
    return run("check", *folders, "--format", "json", *arguments, timeout=3000)


@pytest.mark.full
@pytest.mark.parametrize("complete", [False, True], ids=["as it is", "complete"])
def test_every_file_is_judged_or_reported(complete: bool, folders: list[Path]) -> None:
    arguments = ["--complete"] if complete else []
    first, second = _check(folders, *arguments), _check(folders, *arguments)
    assert "Traceback" not in first.err
    assert first.status in (1, 3)
    assert first.out == second.out, "the same input must give the same bytes"
    records = [json.loads(line) for line in first.out.splitlines()]
    subjects = {r["subject"]["id"] for r in records}
    files = [p for folder in folders for p in folder.rglob("*") if p.is_file()]
    devices = {r["subject"].get("device", r["subject"]["id"]) for r in records}
    assert len(devices) == len(files)
    per_subject = Counter(r["subject"]["id"] for r in records)
    assert len(set(per_subject.values())) == 1, "every subject has one finding a rule"
    for record in records:
        assert record["verdict"] != "no_evidence" or record["reason"], record["rule"]
        assert record["verdict"] != "pass" or record["evidence"], f"a pass without evidence: {record['rule']}"
        assert record["verdict"] != "fail" or any(i["evidence"] for i in record["items"]), record["rule"]
    print(len(subjects), "subjects", dict(sorted(Counter(r["verdict"] for r in records).items())))
