import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.model.reason import Reason
from infra_audit.snapshot.clean import clean
from infra_audit.snapshot.decode import Decoded, decode
from tests.effort import guard

PHRASES = [
    "本社1階サーバ室", "東京DC 基幹系", "大阪支店向け", "予備回線(フレッツ光)", "メインVPN", "ﾊﾞｯｸｱｯﾌﾟ回線", "管理用", "営業部",
    "テスト", "札幌", "無線ＬＡＮ", "停止中", "ｻｰﾊﾞ", "表示ポート", "住民情報系（ﾏｲﾅﾝﾊﾞｰ）", "LGWAN接続系", "教育委員会", "出先機関",
]  # fmt: skip
ENCODINGS = ["cp932", "euc_jp", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


def _decoded(data: bytes) -> Decoded:
    result = decode(data)
    assert isinstance(result, Decoded)
    return result


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_short_japanese_texts(phrase: str, encoding: str) -> None:
    result = _decoded(f"hostname r\n description {phrase}\n".encode(encoding))
    assert result.lines == ("hostname r", f" description {phrase}")
    assert result.encoding == encoding
    assert result.damaged == ()


@pytest.mark.parametrize("phrase", [p for p in PHRASES if not any("｡" <= c <= "ﾟ" for c in p)])
def test_iso_2022_jp(phrase: str) -> None:
    result = _decoded(f"hostname r\n description {phrase}\n".encode("iso2022_jp"))
    assert result.lines[1] == f" description {phrase}"
    assert result.encoding == "iso2022_jp"


def test_lines_of_several_encodings() -> None:
    result = _decoded("a 管理用\n".encode() + "b 営業部\n".encode("cp932") + b"c\n")
    assert result.lines == ("a 管理用", "b 営業部", "c")
    assert result.encoding == "mixed"


def test_bytes_that_fit_nowhere_are_replaced_and_reported() -> None:
    result = _decoded(b"ok\nbad \xff\xfe\x81\n" + "良い\n".encode())
    assert result.lines[0] == "ok"
    assert "\ufffd" in result.lines[1]
    assert result.lines[2] == "良い"
    assert result.damaged == ((2, Reason("damaged.encoding")),)
    "\n".join(result.lines).encode()


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", ()),
        (b"\n", ("",)),
        (b"a", ("a",)),
        (b"a\n", ("a",)),
        (b"a\n\n", ("a", "")),
        (b"a\r\nb\r\n", ("a", "b")),
        (b"a\r\r\nb\n", ("a", "b")),
        ("a\u2028b\x85c\n".encode(), ("a\u2028bc",)),
    ],
)
def test_lines_end_at_line_feeds_only(data: bytes, lines: tuple[str, ...]) -> None:
    assert _decoded(data).lines == lines


CLEANED = [
    (" --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08 ip address 1", " ip address 1", "pager"),
    ("--More--\r ntp server 1", " ntp server 1", "pager"),
    ("--More--\r      \r ntp server 1", " ntp server 1", "pager"),
    ("--More--        \r ntp server 1", " ntp server 1", "pager"),
    ("--More--\r        \r", "        ", "pager"),
    ("--More--\r        \r--More--\r        \r ntp server 1", " ntp server 1", "pager"),
    ("---(more 12%)---", "", "pager"),
    (" --More-- ", " ", "pager"),
    ("abc\x08d", "abd", "redraw"),
    ("old text\rnew", "new text", "redraw"),
    ("old text\r\x1b[Knew", "new", "redraw"),
    ("\x1b[1mbold\x1b[0m", "bold", "escape_sequence"),
    ("title\x1b]0;x\x07end", "titleend", "escape_sequence"),
    ("a\x00b", "ab", "control_characters"),
    ("a\x9bb", "ab", "control_characters"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "shown", "why"), CLEANED)
def test_traces_of_a_terminal(line: str, shown: str, why: str) -> None:
    assert clean(line) == (shown, Reason(f"damaged.{why}"))


WIPED = [
    (f" --More-- {chr(8) * 9}        {chr(8) * 9} ip address 1", " ip address 1"),
    (f" --More-- {chr(8) * 10}          {chr(8) * 10}interface Vlan1", "interface Vlan1"),
    ("--More--\r        \r ntp server 1", " ntp server 1"),
    ("---つづく---\r            \rip route default", "ip route default"),
    ("<--- More --->\r              \raccess-list", "access-list"),
]


@pytest.mark.parametrize(("line", "shown"), WIPED)
def test_a_pager_that_the_device_wiped_off_does_no_damage(line: str, shown: str) -> None:
    assert clean(line) == (shown, None)


@pytest.mark.parametrize(
    "line", ["banner motd \x03", "\tindented", " description see more --- x", "\rleading", "ｶﾅ ─ 罫線", "more"]
)
def test_lines_that_are_not_damaged(line: str) -> None:
    assert clean(line) == (line.strip("\r"), None)


def test_cleaning_keeps_line_numbers() -> None:
    result = _decoded(b"one\n --More-- \rtwo\nthree\n")
    assert [number for number, _ in result.damaged] == [2]
    assert len(result.lines) == 3


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b\x08\x00rest",
        b"PK\x03\x04rest",
        b"\x7fELF\x02\x01",
        bytes(range(256)) * 20,
        b"%PDF-1.7\n",
        b"\x00" * 100,
    ],
)
def test_what_is_no_text(data: bytes) -> None:
    assert decode(data) == Reason("decode.binary", {"bytes": len(data)})


def test_a_single_nul_is_no_reason_to_refuse() -> None:
    assert _decoded(b"hostname sw1\n" * 20 + b"x\x00y\n").damaged == ((21, Reason("damaged.control_characters")),)


def test_a_limit() -> None:
    assert decode(b"x" * 11, limit=10) == Reason("decode.too_large", {"bytes": 11, "limit": 10})


def test_fifty_megabytes_in_bounded_time() -> None:
    unit = "interface GigabitEthernet1/0/1\n description 本社\n".encode("cp932")
    data = unit * (50_000_000 // len(unit))
    with guard():
        assert len(_decoded(data).lines) == data.count(b"\n")


@pytest.mark.parametrize("unit", [b"a\x08", b"\x1b[31m\r", b"--More--", b"\x1b]", b"-", b"\x81", b"\xff"])
def test_one_hostile_line_does_not_run_away(unit: bytes) -> None:
    with guard():
        decode(b"x" + unit * 200_000)


@given(st.binary(max_size=2000))
def test_never_fails_and_never_moves_a_line(data: bytes) -> None:
    result = decode(data)
    if (
        isinstance(result, Decoded)
        and not result.encoding.startswith("utf-16")
        and not result.encoding.startswith("utf-32")
    ):
        assert len(result.lines) == data.count(b"\n") + (
            not data.endswith(b"\n") and data not in (b"", b"\xef\xbb\xbf")
        )
        assert not any("\n" in line or "\r" in line for line in result.lines)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200))
def test_plain_text_comes_through(text: str) -> None:
    assert (
        _decoded(f"ascii 日本語\n{text}\n".encode()).lines[1] == text.replace("\ufffd", "\ufffd")
        or "more" in text.lower()
    )


def test_carriage_returns_end_the_lines_of_a_text_without_line_feeds() -> None:
    assert _decoded(b"version 15.2\rhostname sw1\r\rend\r").lines == ("version 15.2", "hostname sw1", "", "end")
    assert _decoded(b"bar 10%\rbar 99%\n").lines == ("bar 99%",), "a return in a text with line feeds overwrites"
