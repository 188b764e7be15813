"""Facts of AOS-CX texts against what the same device says in the answers that stand before its configuration."""

import re

import pytest

from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, main_text

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

NAME = "aruba_aoscx"
SAID = re.compile(r"! (?P<name>[A-Z][A-Za-z -]+?) *: (?P<value>\S.*?) *")


def answers(lines: list[str]) -> dict[str, list[str]]:
    """The answers to other commands, which stand before the configuration as comments, by command."""
    found: dict[str, list[str]] = {"": []}
    command = ""
    for line in lines:
        if line.startswith("! show "):
            command = line.removeprefix("! ").strip()
        elif re.match(r"! (Management Modules|Hostname )", line):
            command = ""
        found.setdefault(command, []).append(line.removeprefix("!").removeprefix(" "))
    return found


def test_the_device_says_the_same_elsewhere() -> None:
    told = Agreement("show version, show system, show environment of the same device (aruba_aoscx)")
    for path in sorted((CORPUS / NAME).iterdir()):
        lines = lines_of(path)
        said = {m["name"]: m["value"] for line in lines if (m := SAID.fullmatch(line))}
        shown = answers(lines)
        configuration = [line for line in lines if not line.startswith("! ")]
        document = main_text(
            NAME,
            configuration,
            system=shown[""],
            fans=shown.get("show environment fan", []),
            power=shown.get("show environment power-supply", []),
        )["device"]
        facts, file = document.facts, path.name
        if "Hostname" in said and "system" in facts:
            told.compare(file, "hostname", "", facts["system"].get("hostname", MISSING), said["Hostname"])
            told.compare(file, "os_version", "", document.subject.get("version", MISSING), said["Version"])
            told.compare(file, "serial", "", document.subject.get("serial", MISSING), said["Chassis Serial Nbr"])
            told.compare(file, "model", "", document.subject.get("model", MISSING), said["Product Name"])
            zone = facts["system"].get("clock_timezone", MISSING)
            told.compare(file, "time zone", "", str(zone).lower(), said["Time Zone"].lower())
            for field, name in (("location", "System Location"), ("contact", "System Contact")):
                if facts["snmp"][field] is not None:
                    told.compare(file, field, "", facts["snmp"][field], said[name])
        states = {"ok": "ok", "OK": "ok", "Absent": "missing"}
        for command, area in (("show environment fan", "fans"), ("show environment power-supply", "power_supplies")):
            ours = {unit["name"]: unit["state"] for unit in facts.get("environment", {}).get(area, ())}
            for line in shown.get(command, ()):
                words = line.split()
                row = re.match(r"(\S+-)?\d+/\d+(/\d+)*$", words[0]) if len(words) in (7, 8) else None
                word = next((w for w in words[1:] if w in states), None)
                if row and word and "tray" not in line.lower():
                    told.compare(file, area, words[0], ours.get(words[0], MISSING), states[word])
    told.close(least={"hostname": 4, "os_version": 4, "serial": 4, "model": 4, "fans": 25, "power_supplies": 15})
