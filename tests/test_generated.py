"""Generated pages are those that `make docs` would make now."""

from pathlib import Path

import pytest
from docs.generate import ROOT, pages, stale

PAGES = pages()


@pytest.mark.parametrize("path", sorted(PAGES), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_page_is_stale(path: Path) -> None:
    assert path.read_text("utf-8") == PAGES[path], "stale: run `make docs`"


def test_no_page_of_what_is_gone() -> None:
    assert stale(PAGES) == [], "run `make docs`"
