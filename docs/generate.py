"""Make what is generated anew: the README's picture, the sample report, a page a platform and a clause. `make docs`; a test finds stale ones."""

import re
import subprocess
import sys
from collections.abc import Container
from pathlib import Path

from docs import picture
from infra_audit import catalogue, resources
from infra_audit.baselines import loader, standards
from infra_audit.cli import clause_page, platform_page

ROOT = Path(__file__).resolve().parents[1]
CITY = ROOT / "inventories" / "example-city" / "devices"
SAMPLE = ("acc-sw-mn2/running-config.txt", "--zone", "mynumber", "--complete", "--as-of", "2026-04-01")
"""The switch of the example city with the most findings; its rules on console, remote access and ports are in scope."""
SCOPE = ("mic-r8:4.2", "mic-r8:4.3", "mic-r8:6.5")


def pages() -> dict[Path, str]:
    """Return every generated file with its text."""
    return {
        ROOT / "docs" / "check.svg": picture.make(),
        ROOT / "reports" / "sample" / "findings.ja.md": _report("ja"),
        ROOT / "reports" / "sample" / "findings.en.md": _report("en"),
        **_platforms(),
        **_clauses(),
        WITHOUT_RULE: _without_rule(),
    }


PLATFORMS = ROOT / "docs" / "platforms"


def _platforms() -> dict[Path, str]:
    """Return the page of every built-in platform, and the index of them."""
    known = {
        name: p for name, p in catalogue.platforms().items() if str(p.folder).startswith(str(resources.platforms()))
    }
    found = {PLATFORMS / f"{name}.md": platform_page.markdown(platform) for name, platform in known.items()}
    return {**found, PLATFORMS / "README.md": platform_page.index(known)}


RULES = ROOT / "docs" / "rules"
WITHOUT_RULE = ROOT / "schemas" / "standards" / standards.CONDITIONS / "without-rule.yaml"
BY_HAND = {RULES / "platforms.md"}
"""Pages among the generated ones that another command writes."""


def _clauses() -> dict[Path, str]:
    """Return the page of every clause that has something to check or to ask, and the index."""
    areas = platform_page.areas(catalogue.platforms())
    pages = clause_page.Pages(standards.load(), loader.load(), standards.without_rule(), areas)
    return {RULES / name: text for name, text in pages.all().items()}


def _without_rule() -> str:
    """Return the list of conditions that no rule judges, without those that got one."""
    covered = {condition for rule in loader.load().rules for condition in rule.conditions}
    lines = WITHOUT_RULE.read_text("utf-8").splitlines(keepends=True)
    kept = "".join(line for line in lines if line.strip().removeprefix("- ").strip('"') not in covered)
    # A reason that no condition is left for goes with them.
    return re.sub(r"^  \w+:\n    because: .*\n    conditions:\n(?!      - )", "", kept, flags=re.MULTILINE)


def _report(lang: str) -> str:
    scope = [word for clause in SCOPE for word in ("--clauses", clause)]
    command = [sys.executable, "-m", "infra_audit", "check", *SAMPLE, *scope, "--format", "markdown", "--lang", lang]
    return subprocess.run(command, cwd=CITY, capture_output=True, text=True, check=False, encoding="utf-8").stdout


def stale(made: Container[Path]) -> list[Path]:
    """Return the pages of platforms and clauses that are gone."""
    found = [*PLATFORMS.glob("*.md"), *RULES.glob("*.md")]
    return [path for path in found if path not in made and path not in BY_HAND]


def main() -> None:
    """Write all pages, and remove those of platforms and clauses that are gone."""
    made = pages()
    for path in stale(made):
        path.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
