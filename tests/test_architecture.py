"""Import direction and third-party fences: the map in ARCHITECTURE.md, held by machine."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "src" / "infra_audit"

# Lowest first; two names of one layer may not import each other.
LAYERS: list[tuple[str, ...]] = [
    ("errors", "__version__"),
    ("cache",),
    ("yamlfile", "xlsxfile"),
    ("resources", "literals", "texts", "secret", "registry", "private_folder", "time_limit"),
    ("model",),
    ("catalogue", "ansible_call"),
    (
        "inventory",
        "collectors",
        "snapshot",
        "parsers",
        "attestations",
        "registers",
        "network_view",
        "baselines",
        "diff",
        "reports",
    ),
    ("config",),
    ("pipeline",),
    ("testing",),
    ("cli",),
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

# Third-party library -> the only places that may import it.
FENCES = {
    "netmiko": ("collectors/network",),
    "paramiko": ("collectors/network",),
    "ansible_runner": ("ansible_call.py",),
    "ttp": ("parsers/",),
    "jsonschema_rs": (
        "catalogue.py",
        "attestations/",
        "baselines/",
        "inventory/",
        "snapshot/",
        "parsers/",
        "registers/",
        "testing/",
        "config.py",
    ),
    "jsonschema": ("baselines/",),
    "referencing": ("baselines/",),
    "tabulate": ("reports/",),
    "xlsxwriter": ("reports/", "attestations/form_xlsx.py", "inventory/ledger/form.py"),
    "openpyxl": ("xlsxfile.py",),
    "click": ("cli/",),
    "rich": ("cli/",),
    "yaml": ("yamlfile.py",),
    "asyncssh": ("testing/",),
}
# Imported only inside the function that needs them, so that `--help` and offline commands do without.
LAZY = ("netmiko", "paramiko", "ansible_runner", "ttp", "jsonschema", "xlsxwriter", "openpyxl", "asyncssh", "rich")

FILES = sorted(ROOT.rglob("*.py"))


def _imports(path: Path) -> Iterator[tuple[str, bool]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "infra_audit"
                else [node.module]
            )
            for name in names:
                assert name is not None
                yield name, id(node) in top


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    stage = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if stage in ("__init__", "__main__"):
        return
    assert stage in RANK, f"{stage} has no layer: add it to ARCHITECTURE.md and to this test"
    for name, _ in _imports(path):
        parts = name.split(".")
        if parts[0] != "infra_audit" or len(parts) < 2 or parts[1] == stage:
            continue
        assert RANK[parts[1]] < RANK[stage], f"{stage} must not import {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_third_party_libraries_stay_in_their_fence(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for name, at_top in _imports(path):
        library = name.split(".")[0]
        if library in FENCES:
            assert place.startswith(FENCES[library]), f"{library} may not be imported in {place}"
        if library in LAZY:
            assert not at_top, f"{place} imports {library} when it is loaded"


def test_platform_folders_hold_no_code() -> None:
    assert not list((ROOT / "platforms").rglob("*.py"))


def test_no_vendor_in_code() -> None:
    """Law 8: vendor knowledge is in files. A platform's name in Python would be a branch on it."""
    vendors = [p.name for p in (ROOT / "platforms").iterdir() if p.is_dir() and p.name != "linux"]
    offenders = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare):
                constants = [c.value for c in ast.walk(node) if isinstance(c, ast.Constant)]
                offenders += [f"{path}:{node.lineno}" for c in constants if c in vendors]
    assert not offenders
