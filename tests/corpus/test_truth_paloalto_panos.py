"""PAN-OS: facts against what napalm and netutils made of the same texts."""

import json

import pytest

from infra_audit.parsers.splitters.quotes import split_words
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, parsed

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]


def test_interfaces_of_napalm() -> None:
    agreement = Agreement("paloalto_panos against get_interfaces of napalm")
    for folder in sorted((TRUTH / "napalm" / "panos" / "get_interfaces").iterdir()):
        truth = json.loads((folder / "expected_result.json").read_text("utf-8"))
        lines = lines_of(folder / "running_config.xml")
        facts = next(iter(parsed("paloalto_panos", config=lines).values())).facts
        ours = {entry["name"]: entry for entry in facts.get("interfaces", ())}
        for name, wanted in truth.items():
            if name in ours:
                found = ours[name].get("description", MISSING)
                agreement.compare(folder.name, "description", name, found or "", wanted["description"])
    agreement.close(least={"description": 1})


def test_lines_of_netutils() -> None:
    agreement = Agreement("paloalto_panos against the lines that netutils reads")
    for path in sorted((TRUTH / "netutils_parser" / "paloalto_panos").glob("*.sent.txt")):
        wanted = json.loads(path.with_name(path.name.replace(".sent.txt", ".lines.json")).read_text("utf-8"))
        facts = next(iter(parsed("paloalto_panos", config=lines_of(path)).values())).facts
        for entry in wanted:
            words = split_words(entry["config_line"])
            if words[:4] == ["set", "deviceconfig", "system", "hostname"]:
                found = facts.get("system", {}).get("hostname", MISSING)
                agreement.compare(path.name, "hostname", "", found, words[4])
            if words[:4] == ["set", "deviceconfig", "system", "domain"]:
                found = facts.get("system", {}).get("domain", MISSING)
                agreement.compare(path.name, "domain", "", found, words[4])
    agreement.close(least={"hostname": 3})
