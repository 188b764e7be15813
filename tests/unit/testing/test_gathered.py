"""What an emulated server prints is what the collector of servers reads."""

from infra_audit.collectors.ansible_output import read
from infra_audit.testing import gathered


def test_every_source_comes_back_in_its_state() -> None:
    texts = {"os-release": 'ID="rhel"\n', "banners": "motd text 許可された者のみ\n" * 40, "empty": ""}
    answer = read(gathered.output(["os-release", "dpkg", "banners", "empty", "motd"], texts, ["dpkg"]))
    assert answer.began
    assert answer.ended
    told = {block.source: (block.state, block.whole, block.data.decode()) for block in answer.blocks}
    assert told == {
        "os-release": ("present", True, texts["os-release"]),
        "dpkg": ("missing_tool", True, ""),
        "banners": ("present", True, texts["banners"]),
        "empty": ("present", True, ""),
        "motd": ("absent", True, ""),
    }
