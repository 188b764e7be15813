"""Register files as people write them: values read, and one clear line for each bad cell."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from infra_audit import resources, yamlfile
from infra_audit.cli.run import error_text
from infra_audit.errors import InputError
from infra_audit.registers.definitions import definitions
from infra_audit.registers.reading import read, read_zones

HERE = Path(__file__).parent
GOOD = sorted((HERE / "good").glob("*.yaml"))
BAD = sorted((HERE / "bad").glob("*.yaml"))
ENCODINGS = ("utf-8", "utf-8-sig", "cp932")


def ids(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def write(folder: Path, data: Any, encoding: str) -> Path:
    path = folder / str(data["file"])
    path.write_bytes(str(data["text"]).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("path", GOOD, ids=ids(GOOD))
def test_good(path: Path, encoding: str, tmp_path: Path) -> None:
    data = yamlfile.load(path)
    file = write(tmp_path, data, encoding)
    register = read(tmp_path)[file.stem]
    assert [dict(row.values) for row in register.rows] == data["rows"]
    assert [row.place for row in register.rows] == data["places"]
    assert register.as_of == (dt.date.fromisoformat(data["as_of"]) if data["as_of"] else None)


@pytest.mark.parametrize("path", BAD, ids=ids(BAD))
def test_bad(path: Path, tmp_path: Path) -> None:
    data = yamlfile.load(path)
    file = write(tmp_path, data, data.get("encoding", "utf-8"))
    with pytest.raises(InputError) as caught:
        read_zones(file) if file.stem == "zones" else read(tmp_path)
    found = [caught.value, *caught.value.others]
    assert [error_text(error, "ja").split("\n")[0] for error in found] == [
        text.replace("{file}", str(file)) for text in data["errors"]
    ]
    for error in found:
        for lang in ("ja", "en"):
            what, advice = error_text(error, lang).split("\n")
            assert str(file) in what
            assert advice.strip()
    assert caught.value.exit_code == 4


def test_two_files_of_one_register(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text("id,device,purpose\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text("[]\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"register\.twice"):
        read(tmp_path)


def test_every_bad_cell_of_every_register_is_told(tmp_path: Path) -> None:
    (tmp_path / "contracts.csv").write_text("number,title,until\na,b,c\n", encoding="utf-8")
    (tmp_path / "flows.csv").write_text("id,device,purpose,valid_until\na,b,c,d\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert [Path(str(error.fields["file"])).stem for error in (caught.value, *caught.value.others)] == [
        "contracts",
        "flows",
    ]


@pytest.mark.parametrize("name", definitions())
def test_definitions(name: str) -> None:
    """Titles and headings in both languages; a heading means one column; the key is made of columns."""
    definition = definitions()[name]
    assert set(definition.title) == {"ja", "en"}
    names = [column.name for column in definition.columns]
    assert set(definition.key) <= set(names)
    for column in definition.columns:
        assert set(column.heading) == {"ja", "en"}
        for heading in (column.name, *column.heading.values()):
            assert [other.name for other in definition.columns if other.is_called(heading)] == [column.name]


def test_the_facts_know_every_register() -> None:
    schema = json.loads((resources.root("schemas") / "facts" / "registers.schema.json").read_text("utf-8"))
    assert set(schema["properties"]) == {*definitions(), "zones"}


def test_the_example_city_has_registers_without_a_mistake() -> None:
    city = Path(str(resources.root("inventories"))) / "example-city"
    registers = read(city / "registers")
    assert {name for name, register in registers.items() if register.as_of is None} == set()
    assert {row.get("device") for row in registers["assets"].rows} > {"core-sw1", "fw1", "kikan-sv1"}
    assert read_zones(city / "zones.yaml").of_prefix("10.10.1.1/24") is not None
