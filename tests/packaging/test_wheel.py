"""Wheel, sdist-built wheel and editable install all carry every schema, playbook, platform file and text."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = {"schemas": "schemas", "playbooks": "playbooks", "inventories/example-city": "inventories/example-city"}


def _expected() -> set[str]:
    """Names inside the package that the checkout says must be there."""
    names = set()
    for folder, place in SHIPPED.items():
        names |= {f"infra_audit/_data/{place}/{p.relative_to(ROOT / folder).as_posix()}" for p in _files(ROOT / folder)}
    package = ROOT / "src" / "infra_audit"
    return names | {f"infra_audit/{p.relative_to(package).as_posix()}" for p in _files(package)}


def _files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts and p.name != ".gitignore"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    for arguments in (["--sdist"], ["--wheel"]):
        _python("-m", "build", "--no-isolation", "--outdir", str(out), *arguments, str(ROOT))
    return out


def _python(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {n for n in archive.namelist() if not n.endswith("/") and ".dist-info/" not in n}


def test_wheel_from_the_checkout(built: Path) -> None:
    assert _names(next(built.glob("*.whl"))) == _expected()


def test_wheel_from_the_sdist(built: Path, tmp_path: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = next(tmp_path.glob("infra_audit-*"))
    _python("-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path / "again"), str(unpacked))
    assert _names(next((tmp_path / "again").glob("*.whl"))) == _expected()


@pytest.mark.parametrize("how", ["editable", "zipped wheel"])
def test_resources_are_found(how: str, built: Path) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from infra_audit import resources, texts\n"
        "print(len(list((resources.root('schemas') / 'facts').iterdir())))\n"
        "print((resources.root('playbooks')).is_dir(), (resources.root('inventories') / 'example-city').is_dir())\n"
        "print(texts.text('reports', 'verdict.no_evidence', 'ja'), (resources.platforms()).is_dir())\n"
    )
    path = [str(next(built.glob("*.whl")))] if how == "zipped wheel" else []
    facts, shipped, text = _python("-c", code, *path).splitlines()
    assert int(facts) == len(list((ROOT / "schemas" / "facts").iterdir()))
    assert shipped == "True True"
    assert text == "証跡なし True"
