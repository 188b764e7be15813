"""Fragments of AlliedWare Plus configurations that are public: which texts are ours, and how much of them is read.

They stand in a folder of their own because of their licence. Some are answers to `show` commands about filters, queues or
interfaces: those are no configurations, and must not be taken for one.
"""

from collections import Counter

import pytest

from infra_audit import catalogue
from infra_audit.model.device import Device
from infra_audit.parsers import engine
from infra_audit.snapshot.detect import detect
from tests.conftest import CORPUS
from tests.unit.platforms.case import artifact

NAME = "allied_telesis_awplus"
FOLDER = CORPUS.parent / "corpus-gpl3" / NAME
ANSWERS = {
    "awplus_acl_config",
    "awplus_class_maps_show_class_maps_config",
    "awplus_policy_interfaces",
    "awplus_premark_dscps_get_premark_conf",
    "awplus_vlan_config",
    "awplus_vrf_intf",
}
"""Texts that are answers to show commands."""
TOO_SHORT = {"awplus_lldp_config"}
"""A configuration of four lines that every switch could have."""

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no fragments at {FOLDER}")]


def test_configurations_are_recognised_and_answers_are_not() -> None:
    platforms = catalogue.platforms()
    found = {
        path.stem: getattr(detect(path.read_text("utf-8").splitlines(), platforms).platform, "name", None)
        for path in sorted(FOLDER.glob("*.cfg"))
    }
    assert {name for name, platform in found.items() if platform is None} == ANSWERS | TOO_SHORT
    assert set(found.values()) == {None, NAME}


def test_how_much_is_read() -> None:
    counts = Counter[str]()
    platform = catalogue.platforms()[NAME]
    for path in sorted(FOLDER.glob("*.cfg")):
        if path.stem in ANSWERS:
            continue
        text = artifact("running-config", path.read_text("utf-8").splitlines())
        for document in engine.parse(Device(id="device"), [text], [], platform):
            for lines in document.line_counts.values():
                counts["statements"] += lines.total - lines.blank
                counts["unparsed"] += lines.unparsed
            counts["not yet"] += sum(line.list == "not_parsed_yet" for line in document.ignored)
    print(dict(counts))
    assert counts["statements"] > 400
    assert counts["unparsed"] <= 0.10 * counts["statements"]
    assert counts["unparsed"] + counts["not yet"] <= 0.20 * counts["statements"]
