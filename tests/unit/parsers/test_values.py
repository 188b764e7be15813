"""Value functions: what each gives, and that each refuses what it does not know."""

from typing import Any

import pytest

from infra_audit.parsers.grammar import Grammar
from infra_audit.parsers.splitters import BREAK
from infra_audit.parsers.values import Adds, Items, Values

TABLES: dict[str, dict[str, Any]] = {
    "colour": {"red": 1, "all": [1, 2]},
    "kinds": {"5": "md5_crypt"},
    "names": {"Gi": "GigabitEthernet", "Te": "TenGigabitEthernet", "Vl": "Vlan", "Po": "Port-channel"},
}
VALUES = Values(TABLES, {"pair": Grammar("a:word b:int", TABLES)})
GIVEN = [
    ("text", "  a  b".strip(), (), {}, "a  b"),
    ("text", '"a b"', (), {}, "a b"),
    ("text", f"a{BREAK}b", (), {}, "a\nb"),
    ("text", "Don't panic", (), {}, "Don't panic"),
    ("word", "red", ("colour",), {}, 1),
    ("words", "red all", ("colour",), {}, [1, 2]),
    ("words", '"a b" c', (), {}, ["a b", "c"]),
    ("number", "5", (), {"times": 60, "plus": 1}, 301),
    ("duration", "5 30", ("m s",), {}, 330),
    ("duration", "5", ("m s",), {}, 300),
    ("duration", "0 0", ("m s",), {"never": 0}, None),
    ("switch", "enable", (), {}, True),
    ("switch", "off", ("on", "off"), {}, False),
    ("numbers", "10,20-22", (), {}, [[10, 10], [20, 22]]),
    ("numbers", "10 20 to 22", (), {}, [[10, 10], [20, 22]]),
    ("numbers", "10, 20 - 22", (), {}, [[10, 10], [20, 22]]),
    ("split", "1-3,Trk1", (",",), {"ranges": True}, ["1", "2", "3", "Trk1"]),
    ("split", "A9-A11,1/2-1/3", (",",), {"ranges": True}, ["A9", "A10", "A11", "1/2", "1/3"]),
    ("split", "port 1/9-11,1/24", (",",), {"ranges": True}, ["port 1/9", "port 1/10", "port 1/11", "port 1/24"]),
    ("split", "port 1/1-1/2,lag 3", (",",), {"ranges": True}, ["port 1/1", "port 1/2", "lag 3"]),
    ("split", "port 1/1", (",",), {"ranges": True}, ["port 1/1"]),
    ("split", "port1.0.9-1.0.11,po1", (",",), {"ranges": True}, ["port1.0.9", "port1.0.10", "port1.0.11", "po1"]),
    ("address", "192.0.2.1 255.255.255.0", (), {}, "192.0.2.1/24"),
    ("address", "192.0.2.1 mask-length 24", (), {}, "192.0.2.1/24"),
    ("address", "2001:DB8::1/64", (), {}, "2001:db8::1/64"),
    ("address", "192.0.2.7/24", (), {"network": True}, "192.0.2.0/24"),
    ("read", "x 5", ("pair",), {}, {"a": "x", "b": 5}),
    ("each", 3, (), {}, Adds([3])),
    ("append", [3, 4], (), {}, Adds([3, 4])),
    ("items", ["a", "b"], (), {}, Items(["a", "b"])),
    ("items", [[1, 1], [3, 5]], (), {}, Items([1, 3, 4, 5])),
]
REFUSED = [
    ("word", "green", ("colour",)), ("word", "red red", ("colour",)), ("words", "red green", ("colour",)), ("number", "five", ()), ("number", "٥", ()),
    ("duration", "1 2 3", ("m s",)), ("duration", "x", ("m",)), ("switch", "maybe", ()), ("numbers", "1-", ()), ("split", "A1-B4", (",", True)), ("split", "3-1", (",", True)), ("split", "port 1/1-2/4", (",", True)), ("numbers", "all", ()),
    ("address", "dhcp", ()), ("address", "192.0.2.1 255.0.255.x", ()), ("address", "a b c", ()), ("read", "x y", ("pair",)), ("spread", "x", ()),
    ("duration", "1 2 3", ("m s",)), ("duration", "x", ("m",)), ("switch", "maybe", ()), ("numbers", "1-", ()), ("numbers", "all", ()),
    ("address", "dhcp", ()), ("address", "192.0.2.1 255.0.255.x", ()), ("address", "a b c", ()), ("address", "192.0.2.1 mask-length x", ()), ("read", "x y", ("pair",)), ("spread", "x", ()),
    ("append", "x", ()), ("items", [], ()), ("items", [[1, 90000]], ()), ("secret", "", ()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "args", "kwargs", "expected"), GIVEN)
def test_given(name: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any], expected: Any) -> None:
    found, flag = getattr(VALUES, name)(value, *args, **kwargs)
    assert (found, flag) == (expected, None)
    assert type(found) is type(expected)


@pytest.mark.parametrize(("name", "value", "args"), REFUSED)
def test_refused(name: str, value: Any, args: tuple[Any, ...]) -> None:
    assert getattr(VALUES, name)(value, *args)[1] is False


def test_a_mark_says_the_same_as_the_secret() -> None:
    from infra_audit import secret

    raw = "$1$abcd$0123456789"
    marked = secret.mark(raw, "md5_crypt")
    assert VALUES.secret(raw, kinds="kinds") == VALUES.secret(marked, kinds="kinds")
    assert VALUES.secret(f"5 {raw}", kinds="kinds") == VALUES.secret(f"5 {marked}", kinds="kinds")


@pytest.mark.parametrize(
    ("written", "full"),
    [("Gi0/1", "GigabitEthernet0/1"), ("GigabitEthernet0/1", "GigabitEthernet0/1"), ("gig 1/0/1", "GigabitEthernet1/0/1"), ("te1", "TenGigabitEthernet1"),
     ("Port-channel1", "Port-channel1"), ("po1.20", "Port-channel1.20"), ("Foo9", "Foo9"), ("Vlan10", "Vlan10")],
)  # fmt: skip
def test_interface_names(written: str, full: str) -> None:
    assert VALUES.name(written, "names") == (full, None)
