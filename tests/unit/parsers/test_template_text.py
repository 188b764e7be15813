"""Templates are read before TTP sees them; what could run code or fail in silence is refused."""

from typing import Any

import pytest

from infra_audit import yamlfile
from infra_audit.errors import PlatformError
from infra_audit.parsers.template import _prepared
from infra_audit.parsers.template_text import read
from tests.unit.parsers.support import HERE

DOC = '<doc>\nsections: ["ip "]\nareas: [ssh]\n</doc>\n'
REFUSED: list[dict[str, Any]] = yamlfile.load(HERE / "refused.yaml")


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["body"].replace("\n", " ")[:50])
def test_refused(case: dict[str, Any]) -> None:
    with pytest.raises(PlatformError) as caught:
        read("x.ttp", DOC + case["body"])
    assert case["what"] in str(caught.value.fields["what"])


@pytest.mark.parametrize(
    "head",
    ["", "<doc>\nsections: [a]\n</doc>\n", "<doc>\nareas: [a]\n</doc>\n", "<doc>\nsections: []\nareas: [a]\n</doc>\n", "<doc>\nsections: [a]\nareas: [A B]\n</doc>\n",
     "<doc>\nsections: [a]\nareas: [ssh]\nscope: all\n</doc>\n", "<doc>\nsections: [a]\nareas: [ssh]\nmore: 1\n</doc>\n", "<doc>\n: [\n</doc>\n"],
)  # fmt: skip
def test_a_wrong_doc_is_refused(head: str) -> None:
    with pytest.raises(PlatformError):
        read("x.ttp", head + '<group name="ssh**">\nip {{ port }}\n</group>\n')


def test_what_a_line_gives_is_known() -> None:
    body = '<group name="aaa.servers*">\nserver {{ name | _start_ | also("protocol", "radius") }}\n key {{ _k | read("g") | spread }}\n port {{ a__b }}\n</group>\n'
    lines = read("x.ttp", DOC + body).lines
    grammars = {"g": frozenset({"secret", "c__d"})}
    assert [sorted(line.fields(grammars)) for line in lines] == [
        [("aaa", "servers", "name"), ("aaa", "servers", "protocol")],
        [("aaa", "servers", "c", "d"), ("aaa", "servers", "secret")],
        [("aaa", "servers", "a", "b")],
    ]
    assert [line.starts for line in lines] == [True, False, False]
    assert lines[2].words == ("port",)


def test_what_ttp_guesses_is_taken_away() -> None:
    body = '<group name="ssh**">\n vlan 10 {{ a | REST | text }} {{ b }}\nfan {{ n }} is OK {{ state | set("ok") }}\n no x {{ c | set(None) }}\n</group>\n<vars>\nx = "y"\n</vars>\n'
    assert _prepared(read("x.ttp", DOC + body)).split("\n") == [
        '<group name="ssh**">',
        ' vlan 10 {{ a | _exact_ | re(".+") | text }} {{ b }}',
        "fan {{ n | _exact_ | also(\"state\", 'ok') }} is OK",
        " no x {{ c | _exact_ | set(None) }}",
        "</group>",
        "",
        "",
    ]
