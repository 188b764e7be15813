"""Platform folders that somebody else wrote: what is wrong is told before anything is read by it."""

from pathlib import Path

import pytest

from infra_audit import catalogue
from infra_audit.errors import PlatformError
from infra_audit.parsers.lint import lint

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
