"""The file of acknowledged lines."""

from pathlib import Path

import pytest

from infra_audit.errors import InputError
from infra_audit.parsers.acknowledge import in_force, load

GOOD = 'acknowledgements:\n  - {pattern: "frob .*", reason: 確認済み, who: kanri, until: "2027-03-31"}\n'


def test_load_and_dates(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(GOOD, "utf-8")
    found = load(path)
    assert [(a.pattern, a.reason, a.who, a.until) for a in found] == [("frob .*", "確認済み", "kanri", "2027-03-31")]
    assert in_force(found, "2027-03-31") == found
    assert in_force(found, "2027-04-01") == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("acknowledgements: 1\n", "acknowledgements"),
        (GOOD.replace('"2027-03-31"', '"March"'), "acknowledgements/0/until"),
        (GOOD.replace("frob .*", "("), "acknowledgements/0/pattern"),
        (GOOD.replace("who: kanri, ", ""), "acknowledgements/0"),
        ("{}\n", ""),
    ],
)
def test_a_wrong_file_is_told_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.code == "acknowledgement.invalid"
    assert caught.value.fields["place"] == place
