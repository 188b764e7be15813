"""Facts of ProCurve texts against napalm, and against what the same device says elsewhere."""

import pytest

from tests.conftest import CORPUS
from tests.corpus.truth_tools import MISSING, TRUTH, Agreement, lines_of, main_text, truths

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no truths at {TRUTH}")]

NAME = "hp_procurve"


def test_what_the_device_says_of_itself() -> None:
    told = Agreement("show system, show interfaces brief (hp_procurve, napalm)")
    for path, truth in truths("napalm/procurve/get_facts", "*/expected_result.json"):
        folder = path.parent
        brief = lines_of(folder / "show_interfaces_brief.txt")
        document = main_text(NAME, ["hostname x"], system=lines_of(folder / "show_system.txt"), interfaces_brief=brief)[
            "device"
        ]
        file = folder.name
        told.compare(file, "os_version", "", document.subject.get("version", MISSING), truth["os_version"])
        told.compare(file, "serial", "", document.subject.get("serial", MISSING), truth["serial_number"])
        told.compare(file, "hostname", "", document.facts["system"].get("hostname", MISSING), truth["hostname"])
        ports = {port["name"]: port for port in document.facts["interfaces"]}
        wanted = [name.partition("-")[0] for name in truth["interface_list"]]
        told.compare(file, "interfaces", "", list(ports), wanted)
        for line in brief:
            words = line.split()
            if len(words) > 5 and words[0].partition("-")[0] in ports:
                name = words[0].partition("-")[0]
                told.compare(file, "in use", name, ports[name].get("in_use", MISSING), words[5] == "Up")
    told.close(least={"os_version": 1, "serial": 1, "hostname": 1, "interfaces": 1, "in use": 48})


def test_time_servers_and_ports_of_the_device() -> None:
    told = Agreement("show sntp, and a plain reading of the VLANs (hp_procurve, napalm)")
    (truth,) = [t for _, t in truths("napalm/procurve/get_ntp_servers", "*/expected_result.json")]
    for path in sorted((CORPUS / NAME).iterdir()):
        lines = lines_of(path)
        facts = main_text(NAME, lines)["device"].facts
        told.compare(path.name, "time servers", "", [s["address"] for s in facts["ntp"]["servers"]], list(truth))
        carried = _carried(lines)
        for port in facts["interfaces"]:
            if port["name"] not in carried:
                continue
            untagged, tagged = carried[port["name"]]
            told.compare(path.name, "mode", port["name"], port.get("mode", MISSING), "trunk" if tagged else "access")
            field = "native_vlan" if tagged else "access_vlan"
            told.compare(path.name, "untagged VLAN", port["name"], port.get(field, MISSING), untagged)
    told.close(least={"time servers": 2, "mode": 90, "untagged VLAN": 90})


def _carried(lines: list[str]) -> dict[str, tuple[int | None, bool]]:
    """Untagged VLAN of each port, and whether a VLAN is tagged on it."""
    untagged: dict[str, int] = {}
    tagged: set[str] = set()
    vlan = 0
    for line in lines:
        words = line.split()
        if line.startswith("vlan "):
            vlan = int(words[1])
        elif words[:1] in (["untagged"], ["tagged"]) and line.startswith(" "):
            for part in words[1].split(","):
                first, _, last = part.partition("-")
                for number in range(int(first), int(last or first) + 1):
                    if words[0] == "tagged":
                        tagged.add(str(number))
                    else:
                        untagged[str(number)] = vlan
    return {name: (untagged.get(name), name in tagged) for name in {*untagged, *tagged}}
