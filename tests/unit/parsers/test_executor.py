"""The executor against TTP: the same captures, and each on its statement.

The first test is also the canary: it fails when a release of TTP moves one of the names that `compiled_data` reads.
"""

import random

import pytest

from infra_audit.parsers import engine
from infra_audit.parsers.executor import Effect, Group, Rule, run
from tests.unit.parsers.support import platform
from tests.unit.parsers.ttp_reference import by_ttp, executor_result, ttp_result

STATEMENTS = {
    "demo/lines.ttp": [
        "line vty 0 4", " exec-timeout 5 0", " login local", " transport input ssh", "line con 0", " login", " access-class 7 in", " exec-timeout 1 0",
        " transport input all", " frob",
    ],
    "demo/interfaces.ttp": [
        "interface Gi0/1", " description a  b", " shutdown", " no shutdown", " ip address 192.0.2.1 255.255.255.0", " ip address 198.51.100.1 255.255.255.0 secondary",
        " switchport trunk allowed vlan 1-5", " switchport trunk allowed vlan add 9", "interface Vlan1", " frob", " no ip access-group x in",
    ],
    "demo/acls.ttp": ["ip access-list extended A", " permit ip any any", " deny tcp any any eq 22 log", "access-list 7 permit 192.0.2.0 0.0.0.255", " frob"],
}  # fmt: skip


@pytest.mark.parametrize("which", sorted(STATEMENTS))
@pytest.mark.parametrize("seed", range(20))
def test_the_captures_are_those_of_ttp(which: str, seed: int) -> None:
    name, file = which.split("/")
    compiled = engine.compile_platform(platform(name))
    template = next(template for template in compiled.templates if template.name == file)
    dice = random.Random(seed)
    headers = [s for s in STATEMENTS[which] if not s.startswith(" ")]
    body = [s for s in STATEMENTS[which] if s.startswith(" ")]
    texts = [line for _ in range(6) for line in (dice.choice(headers), *dice.sample(body, min(3, len(body))))]
    ours = template.compiled.run(texts, [False] * len(texts))
    assert executor_result(ours) == ttp_result(by_ttp(template.text, compiled), texts)


def test_every_captured_value_stands_on_its_statement() -> None:
    compiled = engine.compile_platform(platform("demo"))
    template = next(t for t in compiled.templates if t.name == "lines.ttp").compiled
    texts = [f"line vty {n} {n}" if n % 2 else f" access-class {n} in" for n in range(1, 400)]
    captured = [
        (str(value), at)
        for record in template.run(texts, [False] * len(texts)).records
        for name, at, value in record.fields
        if name in ("first", "access_list")
    ]
    assert len(captured) == 399
    assert all(value in texts[at].split() for value, at in captured)


def rule(expression: str, *, starts: bool = False, name: str = "x") -> Rule:
    return Rule(expression, [(name, (lambda value: (value, False if "bad" in value else None),))], starts=starts)


HEAD = rule(r"\nitem[ \t]+(?P<x>\S+)[\t ]*(?=\n|\r\n)", starts=True)
BODY = rule(r"\n set[ \t]+(?P<x>\S+)[\t ]*(?=\n|\r\n)")
GROUP = Group(("area",), many=True, rules=(HEAD, BODY))


def fields(*texts: str, closes: tuple[int, ...] = ()) -> list[list[str]]:
    found = run([GROUP], texts, [at in closes for at in range(len(texts))])
    return [[value for _, _, value in record.fields] for record in found.records]


def test_the_last_of_two_values_is_kept_too() -> None:
    assert fields("item a", " set 1", " set 2") == [["a", "1", "2"]]


def test_a_start_line_that_refuses_ends_the_record() -> None:
    assert fields("item a", " set 1", "item bad", " set 2") == [["a", "1"]]


def test_nothing_leaks_from_a_section_that_opened_no_record() -> None:
    assert fields("item a", "other", " set 2", closes=(0, 1)) == [["a"]]


def test_a_refused_statement_is_matched_and_gives_nothing() -> None:
    texts = ["item a", " set bad", " frob"]
    found = run([GROUP], texts, [False] * 3)
    assert found.matched == {0, 1}
    assert GROUP.outcome(" set bad") == (Effect.REFUSED, ())


def test_of_two_lines_that_take_a_statement_the_first_of_the_file_wins() -> None:
    general = rule(r"\nitem[ \t]+(?P<y>.+)[\t ]*(?=\n|\r\n)", starts=True, name="y")
    special = rule(r"\nitem[ \t]+one[ \t]+(?P<x>\S+)[\t ]*(?=\n|\r\n)", starts=True)
    assert Group(("a",), many=True, rules=(special, general)).outcome("item one 1") == (Effect.OPENS, (("x", "1"),))
    assert Group(("a",), many=True, rules=(general, special)).outcome("item one 1") == (Effect.OPENS, (("y", "one 1"),))


def test_statements_of_another_level_or_word_are_not_tried() -> None:
    assert GROUP.outcome("  set 1") is None
    assert GROUP.outcome(" item a") is None
    assert (HEAD.level, HEAD.words, BODY.level, BODY.words) == (0, ("item",), 1, ("set",))


def test_groups_within_groups_take_what_follows_their_start() -> None:
    inner = Group(("parts",), many=True, rules=(rule(r"\n part[ \t]+(?P<x>\S+)[\t ]*(?=\n|\r\n)", starts=True),))
    outer = Group(("area",), many=True, rules=(HEAD, BODY), children=(inner,))
    found = run(
        [outer], [" part 0", "item a", " part 1", " part 2", " set 3", "item b", " part 4"], [False] * 7
    ).records
    assert [[v for _, _, v in r.fields] for r in found] == [["a", "3"], ["b"]]
    assert [[c.fields[0][2] for c in r.children] for r in found] == [["1", "2"], ["4"]]
