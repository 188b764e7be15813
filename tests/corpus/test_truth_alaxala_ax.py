"""Answers of ALAXALA switches against the templates that the vendor published with them."""

import pytest

from infra_audit import yamlfile
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, main_text

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

NAME = "alaxala_ax"
FOLDER = TRUTH / "ax_textfsm"
LONG = {"geth": "gigabitethernet", "tengeth": "tengigabitethernet"}
"""How the names of the answer are written in a configuration."""
IN_USE = {"up": True, "down": False, "inact": False}


def test_ports() -> None:
    told = Agreement("show port (alaxala_ax, ax_textfsm)")
    for path in sorted(FOLDER.glob("*/*_show_port/*.parsed")):
        facts = main_text(NAME, ['hostname "x"'], ports=lines_of(path.with_suffix(".raw")))["device"].facts
        seen = {port["name"]: port for port in facts["interfaces"]}
        wanted = yamlfile.load(path)
        names = []
        for entry in wanted:
            letters = entry["NAME"].rstrip("0123456789/")
            name = LONG[letters] + entry["NAME"].removeprefix(letters)
            names.append(name)
            port = seen.get(name, {})
            told.compare(path.name, "link", name, port.get("link_seen", MISSING), entry["LINK_STATUS"])
            told.compare(path.name, "in use", name, port.get("in_use", MISSING), IN_USE[entry["LINK_STATUS"]])
        told.compare(path.name, "ports", "", list(seen), names)
    told.close(least={"ports": 2, "link": 100, "in use": 100})


def test_model_and_software() -> None:
    told = Agreement("show system (alaxala_ax, ax_textfsm)")
    path = FOLDER / "ax_ax3600/ax_ax3600_show_system/ax_ax3600_show_system.parsed"
    facts = main_text(NAME, ['hostname "x"'], system=lines_of(path.with_suffix(".raw")))["device"].facts
    (wanted,) = yamlfile.load(path)
    told.compare(path.name, "model", "", facts["system"].get("model", MISSING), wanted["MODEL"])
    told.compare(path.name, "software", "", facts["system"].get("os_version", MISSING), wanted["OS_VERSION"])
    told.close(least={"model": 1, "software": 1})


def test_power_fans_and_temperature_of_the_published_answers() -> None:
    """The templates of the vendor leave these out; the answers themselves say them."""
    found = {
        path.parent.parent.name: main_text(NAME, ['hostname "x"'], system=lines_of(path))["device"].facts["environment"]
        for path in sorted(FOLDER.glob("*/*_show_system/*.raw"))
    }
    states = {
        model: {
            kind: [(item["name"], item["state"]) for item in items]
            for kind, items in environment.items()
            if isinstance(items, list)
        }
        for model, environment in found.items()
    }
    both = [("1", "ok"), ("2", "ok")]
    assert states == {
        "ax_ax2500": {"fans": both, "power_supplies": both, "temperatures": both},
        "ax_ax3600": {
            "power_supplies": both,
            "fans": [("Fan1(1)", "ok"), ("Fan2(1)", "ok"), ("Fan3(1) , Fan3(2) , Fan3(3) , Fan3(4)", "ok")],
            "temperatures": [("Main board", "ok")],
        },
    }
    assert found["ax_ax3600"]["temperatures"][0]["celsius"] == 28
