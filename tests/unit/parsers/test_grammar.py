"""Token grammars: data first, then what holds for every grammar and statement."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra_audit.errors import PlatformError
from infra_audit.parsers.grammar import Grammar
from tests.effort import grows_linearly

TABLES: dict[str, dict[str, Any]] = {"levels": {"warning": 4}, "kinds": {"7": "type7"}}
ACE = (
    "[sequence:int] action:permit/deny protocol:protocol source:wildcard [source_ports:ports] destination:wildcard"
    " [destination_ports:ports] { established=established | log=log | dscp dscp:word }"
)
READ = [
    ("a=x [b=y=2] c", "a c", {"x": True}),
    ("a=x [b=y=2] c", "a b c", {"x": True, "y": "2"}),
    ("a=x=null", "a", {"x": None}),
    ("a=x=false", "a", {"x": False}),
    ("( a n:int | a w:word )", "a 5", {"n": 5}),
    ("( a n:int | a w:word )", "a five", {"w": "five"}),
    ("{ a=x | b y:int }", "b 2 a", {"x": True, "y": 2}),
    ("{ ack=+flags=ack | syn=+flags=syn }", "syn ack", {"flags": ["syn", "ack"]}),
    ("level:@levels", "warning", {"level": 4}),
    ("_drop:word keep:word", "a b", {"_drop": "a", "keep": "b"}),
    ("rest:rest", "a b c", {"rest": "a b c"}),
    ("p:prefix", "192.0.2.5 255.255.255.0", {"p": "192.0.2.0/24"}),
    ("p:prefix", "2001:db8::1/64", {"p": "2001:db8::/64"}),
    ("p:with_length [q:int]", "192.0.2.5 24 60", {"p": "192.0.2.0/24", "q": 60}),
    ("p:with_length [q:int]", "192.0.2.5 255.255.255.0 60", {"p": "192.0.2.0/24", "q": 60}),
    ("p:port w:word", "eq 22 logging", {"p": {"eq": ["22"]}, "w": "logging"}),
    ("p:port", "range 20 21", {"p": {"from": "20", "to": "21"}}),
    (ACE, "permit tcp any host 192.0.2.9 eq 22 log", {"action": "permit", "protocol": "tcp", "source": "any", "destination": "192.0.2.9/32", "destination_ports": {"eq": ["22"]}, "log": True}),
    (ACE, "10 deny ip 192.0.2.0 0.0.0.255 any", {"sequence": 10, "action": "deny", "protocol": "ip", "source": "192.0.2.0/24", "destination": "any"}),
    (ACE, "permit tcp any eq 80 443 any established", {"action": "permit", "protocol": "tcp", "source": "any", "source_ports": {"eq": ["80", "443"]}, "destination": "any", "established": True}),
    (ACE, "permit udp 192.0.2.0 0.0.2.255 any range 1 9", {"action": "permit", "protocol": "udp", "source": {"address": "192.0.2.0", "wildcard": "0.0.2.255"}, "destination": "any", "destination_ports": {"from": "1", "to": "9"}}),
    (ACE, "permit ip object-group A object-group B", {"action": "permit", "protocol": "ip", "source": {"group": "A"}, "destination": {"group": "B"}}),
    ("a:named p:port b:named", "host SABA eq 80 KYOKU 255.255.255.0", {"a": {"group": "SABA"}, "p": {"eq": ["80"]}, "b": {"group": "KYOKU", "mask": "255.255.255.0"}}),
    ("a:named [p:port] [x=x]", "192.0.2.0 255.255.255.0 range 1 9 x", {"a": "192.0.2.0/24", "p": {"from": "1", "to": "9"}, "x": True}),
    ("p:protocol a:masked", "object WEB any", {"p": {"group": "WEB"}, "a": "any"}),
]  # fmt: skip
REFUSED = [
    ("a:named", "SABA any"), ("p:port", "eq"), ("p:port", "near 80"),
    ("a b", "a"), ("a b", "a b c"), ("n:int", "five"), ("n:int", "٥"), ("w:x/y", "z"), ("level:@levels", "loud"), ("{ a | b }", "a c"),
    (ACE, "permit tcp any"), (ACE, "permit tcp any any frob"), (ACE, "allow ip any any"), (ACE, "permit ip 192.0.2.300 0.0.0.255 any"),
    ("p:prefix", "192.0.2.0 255.0.255.0"), ("p:ip", "192.0.2.0/24"),
]  # fmt: skip
WRONG = ["[ a", "a ]", "( a", "x:nosuchtype", "x:@nosuchtable", "=x", "s:secret@nosuchtable"]


@pytest.mark.parametrize(("grammar", "statement", "fields"), READ)
def test_read(grammar: str, statement: str, fields: dict[str, Any]) -> None:
    assert Grammar(grammar, TABLES).read(statement.split()) == fields


@pytest.mark.parametrize(("grammar", "statement"), REFUSED)
def test_a_statement_that_is_not_fully_understood_is_refused(grammar: str, statement: str) -> None:
    assert Grammar(grammar, TABLES).read(statement.split()) is None


@pytest.mark.parametrize("grammar", WRONG)
def test_what_is_no_grammar_is_refused(grammar: str) -> None:
    with pytest.raises(PlatformError):
        Grammar(grammar, TABLES)


def test_a_secret_becomes_what_may_be_said_of_it() -> None:
    grammar = Grammar("name:word secret:secret@kinds", TABLES)
    found = grammar.read(["x", "7", "0212015803161825"])
    assert found is not None
    assert found["secret"] == {"kind": "type7", "length_class": "15-31", "well_known": False, "reversible": True}
    assert "0212015803161825" not in str(found)


def test_the_word_of_a_kind_may_stand_after_the_secret() -> None:
    grammar = Grammar("secret:kinded@after [level:int]", {"after": {"hashed": "pbkdf2"}})
    found = grammar.read(["himitsu-himitsu", "hashed", "15"])
    assert found is not None
    assert (found["secret"]["kind"], found["secret"]["reversible"], found["level"]) == ("pbkdf2", False, 15)
    plain = grammar.read(["himitsu-himitsu"])
    assert plain is not None
    assert plain["secret"]["kind"] == "plain"
    assert grammar.read([]) is None


def test_the_fields_of_a_grammar_are_known() -> None:
    assert Grammar("_a:word b:int [c=d] { e=+f=e }", TABLES).fields == {"b", "d", "f"}


VOCABULARY = [
    "permit",
    "deny",
    "tcp",
    "ip",
    "any",
    "host",
    "192.0.2.1",
    "0.0.0.255",
    "eq",
    "range",
    "22",
    "log",
    "dscp",
    "object-group",
    "x",
    "/",
    ":",
    "0",
]


@given(st.lists(st.sampled_from(VOCABULARY), max_size=14))
def test_nothing_is_raised_and_leftovers_are_refused(words: list[str]) -> None:
    grammar = Grammar(ACE, TABLES)
    if grammar.read(words) is not None:
        assert grammar.read([*words, "frob"]) is None


@given(st.lists(st.text(max_size=6), max_size=8))
def test_no_text_is_too_strange(words: list[str]) -> None:
    for text in (ACE, "p:prefix [q:ip] { r:ports }", "n:int w:wildcard m:masked"):
        Grammar(text, TABLES).read(words)


def test_reading_is_linear() -> None:
    grammar = Grammar("{ a=x | b y:int | [c] d=z }", TABLES)
    assert grows_linearly(lambda size: grammar.read(["a", "b", "1", "d"] * size), 100)


def test_one_word_as_a_list_and_the_name_of_a_group() -> None:
    grammar = Grammar("( to out:list | from +source:group )", {})
    assert grammar.read(["to", "eth0"]) == {"out": ["eth0"]}
    assert grammar.read(["from", "KANRI"]) == {"source": [{"group": "KANRI"}]}
