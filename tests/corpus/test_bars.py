"""How much of real configurations may stay unread, platform by platform."""

from collections import Counter

import pytest

from infra_audit import catalogue
from tests.conftest import CORPUS
from tests.corpus.law_tools import read

FIRST, SECOND = (5, 10), (10, 20)
"""At most so many per cent of the statements unparsed, and unparsed or `not_parsed_yet` together."""
BARS = {
    "cisco_ios": FIRST, "arista_eos": FIRST, "fortinet": FIRST, "yamaha": FIRST, "cisco_asa": FIRST, "cisco_nxos": FIRST,
    "juniper_junos": SECOND, "paloalto_panos": SECOND, "cisco_xr": SECOND, "furukawa_fitelnet": SECOND,
    "hp_comware": SECOND, "aruba_aoscx": SECOND, "hp_procurve": SECOND, "huawei_vrp": SECOND, "checkpoint_gaia": SECOND,
    "linux_frr": SECOND, "vyos": SECOND,
}  # fmt: skip
"""AlliedWare Plus has fragments only: test_awplus_fragments.py holds its bar. A server's files are no statements."""

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")]


@pytest.mark.parametrize("name", BARS)
def test_little_stays_unread(name: str) -> None:
    platform = catalogue.platforms()[name]
    lines: Counter[str] = Counter()
    for path in sorted(path for path in (CORPUS / name).rglob("*") if path.is_file()):
        text = read(platform, path)
        for document in text.documents if text else ():
            for counts in document.line_counts.values():
                lines.update(used=counts.used, ignored=counts.ignored, unparsed=counts.unparsed)
            lines["not yet"] += sum(1 for entry in document.ignored if entry.list == "not_parsed_yet")
    statements = lines["used"] + lines["ignored"] + lines["unparsed"]
    unparsed, unread = lines["unparsed"], lines["unparsed"] + lines["not yet"]
    bar, together = BARS[name]
    print(f"{name}: {statements} statements, {100 * unparsed / statements:.2f} % unparsed (at most {bar}), "
          f"{100 * unread / statements:.2f} % with not_parsed_yet (at most {together})")  # fmt: skip
    assert 100 * unparsed <= bar * statements
    assert 100 * unread <= together * statements


def test_every_platform_with_configurations_has_a_bar() -> None:
    names = {name for name, platform in catalogue.platforms().items() if "playbook" not in platform.data}
    with_files = {name for name in names if (CORPUS / name).is_dir()}
    assert with_files - BARS.keys() == set()
    assert with_files, "no platform has configurations"
