"""The texts of the cases against the programs that write them: vtysh, nft and iptables, in a network namespace of their own."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from tests.unit.platforms import case as cases

HERE = Path(__file__).parent
FOLDERS = sorted(path.parent for path in HERE.glob("*/expected.json"))
_IN_NAMESPACE = ("unshare", "--net")


def needed(*programs: str) -> None:
    """Skip with the reason when a program is not installed or may not be used."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {' '.join(missing)}")


def namespace(*programs: str) -> None:
    """Skip with the reason when no network namespace can be made."""
    needed("unshare", *programs)
    if os.geteuid() != 0:
        pytest.skip("rule sets are loaded by root only")
    if subprocess.run([*_IN_NAMESPACE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no network namespace can be made here")


def acls(source: str, text: str) -> Any:
    """The filters that we read from one text."""
    platform = catalogue.platforms()["linux_frr"]
    return cases.parse(platform, {source: text.splitlines()})["device"].facts["acls"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_vtysh_takes_every_line_of_a_case(folder: Path, tmp_path: Path) -> None:
    needed("vtysh")
    lines = (folder / "running-config.txt").read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("frr version"))
    whole = tmp_path / "frr.conf"
    whole.write_text("\n".join(line for line in lines[first:] if line != "end") + "\n", "utf-8")
    answer = subprocess.run(["vtysh", "-C", "-f", str(whole)], check=False, capture_output=True, text=True)
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")
    whole.write_text("frobnicate the widget\n", "utf-8")
    assert subprocess.run(["vtysh", "-C", "-f", str(whole)], check=False, capture_output=True).returncode != 0


def test_nft_lists_what_we_read() -> None:
    namespace("nft")
    text = (HERE / "branch-router" / "nftables.txt").read_text("utf-8")
    listed = subprocess.run(
        [*_IN_NAMESPACE, "sh", "-c", "nft -f /dev/stdin && nft -n -s list ruleset"],
        input=text,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert len(listed.splitlines()) == len(text.splitlines())
    assert acls("nftables", listed) == acls("nftables", text)


@pytest.mark.parametrize("tool", ["iptables", "ip6tables"])
def test_iptables_saves_what_we_read(tool: str) -> None:
    namespace(f"{tool}-restore", f"{tool}-save")
    text = (HERE / "loose-router" / f"{tool}.txt").read_text("utf-8")
    saved = subprocess.run(
        [*_IN_NAMESPACE, "sh", "-c", f"{tool}-restore && {tool}-save"],
        input=text,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    def by_name(found: Any) -> dict[str, Any]:
        return {acl["name"]: acl for acl in found}

    assert by_name(acls(tool, saved)) == by_name(acls(tool, text))
