"""Splitters: every line is in exactly one place, whatever the text; structure is read as the device means it."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.parsers.splitters import BREAK, DEEPEST, Block, Rules, Split, rules_of, splitter
from infra_audit.parsers.splitters.quotes import open_quote, split_words
from tests.effort import grows_linearly

WORDS = [
    "config",
    "edit",
    "next",
    "end",
    "set",
    "banner motd ^C",
    "^C",
    '"',
    "'",
    "\\",
    "interface x",
    "a b",
    "!",
    "#",
    "",
    " ",
    "pp select 1",
    "vdom",
    "table inet filter {",
    "chain input {",
    "type filter hook input priority 0; policy drop;",
    "set s {",
    "}",
    "*filter",
    ":INPUT DROP [0:0]",
    "-A INPUT -j ACCEPT",
    "COMMIT",
    "system {",
    "}",
    "ssh;",
    "[ x y ];",
    "[",
    "/* z",
    "*/",
    "inactive:",
    "deactivate system",
    "<config>",
    "<a>",
    "</a>",
    "</config>",
    "<b/>",
]
LINES = st.lists(
    st.tuples(st.sampled_from(["", " ", "   ", "\t"]), st.lists(st.sampled_from(WORDS), max_size=4)), max_size=40
)
RULES = {
    "separated": rules_of({"comment": r"^\s*#", "separator": "^#"}, "ios"),
    "indented": rules_of({"comment": r"^\s*!", "end": "^end$"}, "ios"),
    "fortios": rules_of({"comment": r"^\s*#(?!config)"}, None),
    "netfilter": rules_of({"comment": "^#"}, None),
    "flat": rules_of(
        {"comment": "^#", "context": [{"start": "^pp select 1", "members": "^a b", "end": "^end$"}]}, None
    ),
    "braces": rules_of({"header": ["^end$"]}, None),
    "set": rules_of({"comment": "^!"}, None),
    "xml": rules_of({}, None),
}


def split_as(syntax: str, lines: Sequence[str]) -> Split:
    """Split with the rules of that name."""
    return splitter("indented" if syntax == "separated" else syntax)(lines, RULES[syntax])


def places(split: Split) -> list[int]:
    """The numbers of all places a line is in; headers shared by several sections count once."""
    spans = {(s.first, s.last) for section in split.sections for s in (*section.header, *section.body)}
    lines = [n for first, last in spans for n in range(first, last + 1)]
    return sorted([*lines, *split.blank, *split.lost])


@pytest.mark.parametrize("syntax", sorted(RULES))
@settings(max_examples=300, deadline=None)
@given(drawn=LINES)
def test_every_line_is_in_exactly_one_place(syntax: str, drawn: list[tuple[str, list[str]]]) -> None:
    lines = [indent + " ".join(words) for indent, words in drawn]
    assert places(split_as(syntax, lines)) == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("syntax", sorted(RULES))
@settings(max_examples=100, deadline=None)
@given(drawn=LINES)
def test_statements_keep_their_order_and_have_no_outer_blanks_but_indent(
    syntax: str, drawn: list[tuple[str, list[str]]]
) -> None:
    lines = [indent + " ".join(words) for indent, words in drawn]
    for section in split_as(syntax, lines).sections:
        body = [statement.first for statement in section.body]
        assert body == sorted(body)
        for statement in section.body:
            assert statement.text == statement.text.rstrip()
            assert re.match(r" *\S", statement.text)


@pytest.mark.parametrize(
    ("syntax", "unit"),
    [
        ("indented", ["interface a", " description x", "  deep", "!"]),
        ("fortios", ["config x", "edit 1", 'set a "b c"', "next", "end"]),
        ("flat", ["ip route x"]),
        (
            "netfilter",
            [
                "table ip a {",
                "chain b {",
                "accept",
                "}",
                "set c {",
                "}",
                "}",
                "*d",
                ":E - [0:0]",
                "-A E -j F",
                "COMMIT",
            ],
        ),
        ("braces", ["a {", "b {", "inactive: c [ d e ];", "/* x", "*/", "}", "f;", "}"]),
        ("set", ["set a b [ c d ]", "deactivate a b", 'set e "f g"']),
    ],
)
def test_effort_is_linear(syntax: str, unit: list[str]) -> None:
    assert grows_linearly(lambda times: splitter(syntax)(unit * times, RULES[syntax]), 200)


def shown(lines: Sequence[str], syntax: str, rules: Rules | None = None) -> list[tuple[str, list[str]]]:
    return [(s.path, [b.text for b in s.body]) for s in splitter(syntax)(lines, rules or RULES[syntax]).sections]


def test_indent_is_one_blank_a_level() -> None:
    lines = ["interface a", "    x", "        y", "    z", "router b", "\tw"]
    assert shown(lines, "indented") == [("interface a", [" x", "  y", " z"]), ("router b", [" w"])]


def test_leaves_are_read_with_the_words_of_their_headers() -> None:
    rules = rules_of({"leaves": ["^vrf context "]}, None)
    lines = [
        "vrf context A",
        "  rd auto",
        "  address-family ipv4 unicast",
        "    maximum routes 9",
        "  ip route 0.0.0.0/0 192.0.2.1",
    ]
    sections = splitter("indented")([*lines, "vrf context B"], rules).sections
    assert [(s.path, [b.text for b in s.body]) for s in sections] == [
        ("vrf context A", [" vrf context A rd auto"]),
        (
            "vrf context A / address-family ipv4 unicast",
            [" vrf context A address-family ipv4 unicast maximum routes 9"],
        ),
        ("vrf context A", [" vrf context A ip route 0.0.0.0/0 192.0.2.1"]),
        ("vrf context B", []),
    ]


def test_a_banner_is_never_configuration() -> None:
    lines = [
        "banner login ^C",
        "interface Fake",
        " shutdown",
        "^C",
        "hostname a",
        "banner motd #one line#",
        "interface b",
    ]
    split = splitter("indented")(lines, RULES["indented"])
    assert [s.path for s in split.sections] == ["banner login", "hostname a", "banner motd", "interface b"]
    assert split.sections[0].header[0].text == f"banner login interface Fake{BREAK} shutdown"
    assert (split.sections[0].header[0].first, split.sections[0].header[0].last) == (1, 4)


def test_a_banner_without_end_makes_everything_after_it_unread() -> None:
    split = splitter("indented")(["hostname a", "banner login ^C", "interface b", " shutdown"], RULES["indented"])
    assert split.unclosed
    assert [(o.line, o.code) for o in split.oddities] == [(2, "parse.text_without_end")]
    assert [s.opaque for s in split.sections] == [False, True, True, True]


def test_a_separator_sets_a_new_margin() -> None:
    rules = rules_of({"comment": r"^\s*#", "separator": "^#"}, None)
    lines = [
        "#",
        " sysname a",
        " telnet server enable",
        "#",
        "vlan 1",
        " name x",
        "#",
        " stp x",
        "  deep",
        " ssh y",
        "acl z",
    ]
    assert shown(lines, "indented", rules) == [
        ("sysname a", []),
        ("telnet server enable", []),
        ("vlan 1", [" name x"]),
        ("stp x", [" deep"]),
        ("ssh y", []),
        ("acl z", []),
    ]


def test_opaque_texts_of_a_platform() -> None:
    rules = rules_of({"opaque": [{"start": "^macro name ", "end": "^@$"}]}, None)
    assert shown(["macro name x", "no shutdown", "@", "interface a"], "indented", rules) == [
        ("macro name x", []),
        ("interface a", []),
    ]


def test_blocks_give_the_whole_chain_of_headers() -> None:
    lines = ["config a", "edit 1", "config b", "edit 2", "set x", "next", "end", "set y", "next", "end"]
    split = splitter("fortios")(lines, RULES["fortios"])
    found = {s.path: ([h.text for h in s.header], [b.text for b in s.body]) for s in split.sections}
    assert found == {
        "a": (["config a", " edit 1"], ["  set y"]),
        "a / b": (["config a", " edit 1", "  config b", "   edit 2"], ["    set x"]),
    }


def test_scopes_are_taken_off_the_chain() -> None:
    lines = [
        "config global",
        "config s",
        "set a",
        "end",
        "end",
        "config vdom",
        'edit "v 1"',
        "config s",
        "set b",
        "end",
        "next",
        "end",
    ]
    split = splitter("fortios")(lines, RULES["fortios"])
    assert [(s.scope, s.path, s.header[0].text) for s in split.sections] == [
        ("", "s", "config s"),
        ("v 1", "s", "config s"),
    ]
    assert split.scopes == ["v 1"]


def test_quotes_hold_block_words_and_line_breaks() -> None:
    lines = ["config a", 'set text "one', "end", 'config b" tail', "set x 'single \\'", "end"]
    split = splitter("fortios")(lines, RULES["fortios"])
    assert [b.text for b in split.sections[0].body] == [
        f' set text "one{BREAK}end{BREAK}config b" tail',
        " set x 'single \\'",
    ]
    assert not split.oddities


def test_a_block_left_open_is_told() -> None:
    split = splitter("fortios")(["config a", "edit 1", "set x"], RULES["fortios"])
    assert split.unclosed
    assert [o.code for o in split.oddities] == ["parse.block_not_closed"]


def test_context_blocks_of_flat_texts() -> None:
    rules = Rules(blocks=(Block(re.compile("^pp select [0-9]"), re.compile("^pp "), re.compile("^pp select none$")),))
    lines = ["pp select 1", " ip pp address x", "pp auth y", "ip lan1 z", "pp late", "pp select none", "pp alone"]
    assert shown(lines, "flat", rules) == [
        ("pp select 1", [" ip pp address x", " pp auth y", " pp late"]), ("ip lan1 z", []), ("pp alone", []),
    ]  # fmt: skip


def test_chains_of_nftables() -> None:
    lines = [
        "table inet filter {", "\tset kanri {", "\t\ttype ipv4_addr", "\t\telements = { 192.0.2.1,", "\t\t\t     192.0.2.2 }", "\t}", "",
        "\tchain input {", "\t\ttype filter hook input priority filter; policy drop;", "\t\ttcp dport 22 counter packets 5 bytes 300 accept",
        '\t\tjump tsuika comment "drop"', "\t}", "", "\tchain tsuika {", '\t\tlog prefix "x " drop', "\t}", "}",
    ]  # fmt: skip
    assert shown(lines, "netfilter") == [
        ("set kanri {", ["  type ipv4_addr", "  elements = { 192.0.2.1,", "  192.0.2.2 }"]),
        (
            "chain inet filter/input",
            ["  rule permit tcp dport 22 counter accept", '  rule jump jump tsuika comment "drop"'],
        ),
        ("chain inet filter/tsuika", ['  last deny log prefix "x " drop']),
    ]
    headers = [s.header[-1] for s in splitter("netfilter")(lines, RULES["netfilter"]).sections]
    assert headers[1] == (8, 9, " chain inet filter/input hook input default deny")
    assert headers[2].text == " chain inet filter/tsuika hook none"


def test_chains_of_iptables() -> None:
    lines = [
        "# Generated", "*filter", ":INPUT DROP [0:0]", ":OUTPUT ACCEPT [1:2]", ":KIROKU - [0:0]", "-A INPUT -p tcp --dport 22 -j ACCEPT",
        "-A KIROKU -j LOG", "-A INPUT -j KIROKU", "[3:4] -A INPUT -j DROP", "-A NASHI -j DROP", "COMMIT",
    ]  # fmt: skip
    split = splitter("netfilter")(lines, RULES["netfilter"])
    assert [(s.header[-1].text, [b.text for b in s.body]) for s in split.sections] == [
        (
            " chain filter/INPUT hook input",
            ["  rule permit -p tcp --dport 22 -j ACCEPT", "  rule jump -j KIROKU", "  last deny -j DROP"],
        ),
        (" chain filter/OUTPUT hook output default permit", []),
        (" chain filter/KIROKU hook none default permit", ["  rule log -j LOG"]),
        (" -A NASHI -j DROP", []),
    ]


def test_a_rule_set_that_is_cut_off_is_told() -> None:
    for lines in (["table ip a {", "chain b {", "accept"], ["*filter", ":INPUT DROP [0:0]"]):
        split = splitter("netfilter")(lines, RULES["netfilter"])
        assert split.unclosed
        assert "parse.block_not_closed" in [o.code for o in split.oddities]
    twice = splitter("netfilter")(["*filter", ":A - [0:0]", "-A A -j B", ":A - [0:0]", "COMMIT"], RULES["netfilter"])
    assert [len(section.body) for section in twice.sections] == [1, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a "b c" d', ["a", "b c", "d"]),
        (r'"a\"b"', ['a"b']),
        ("'a\\b'", ["a\\b"]),
        ('x"y z"', ["xy z"]),
        ('""', [""]),
        (r"a\ b", ["a b"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@given(st.text(alphabet="ab\"'\\ "))
def test_an_open_quote_is_closed_by_itself(text: str) -> None:
    quote = open_quote(text)
    assert quote in ("", "'", '"')
    if quote and not text.endswith("\\"):
        assert open_quote(text + quote) == ""


def test_leaves_are_read_with_the_headers_above_them() -> None:
    rules = rules_of({"leaves": ["^router static"]}, None)
    lines = ["router static", " vrf A", "  address-family", "   net 1", "   net 2", " net 3", "hostname a", " net 4"]
    split = splitter("indented")(lines, rules)
    assert [(s.path, [h.text for h in s.header], [b.text for b in s.body]) for s in split.sections] == [
        (
            "router static / vrf A / address-family",
            ["router static", " vrf A", "  address-family"],
            [" router static vrf A address-family net 1", " router static vrf A address-family net 2"],
        ),
        ("router static", ["router static"], [" router static net 3"]),
        ("hostname a", ["hostname a"], [" net 4"]),
    ]
    assert places(split) == list(range(1, len(lines) + 1))
    assert [s.path for s in splitter("indented")(["router static"], rules).sections] == ["router static"]


def test_a_text_of_many_lines_with_one_beginning_is_one_statement() -> None:
    rules = rules_of({"continued": ["^banner (motd|login)(?= |$)"]}, None)
    lines = [
        "banner motd one",
        "banner motd",
        "banner motd   two",
        "banner login a",
        "",
        "banner login b",
        "hostname x",
    ]
    split = splitter("indented")(lines, rules)
    assert [(s.path, s.header[0].text, s.header[0].last) for s in split.sections] == [
        ("banner motd", f"banner motd one{BREAK}{BREAK}  two", 3),
        ("banner login", "banner login a", 4),
        ("banner login", "banner login b", 6),
        ("hostname x", "hostname x", 7),
    ]
    assert places(split) == list(range(1, len(lines) + 1))


def test_a_line_may_lead_to_another_part_of_the_device() -> None:
    rules = rules_of({"scope": r"^changeto (?:context (?P<scope>\S+)|system)$"}, None)
    lines = [
        "hostname a",
        "changeto context B",
        "interface x",
        " shutdown",
        "changeto system",
        " lost indent",
        "hostname c",
    ]
    split = splitter("indented")(lines, rules)
    assert [(s.path, s.scope) for s in split.sections] == [
        ("hostname a", ""),
        ("interface x", "B"),
        ("lost indent", ""),
        ("hostname c", ""),
    ]
    assert split.scopes == ["B"]
    assert places(split) == list(range(1, len(lines) + 1))


SYSTEM = [
    "system host-name r1",
    "system services ssh",
    "system name-server 192.0.2.53",
    "system name-server 192.0.2.54",
]
FORMS = {
    "braces": [
        "/* kept by",
        " hand */ system {",
        "    host-name r1; # name",
        "    services {",
        "        ssh;",
        "    }",
        "    replace: name-server [ 192.0.2.53",
        "        192.0.2.54 ];",
        "}",
    ],
    "set": [
        "set system host-name r1",
        "set system services ssh",
        "set system name-server [ 192.0.2.53 192.0.2.54 ]",
    ],
    "xml": [
        "<system>",
        "  <host-name>r1</host-name>",
        "  <services>",
        "    <ssh/>",
        "  </services>",
        "  <name-server>",
        "    <member>192.0.2.53</member>",
        '    <entry name="192.0.2.54"/>',
        "  </name-server>",
        "</system>",
    ],
}
TREE = ("xml", "set", "braces")


def paths(lines: Sequence[str], rules: Rules, syntax: str | Sequence[str] = TREE) -> list[tuple[str, str]]:
    return [(section.scope, section.path) for section in splitter(syntax)(lines, rules).sections]


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_leaf_is_its_whole_path_in_every_form(form: str) -> None:
    split = splitter(TREE if form != "xml" else "xml")(FORMS[form], Rules())
    assert [section.path for section in split.sections] == SYSTEM
    assert places(split) == list(range(1, len(FORMS[form]) + 1))
    assert not split.oddities


def test_the_frame_of_a_leaf_is_what_opens_its_blocks() -> None:
    split = splitter("braces")(FORMS["braces"], Rules())
    assert [[s.first for s in section.frame] for section in split.sections] == [[2], [2, 4], [2], [2]]
    assert [(s.header[0].first, s.header[0].last) for s in split.sections] == [(3, 3), (5, 5), (7, 8), (7, 8)]


def test_an_empty_block_is_a_leaf() -> None:
    assert paths(["ntp {", "  server 192.0.2.1 {", "  }", "}"], Rules()) == [("", "ntp server 192.0.2.1")]


def test_inactive_statements_say_so_in_every_form() -> None:
    braces = ["system {", "    inactive: services {", "        telnet;", "    }", "    inactive: ports;", "}"]
    switched = [
        "set system services telnet",
        "set system ports",
        "deactivate system services",
        "deactivate system ports",
    ]
    wanted = ["inactive: system services telnet", "inactive: system ports"]
    assert [path for _, path in paths(braces, Rules())] == wanted
    assert [path for _, path in paths(switched, Rules())][:2] == wanted


def test_quoted_texts_over_several_lines_are_one_statement() -> None:
    for lines in (["system {", '  message "a { b', ' set c";', "}"], ['set system message "a { b', ' set c"']):
        split = splitter(TREE)(lines, Rules())
        assert [s.path for s in split.sections] == [f'system message "a {{ b{BREAK} set c"']
        assert split.sections[0].header[0].last - split.sections[0].header[0].first == 1


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["system {", "  ssh;"], "parse.block_not_closed"),
        (["system {", '  message "a', "}"], "parse.block_not_closed"),
        (["system {", "}", "/* a"], "parse.text_without_end"),
        (['set system message "a', "set b"], "parse.text_without_end"),
        (["<config>", "<a>", "</b>"], "parse.block_not_closed"),
        (['<!DOCTYPE c [<!ENTITY e "x">]>', "<config>", "&e;", "</config>"], "parse.block_not_closed"),
    ],
)
def test_a_tree_that_breaks_off_is_told(lines: list[str], code: str) -> None:
    split = splitter(TREE if not lines[0].startswith("<") else "xml")(lines, Rules())
    assert split.unclosed
    assert code in [oddity.code for oddity in split.oddities]


def test_statements_that_share_a_line_are_not_read() -> None:
    for lines, syntax in ((["a { b; c d; }"], "braces"), (["<a><b>1</b><c>2</c></a>"], "xml")):
        split = splitter(syntax)(lines, Rules())
        assert [(s.path, s.opaque) for s in split.sections] == [(lines[0], True)]


def test_parts_of_a_device_and_what_stands_before_a_path() -> None:
    rules = rules_of(
        {
            "strip": r"config |devices \S+ ",
            "part": r"vsys (?P<alone>\S+) |template (?P<scope>\S+) ",
            "rewrite": [{"pattern": r"zone (\S+)", "to": r"zone \1.0"}],
        },
        None,
    )
    one = ["set config devices x network y", "set vsys v1 zone z"]
    assert paths(one, rules) == [("", "network y"), ("", "zone z.0")]
    assert paths([*one, "set vsys v2 zone z"], rules) == [("", "network y"), ("v1", "zone z.0"), ("v2", "zone z.0")]
    assert paths(["set template t zone z"], rules) == [("t", "zone z.0")]


def test_a_text_for_several_devices_is_not_the_whole_of_one() -> None:
    split = splitter("set")(["set network y", "set template t zone z"], rules_of({"fragment": "template "}, None))
    assert split.unclosed
    assert [(o.line, o.code) for o in split.oddities] == [(2, "parse.not_one_device")]


def test_groups_are_inherited_where_they_are_asked_for() -> None:
    lines = [
        "groups {",
        "    common {",
        "        system {",
        "            services {",
        "                telnet;",
        "            }",
        "        }",
        "        interfaces {",
        "            <ge-*> {",
        "                mtu 9000;",
        "            }",
        "        }",
        "    }",
        "    other {",
        "        system {",
        "            ports;",
        "        }",
        "    }",
        "}",
        "apply-groups common;",
        "interfaces {",
        "    ge-0/0/0 {",
        "        disable;",
        "    }",
        "    xe-0/0/0 {",
        "        disable;",
        "    }",
        "}",
    ]
    split = splitter("braces")(lines, rules_of({"inherits": True}, None))
    assert [(s.header[0].first, s.path) for s in split.sections] == [
        (5, "system services telnet"),
        (10, "interfaces ge-0/0/0 mtu 9000"),
        (16, "groups other system ports"),
        (20, "apply-groups common"),
        (23, "interfaces ge-0/0/0 disable"),
        (26, "interfaces xe-0/0/0 disable"),
    ]
    assert 20 in [statement.first for statement in split.sections[0].frame]


def test_a_group_that_is_not_there_makes_the_text_incomplete() -> None:
    rules = rules_of({"inherits": True}, None)
    split = splitter("set")(["set apply-groups common", "set system ports"], rules)
    assert split.unclosed
    assert [(o.line, o.code) for o in split.oddities] == [(1, "parse.group_not_there")]


def test_both_members_of_a_cluster_have_their_groups() -> None:
    lines = ["set groups node0 system host-name a", "set groups node1 system host-name b", 'set apply-groups "${node}"']
    rules = rules_of({"inherits": True}, None)
    assert paths(lines, rules, "set") == [
        ("", "system host-name a"),
        ("", "system host-name b"),
        ("", 'apply-groups "${node}"'),
    ]


@pytest.mark.parametrize(
    ("syntax", "lines"),
    [
        ("fortios", ["config a"] * 20_000),
        ("braces", ["a {"] * 20_000),
        ("braces", ["system {", "host-name x;", "}", "{ " * 20_000]),
    ],
)
def test_blocks_deeper_than_on_any_device_are_not_read(syntax: str, lines: list[str]) -> None:
    found = split_as(syntax, lines)
    assert sorted(places(found)) == [*range(1, len(lines) + 1)]
    assert found.unclosed or found.lost
    assert max(len(section.header) for section in found.sections) <= DEEPEST + 1
