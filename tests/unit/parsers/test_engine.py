"""What a document says beyond its facts: leaks, refusals, completeness, failures, several sources."""

import time
from pathlib import Path

import pytest

from infra_audit.errors import PlatformError
from infra_audit.model.acknowledgement import Acknowledgement
from infra_audit.model.device import Device
from infra_audit.model.evidence import Completeness
from infra_audit.model.platform import Platform
from infra_audit.model.reason import Reason
from infra_audit.parsers import engine, reading
from tests.unit.parsers.support import FOLDER, artifact, changed, document, documents, not_collected, platform, states

DEMO = platform("demo")
PLAIN = platform("plain")


def lines_of(text: str) -> dict[str, object]:
    found = document(DEMO, text)
    return {found.keys[f"/lines/{i}"]: item for i, item in enumerate(found.facts.get("lines", []))}


def test_a_refused_header_does_not_give_its_body_to_the_section_before() -> None:
    found = lines_of("line vty 0 4\n login local\nline frob 1\n transport input telnet\n")
    assert found == {"lines[vty,0,4]": {"kind": "vty", "first": 0, "last": 4, "login": "local"}}


def test_a_start_line_that_refuses_leaves_the_text_to_another(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "demo")
    (folder / "lines.ttp").write_text(
        '<doc>\nsections: ["line "]\nareas: [lines]\n</doc>\n<group name="lines*" method="table">\n'
        'line {{ kind | word("line_kind") }} {{ first | DIGIT | number }}\nline {{ _word | switch("frob", "x") | also("kind", "tty") }} {{ last | DIGIT | number }}\n</group>\n',
        "utf-8",
    )
    found = document(changed("demo", folder), "line con 0\nline frob 7\nline vty 1\n")
    assert [(i["kind"], i.get("first"), i.get("last")) for i in found.facts["lines"]] == [
        ("con", 0, None),
        ("tty", None, 7),
        ("vty", 1, None),
    ]


def test_a_value_set_beside_a_captured_one_is_kept(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "demo")
    text = (
        (folder / "lines.ttp")
        .read_text("utf-8")
        .replace("access-class {{ access_list }} in", "access-class {{ access_list }} in {{ vrf | set(None) }}")
    )
    (folder / "lines.ttp").write_text(text, "utf-8")
    found = document(changed("demo", folder), "line vty 0 4\n access-class 7 in\n")
    assert found.facts["lines"][0]["vrf"] is None
    assert found.facts["lines"][0]["access_list"] == "7"


def test_the_last_line_wins_and_two_values_are_contradictory() -> None:
    found = document(DEMO, "line vty 0 4\n exec-timeout 5 0\n exec-timeout 1 0\n")
    assert found.facts["lines"][0]["exec_timeout_seconds"] == 60
    assert found.coverage["lines"].reason == Reason("parse.contradictory_lines")
    assert found.line_counts["running-config"].used == 3
    again = document(DEMO, "line vty 0 4\n exec-timeout 5 0\n exec-timeout 5 0\n")
    assert states(again)["lines"] == "parsed"


def test_sections_of_one_key_are_one_item() -> None:
    found = document(
        DEMO, "interface Gi0/1\n shutdown\ninterface GigabitEthernet0/1\n no shutdown\n ip address 192.0.2.1/24\n"
    )
    assert [(i["name"], i["enabled"], i["addresses"]) for i in found.facts["interfaces"]] == [
        ("GigabitEthernet0/1", True, ["192.0.2.1/24"])
    ]


def test_an_unread_line_in_a_part_touches_the_areas_of_the_device() -> None:
    text = "config vdom\nedit a\nfrob hostname\nnext\nend\n"
    device, part = documents(platform("blocks"), text)
    assert states(device)["system"] == "partial"
    assert states(part)["system"] == "no_such_exposure"
    assert [u.areas for u in part.unparsed] == [("system",)]


def test_moving_an_entry_changes_no_digest() -> None:
    def digests(text: str) -> list[str]:
        return [e["digest"] for e in document(DEMO, text).facts["acls"][0]["entries"]]

    head = "ip access-list extended A\n"
    assert (
        digests(head + " 10 permit ip any any\n 20 deny tcp any any\n")
        == digests(head + " 5 deny tcp any any\n 7 permit ip any any\n")[::-1]
    )


def test_equal_entries_are_counted() -> None:
    found = document(DEMO, "ip access-list extended A\n permit ip any any\n permit ip any any\n")
    assert [e["occurrence"] for e in found.facts["acls"][0]["entries"]] == [1, 2]


@pytest.mark.parametrize(
    ("complete", "code"),
    [(Completeness.UNKNOWN, "coverage.complete_unknown"), (Completeness.NO, "coverage.incomplete")],
)
def test_only_a_complete_text_is_parsed(complete: Completeness, code: str) -> None:
    found = document(DEMO, "line vty 0 4\n transport input ssh\ninterface Vlan1\n", complete=complete)
    assert {s for name, s in states(found).items()} == {"partial"}
    assert {c.reason.code for c in found.coverage.values() if c.reason and str(c.state) == "partial"} == {code}
    assert "acl_in" not in found.facts["interfaces"][0]
    assert found.facts["telnet"] == {"enabled": False}


def test_an_open_text_is_never_complete() -> None:
    found = document(DEMO, "interface Vlan1\nbanner login ^C\nopen\n")
    assert found.coverage["interfaces"].reason == Reason("coverage.unclosed", {"artifact": "running-config"})
    assert "acl_in" not in found.facts["interfaces"][0]


def test_an_unread_line_outside_every_template_touches_the_areas_of_its_words() -> None:
    found = document(DEMO, "hostname a\nfrob telnet\nfrob telnetting\n")
    assert [(u.line, u.areas) for u in found.unparsed] == [(2, ("telnet",)), (3, ())]


def test_an_unread_line_touches_an_area_that_only_steps_feed() -> None:
    found = document(DEMO, "line vty 0 4\n transport input ssh\nfrob telnet\n")
    assert states(found)["lines"] == "parsed"
    assert found.coverage["telnet"].lines == ((3, 3),)


def test_a_source_that_is_only_compared_leaves_no_line_unparsed() -> None:
    sources = {**DEMO.data["sources"], "startup-config": {"command": "c", "syntax": "indented", "optional": True}}
    saved = artifact("hostname a\nline vty 0 4\n frob\n", "startup-config")
    found = document(changed("demo", sources=sources), "hostname a\n", others=(saved,))
    assert found.line_counts["startup-config"].ignored == 3
    assert {i.pattern for i in found.ignored} == {"source compared only"}
    assert states(found)["lines"] == "parsed"


def test_a_damaged_line_makes_its_area_partial() -> None:
    found = document(DEMO, "line vty 0 4\n login local\nhostname a\n", damaged=((2, Reason("x")),))
    assert states(found)["lines"] == "partial"
    assert states(found)["system"] == "parsed"
    assert [(p.line, p.reason.code) for p in found.problems] == [(2, "x")]


def test_lines_not_parsed_yet_cost_their_area() -> None:
    templates = changed(
        "demo", ignore={"not_parsed_yet": [{"pattern": "frob$", "area": "lines", "reason": "r", "example": "frob"}]}
    )
    found = document(templates, "line vty 0 4\n frob\n")
    assert found.coverage["lines"].reason == Reason("parse.not_parsed_yet")
    assert [(i.line, i.list) for i in found.ignored] == [(2, "not_parsed_yet")]


def test_a_refused_line_is_never_ignored() -> None:
    loose = changed("demo", ignore={"irrelevant": [{"pattern": ".*", "reason": "r", "example": "x"}]})
    found = document(loose, "line vty 0 4\n exec-timeout frob\n frob\n")
    assert [u.line for u in found.unparsed] == [2]
    assert [i.line for i in found.ignored] == [3]


def test_a_short_form_is_not_read_but_touches_the_areas_it_may_mean() -> None:
    found = document(DEMO, "int Gi0/1\n shutdown\ninterface Vlan1\n")
    assert [i["name"] for i in found.facts["interfaces"]] == ["Vlan1"]
    assert [(u.line, u.areas) for u in found.unparsed] == [(1, ("interfaces",)), (2, ("interfaces",))]
    (blocks,) = documents(platform("blocks"), "config sys glo\nset hostname x\nend\n")
    assert states(blocks)["system"] == "partial"


def test_acknowledged_lines_are_ignored_and_shown() -> None:
    known = Acknowledgement(pattern="frob .*", reason="checked", who="kanri", until="2027-03-31")
    found = document(DEMO, "line vty 0 4\n frob x\n", acknowledgements=(known,))
    assert states(found)["lines"] == "parsed"
    assert [(i.list, i.by) for i in found.ignored] == [("acknowledged", "kanri, 2027-03-31: checked")]
    assert found.line_counts["running-config"].ignored == 1


def test_a_fact_that_breaks_its_schema_is_dropped_and_its_line_unparsed(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "demo")
    text = (folder / "lines.ttp").read_text("utf-8").replace('set("local")', 'set("wrong")')
    (folder / "lines.ttp").write_text(text, "utf-8")
    found = document(changed("demo", folder), "line vty 0 4\n login local\n access-class 1 in\n")
    assert found.facts["lines"] == [{"kind": "vty", "first": 0, "last": 4, "access_list": "1"}]
    assert [u.line for u in found.unparsed] == [2]
    assert found.coverage["lines"].lines == ((2, 2),)
    assert [p.reason.code for p in found.problems] == ["parse.invalid_fact"]


def test_a_template_that_raises_stops_only_itself(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "demo")
    text = (folder / "lines.ttp").read_text("utf-8").replace('word("line_kind")', 'word("nosuchtable")')
    (folder / "lines.ttp").write_text(text, "utf-8")
    found = document(changed("demo", folder), "line vty 0 4\n login local\nhostname a\n")
    assert states(found)["lines"] == "unreadable"
    assert states(found)["telnet"] == "unreadable"
    assert found.facts["system"]["hostname"] == "a"
    assert [p.reason.code for p in found.problems] == ["parse.template_failed"]


RUNAWAY = """<doc>
sections: ["{word} "]
areas: [{area}]
</doc>
<group name="{group}">
{line}
</group>
<vars>
bad = "(a+)+"
</vars>
"""


@pytest.mark.parametrize(
    "line",
    ['{word} {{{{ {field} | re("bad") }}}}', '{word} {{{{ {field} | _start_ }}}}\n bad {{{{ _x | re("bad") }}}}'],
)
def test_runaway_expressions_are_stopped_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """In a start line, which finds the sections, and in a line of a section; the second template as well as the first."""
    monkeypatch.setattr(reading, "SECONDS", 0.2)
    folder = _copy(tmp_path, "demo")
    for word, area, group, field in (("frob", "vlans", "vlans*", "name"), ("grob", "banner", "banner**", "motd")):
        text = RUNAWAY.format(word=word, area=area, group=group, line=line.format(word=word, field=field))
        (folder / f"{word}.ttp").write_text(text, "utf-8")
    bad = "a" * 40 + "!"
    found = document(changed("demo", folder), f"hostname x\nfrob {bad}\n bad {bad}\ngrob {bad}\n bad {bad}\n")
    failed = {
        p.reason.fields["template"]: p.reason.fields["what"] for p in found.problems if "template" in p.reason.fields
    }
    assert failed == {"frob.ttp": "TimeLimitError", "grob.ttp": "TimeLimitError"}
    assert (states(found)["vlans"], states(found)["banner"]) == ("unreadable", "unreadable")
    assert found.facts["system"]["hostname"] == "x"


def test_a_line_that_takes_back_what_a_failing_template_might_read_is_not_left_out(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "demo")
    text = (folder / "lines.ttp").read_text("utf-8").replace('word("line_kind")', 'word("nosuchtable")')
    (folder / "lines.ttp").write_text(text, "utf-8")
    left_out = {"irrelevant": [{"pattern": "(no )?line vty .*$", "reason": "r", "example": "line vty 0"}]}
    found = document(changed("demo", folder, ignore=left_out), "hostname a\nno line vty 0 4\n")
    assert [line.text for line in found.unparsed] == ["no line vty 0 4"]
    assert states(found)["lines"] == "unreadable"


def test_a_platform_with_a_bad_template_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "demo")
    (folder / "bad.ttp").write_text("line {{ a }}\n", "utf-8")
    with pytest.raises(PlatformError) as caught:
        document(changed("demo", folder), "x\n")
    assert caught.value.fields["file"] == "bad.ttp"


def test_records_of_flat_texts_cite_the_line_of_their_key() -> None:
    users = artifact("User name: kanri\nId: 5\nfrob\nUser name: hoshu\nId: 6\n", "show-users")
    found = document(PLAIN, "user kanri\n", others=(users,))
    assert [(u["name"], u["uid"]) for u in found.facts["users"]] == [("kanri", 5), ("hoshu", 6)]
    assert found.provenance["/users/0/uid"].lines == ((1, 1), (2, 2))
    assert found.coverage["users/*/uid"].lines == ((3, 3),)
    assert states(found)["users"] == "parsed"


def test_an_optional_source_that_is_missing_costs_only_its_fields() -> None:
    found = document(PLAIN, "user kanri\n", missing=(not_collected("show-users"),))
    assert states(found)["users"] == "parsed"
    assert str(found.coverage["users/*/uid"].state) == "not_collected"
    assert found.coverage["users/*/uid"].reason == Reason("collect.refused")


def test_nothing_collected_is_told_for_every_area_that_could_be_read() -> None:
    (found,) = engine.parse(Device(id="d"), [], [not_collected("running-config", "collect.timeout")], DEMO)
    assert set(states(found).values()) == {"not_collected"}
    assert found.coverage["lines"].reason == Reason("collect.timeout")
    assert found.facts.keys() == {"subject"}


def test_of_two_outputs_of_one_source_the_later_counts() -> None:
    older, newer = (
        artifact("hostname a\n", "running-config", name="1"),
        artifact("hostname b\n", "running-config", name="2"),
    )
    (found,) = engine.parse(Device(id="d"), [older, newer], [], DEMO)
    assert found.facts["system"]["hostname"] == "b"
    assert [p.reason.code for p in found.problems] == ["parse.source_twice"]


def test_an_unknown_source_is_told() -> None:
    (found,) = engine.parse(Device(id="d"), [artifact("x\n", "frob")], [], DEMO)
    assert [p.reason.code for p in found.problems] == ["parse.unknown_source"]


def test_the_subject_says_only_what_is_known() -> None:
    device = Device(id="sw1", kind="router", platform="demo", zones=("office",), site=None, place="hosts.yml")
    (found,) = engine.parse(device, [artifact("version 15.2\n", "running-config")], [], DEMO)
    assert found.subject == {
        "id": "sw1",
        "kind": "router",
        "platform": "demo",
        "os_family": "demo",
        "zones": ["office"],
        "version": "15.2",
    }
    assert found.provenance["/subject/zones"].place == "hosts.yml"
    assert found.provenance["/subject/version"].sources == ("/system/os_version",)


def test_the_same_input_gives_the_same_document() -> None:
    text = (Path(__file__).parent / "cases" / "demo.all-shapes.cfg").read_text("utf-8")
    assert [d.to_json() for d in documents(DEMO, text)] == [d.to_json() for d in documents(DEMO, text)]


def test_a_derived_fact_never_replaces_one_that_was_read() -> None:
    steps = [{"step": "map", "from": "lines[]/kind", "into": "lines[]/login"}]
    found = document(changed("demo", derive=steps), "line vty 0 4\n login local\n")
    assert found.facts["lines"][0]["login"] == "local"


def test_a_derived_fact_goes_before_a_default() -> None:
    steps = [{"step": "map", "from": "lines[]/access_list", "into": "login", "words": {"7": "aaa"}}]
    absent = [{"at": "lines[]/login", "value": "none", "counter": "c"}]
    found = document(changed("demo", derive=steps, absent=absent), "line vty 0 4\n access-class 7 in\nline con 0\n")
    assert [line["login"] for line in found.facts["lines"]] == ["aaa", "none"]


def _copy(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    for file in (FOLDER / name).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_compiled_platforms_are_kept() -> None:
    assert engine.compile_platform(DEMO) is engine.compile_platform(DEMO)
    assert isinstance(DEMO, Platform)


def test_time_is_linear_in_the_lines() -> None:
    def cost(size: int) -> float:
        text = "".join(
            f"interface Gi0/{n}\n ip access-group A{n} in\n frob {n}\nip access-list extended A{n}\n permit ip any any\n"
            for n in range(size)
        )
        begin = time.process_time()
        document(DEMO, text)
        return time.process_time() - begin

    small = min(cost(40) for _ in range(2))
    assert cost(800) < 60 * small


def test_a_pattern_with_an_optional_no_leaves_out_nothing_that_takes_a_setting_back() -> None:
    optional = {"irrelevant": [{"pattern": "(no )?(shutdown|frob)$", "reason": "r", "example": "frob"}]}
    text = "version 15.2\ninterface Gi0/1\n frob\n no frob\n no description x\n"
    given = document(changed("demo", ignore=optional), text)
    assert [u.text for u in given.unparsed] == [" no description x"]
    broad = {"irrelevant": [{"pattern": "(no )?(description|frob) ?.*$", "reason": "r", "example": "frob"}]}
    taken_back = document(changed("demo", ignore=broad), text)
    assert [u.text for u in taken_back.unparsed] == [" no description x"], "the template reads descriptions"
    assert states(taken_back)["interfaces"] == "partial"
    meant = {
        "irrelevant": [
            {"pattern": "no description .*$", "reason": "r", "example": "no description x"},
            *optional["irrelevant"],
        ]
    }
    assert document(changed("demo", ignore=meant), text).unparsed == ()
