"""Platform folders that somebody else wrote: what is wrong is told before anything is read by it."""

import signal
from pathlib import Path

import pytest

from infra_audit import catalogue, time_limit
from infra_audit.config import Known, Settings
from infra_audit.errors import PlatformError
from infra_audit.model.facts import CoverageState, FactsDocument
from infra_audit.model.reason import Reason
from infra_audit.parsers.lint import lint
from infra_audit.pipeline import Audit

PLATFORM = """platform: minato_os
title: {ja: 湊, en: Minato}
os_family: minato
default_kind: switch
privilege: {ordinary: viewer, privileged: admin}
basis: {ja: 例, en: example}
detect: [{pattern: '^! MinatoOS ', weight: 5}]
sources:
  configuration:
    title: {ja: 設定, en: configuration}
    command: show configuration
    reveals: {ja: 設定, en: configuration}
    main: true
    syntax: indented
    end: '^end$'
secrets:
  - {pattern: '^password (?P<secret>[^ ]+)', kind: plain, example: password himitsu, expected: 'password SECRET:plain:1-7:uncommon'}
"""


def _folder(root: Path, text: str = PLATFORM, name: str = "minato_os") -> Path:
    (root / name).mkdir()
    (root / name / "platform.yaml").write_text(text, "utf-8")
    return root


def test_a_good_folder_is_taken(tmp_path: Path) -> None:
    assert "minato_os" in catalogue.platforms([_folder(tmp_path)])


@pytest.mark.parametrize(
    ("right", "wrong", "place", "what"),
    [
        ("'^! MinatoOS '", "'((^! MinatoOS '", "detect/0/pattern", "regular expression"),
        ("'^end$'", "'[end'", "sources/configuration/end", "regular expression"),
        ("(?P<secret>", "(?P<secret", "secrets/0/pattern", "regular expression"),
        ("platform: minato_os", "platform: cisco_ios", "platform", "cisco_ios"),
        ("weight: 5", "wieght: 5", "detect/0", "weight"),
    ],
)
def test_a_mistake_names_its_place(right: str, wrong: str, place: str, what: str, tmp_path: Path) -> None:
    assert right in PLATFORM
    with pytest.raises(PlatformError) as told:
        catalogue.platforms([_folder(tmp_path, PLATFORM.replace(right, wrong))])
    assert told.value.fields["place"] == place
    assert what in str(told.value.fields["what"])
    assert str(told.value.fields["file"]).endswith("minato_os/platform.yaml")


def test_the_folder_of_one_platform_is_not_taken_for_the_folder_above(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="none_in_folder"):
        catalogue.platforms([_folder(tmp_path) / "minato_os"])


def test_templates_without_a_platform_are_not_left_out_in_silence(tmp_path: Path) -> None:
    _folder(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.ttp").write_text("", "utf-8")
    with pytest.raises(PlatformError, match="other"):
        catalogue.platforms([tmp_path])


def test_a_template_that_is_no_text_is_a_finding_of_the_lint(tmp_path: Path) -> None:
    (_folder(tmp_path) / "minato_os" / "x.ttp").write_bytes(b"\xff\xfe\x00")
    (problem,) = lint(catalogue.platforms([tmp_path])["minato_os"])
    assert problem.artifact == "x.ttp"


@pytest.mark.parametrize("name", sorted(catalogue.platforms()))
def test_every_expression_of_the_platforms_compiles(name: str) -> None:
    assert list(catalogue.mistakes(catalogue.platforms()[name])) == []


TEMPLATE = '<doc>\nsections: ["hostname "]\nareas: [system]\n</doc>\n<group name="system**">\nhostname {{ hostname }}\n</group>\n'
RUNAWAY = "secrets:\n  - {pattern: '^remark (?:[^ ]+ ?)+ (?P<secret>x)$', kind: plain, example: remark a x, expected: 'remark a SECRET:plain:1-7:uncommon'}"
"""Needs years for a remark that does not end as it wants."""
SLOW_TEXT = "! MinatoOS 2.4\nhostname slow\nremark " + "a" * 60 + "!\nend\n"
GOOD_TEXT = "! MinatoOS 2.4\nhostname sw9\nend\n"


def _documents(root: Path, *texts: str) -> list[FactsDocument]:
    configs = root / "configs"
    configs.mkdir()
    for number, text in enumerate(texts, 1):
        (configs / f"sw{number}.cfg").write_text(text, "utf-8")
    audit = Audit(Settings(platforms=(root / "own",)))
    return list(audit.documents(audit.read([configs], Known(complete=True))))


def _own(root: Path, text: str = PLATFORM, template: str = TEMPLATE) -> Path:
    (root / "own").mkdir()
    (_folder(root / "own", text) / "minato_os" / "system.ttp").write_text(template, "utf-8")
    return root


IOS_TEXT = "version 15.2\nhostname sw\nno ip http server\nline vty 0 4\n transport input ssh\nend\n"


def test_a_wrong_template_costs_the_devices_of_its_platform_only(tmp_path: Path) -> None:
    _own(tmp_path, template=TEMPLATE.replace("hostname }}", "hostname | nosuch }}"))
    broken, good = _documents(tmp_path, GOOD_TEXT, IOS_TEXT)
    reason = broken.coverage["system"].reason
    given = {name for name, area in catalogue.areas().items() if area.schema.get("x-given")}
    read = {c.state for name, c in broken.coverage.items() if "/" not in name and name not in given}
    assert read == {CoverageState.UNREADABLE}
    assert reason is not None
    assert reason.code == "platform.wrong"
    assert reason.fields["file"] == "minato_os/system.ttp"
    assert (reason.fields["line"], reason.fields["what"]) == (6, "unknown function nosuch")
    assert good.coverage["system"].state is CoverageState.PARSED


def test_an_expression_that_runs_away_costs_one_device_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "SECONDS", 1)
    _own(tmp_path, PLATFORM.replace("secrets:", RUNAWAY))
    slow, good = _documents(tmp_path, SLOW_TEXT, GOOD_TEXT)
    assert slow.coverage["system"].reason == Reason("platform.too_long")
    assert good.facts["system"]["hostname"] == "sw9"


def test_a_template_that_runs_away_costs_one_device_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "SECONDS", 1)
    ignored = (
        "ignore:\n  irrelevant:\n    - {pattern: 'remark ((\\w| )+)+x', reason: a remark, example: remark x}\nsecrets:"
    )
    _own(tmp_path, PLATFORM.replace("secrets:", ignored))
    slow, good = _documents(tmp_path, SLOW_TEXT, GOOD_TEXT)
    assert slow.coverage["system"].reason == Reason("platform.too_long")
    assert good.facts["system"]["hostname"] == "sw9"


def test_the_lint_sees_an_expression_that_may_run_away(tmp_path: Path) -> None:
    _own(tmp_path, PLATFORM.replace("secrets:", RUNAWAY))
    found = lint(catalogue.platforms([tmp_path / "own"])["minato_os"])
    assert [(p.artifact, p.reason.code, p.reason.fields["name"]) for p in found] == [
        ("platform.yaml", "parse.lint.nested_quantifier", "secrets/0/pattern")
    ]


def test_the_limit_of_one_device_does_not_reach_the_next() -> None:
    with time_limit.limited(0):
        pass
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0
