"""The shipped playbooks and the scripts they carry to a host."""

import shlex
from pathlib import Path

import pytest

from infra_audit import resources

PLAYBOOKS = Path(str(resources.root("playbooks")))
SCRIPTS = sorted(PLAYBOOKS.glob("*.sh"))
ARGUMENT_LIMIT = 128 * 1024
"""Linux takes no longer single argument."""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.name)
def test_a_script_fits_into_one_argument(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert len(text.encode()) < 96 * 1024
    # Quoted for the shell once by sudo's, once by the connection's command line.
    assert len(shlex.quote(shlex.quote(text)).encode()) < ARGUMENT_LIMIT - 1024


def test_one_task_reaches_the_host() -> None:
    text = (PLAYBOOKS / "collect_linux.yml").read_text(encoding="utf-8")
    assert text.count("ansible.builtin.raw:") == 1
    assert text.count("- name:") == 3, "the play, what is prepared here, and the one task on the host"
    assert "gather_facts: false" in text
