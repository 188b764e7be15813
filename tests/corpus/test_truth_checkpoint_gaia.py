"""Facts of Check Point Gaia against what the same devices say of themselves."""

import pytest

from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, main_text, truths

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

UNSET = ("", "Not Configured", "Not configured")


def shown_interfaces(text: str) -> dict[str, dict[str, str]]:
    """The blocks of `show interfaces all`, each as its words and values."""
    found: dict[str, dict[str, str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("Interface "):
            name = line.split()[1]
            found[name] = {}
        elif name and line.startswith("    ") and ":" not in line.split()[0]:
            word, _, value = line.strip().partition(" ")
            found[name].setdefault(word, value.strip())
    return found


def test_interfaces_and_version() -> None:
    told = Agreement("checkpoint_gaia against show interfaces all and show version all")
    for path, truth in truths("lab_validation", "*checkpoint*.json"):
        if truth["os"] != "checkpoint_gw":
            continue
        outputs, file = truth["outputs"], path.stem
        version = outputs["show version all"].splitlines()
        document = main_text("checkpoint_gaia", lines_of(CORPUS / truth["corpus_file"]), version=version)["device"]
        release = next(line for line in version if line.startswith("Product version ")).split()[-1]
        told.compare(file, "os_version", "", document.facts["system"].get("os_version", MISSING), release)
        shown = shown_interfaces(outputs["show interfaces all"])
        ours = {i["name"]: i for i in document.facts["interfaces"]}
        for name, port in ours.items():
            told.compare(file, "name", name, name in shown, True)
            said = shown.get(name, {})
            if "enabled" in port:
                told.compare(file, "enabled", name, port["enabled"], said["state"] == "on")
            address = said["ipv4-address"]
            told.compare(file, "addresses", name, port.get("addresses", MISSING), [] if address in UNSET else [address])
            told.compare(file, "description", name, port.get("description", MISSING), said["comments"] or None)
    told.close(least={"os_version": 5, "name": 30, "enabled": 30, "addresses": 30, "description": 30})
