"""Splitters: every line is in exactly one place, whatever the text; structure is read as the device means it."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra_audit.parsers.splitters import BREAK, Block, Rules, Split, rules_of, splitter
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
    "indented": rules_of({"comment": r"^\s*!", "end": "^end$"}, "ios"),
    "fortios": rules_of({"comment": r"^\s*#(?!config)"}, None),
    "flat": rules_of(
        {"comment": "^#", "context": [{"start": "^pp select 1", "members": "^a b", "end": "^end$"}]}, None
    ),
    "braces": rules_of({"header": ["^end$"]}, None),
    "set": rules_of({"comment": "^!"}, None),
    "xml": rules_of({}, None),
}


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
    assert places(splitter(syntax)(lines, RULES[syntax])) == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("syntax", sorted(RULES))
@settings(max_examples=100, deadline=None)
@given(drawn=LINES)
def test_statements_keep_their_order_and_have_no_outer_blanks_but_indent(
    syntax: str, drawn: list[tuple[str, list[str]]]
) -> None:
    lines = [indent + " ".join(words) for indent, words in drawn]
    for section in splitter(syntax)(lines, RULES[syntax]).sections:
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
