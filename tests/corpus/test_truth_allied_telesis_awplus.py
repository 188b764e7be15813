"""Link state of AlliedWare Plus interfaces against ntc-templates."""

import pytest

from infra_audit import yamlfile
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, main_text

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

NAME = "allied_telesis_awplus"


def test_links() -> None:
    told = Agreement("show interface (allied_telesis_awplus, ntc-templates)")
    for path in sorted((TRUTH / "ntc_templates" / NAME / "show_interface").glob("*.yml")):
        facts = main_text(NAME, ["hostname x"], interfaces=lines_of(path.with_suffix(".raw")))["device"].facts
        seen = {port["name"]: port for port in facts["interfaces"]}
        wanted = yamlfile.load(path)["parsed_sample"]
        told.compare(path.name, "interfaces", "", list(seen), [entry["interface"] for entry in wanted])
        for entry in wanted:
            port = seen.get(entry["interface"], {})
            told.compare(path.name, "link", entry["interface"], port.get("link_seen", MISSING), entry["link_status"])
            told.compare(path.name, "in use", entry["interface"], port.get("in_use"), entry["link_status"] == "UP")
    told.close(least={"interfaces": 1, "link": 8, "in use": 8})
