"""The canary: the wrapping of TTP's compiled objects changes no value, and every line is right.

It fails when a release of TTP moves one of the internals that the locator uses.
"""

import random
from typing import Any

import pytest

from infra_audit.parsers import engine
from infra_audit.parsers.template import Template
from infra_audit.parsers.values import Adds
from tests.unit.parsers.support import platform

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


def values(node: Any) -> Any:
    """TTP's result without lines; of several captures of one name the first, as TTP keeps it."""
    if isinstance(node, Adds) or not isinstance(node, (dict, list)):
        return node
    if isinstance(node, list):
        return [values(entry) for entry in node]
    found: dict[str, tuple[int, Any]] = {}
    for key, value in node.items():
        name, at, line = key.rpartition("@")
        place = int(line) if at else 0
        if (name if at else key) not in found or place < found[name if at else key][0]:
            found[name if at else key] = (place, values(value))
    return {name: value for name, (_, value) in found.items()}


@pytest.mark.parametrize("which", sorted(STATEMENTS))
@pytest.mark.parametrize("seed", range(20))
def test_located_results_equal_plain_ones(which: str, seed: int) -> None:
    name, file = which.split("/")
    compiled = engine.compile_platform(platform(name))
    text = next(template.text for template in compiled.templates if template.name == file)
    dice = random.Random(seed)
    headers = [s for s in STATEMENTS[which] if not s.startswith(" ")]
    body = [s for s in STATEMENTS[which] if s.startswith(" ")]
    statements = [line for _ in range(6) for line in (dice.choice(headers), *dice.sample(body, min(3, len(body))))]
    plain = Template(text, compiled.tables, compiled.grammars, located=False).plain("\n".join(statements))
    located = Template(text, compiled.tables, compiled.grammars).parse(statements)
    assert values(located) == values(plain)


def test_every_captured_value_stands_on_its_line() -> None:
    compiled = engine.compile_platform(platform("demo"))
    template = next(t for t in compiled.templates if t.name == "lines.ttp").compiled
    statements = [f"line vty {n} {n}" if n % 2 else f" access-class {n} in" for n in range(1, 400)]

    def check(node: Any) -> int:
        if isinstance(node, list):
            return sum(check(entry) for entry in node)
        count = 0
        for key, value in node.items():
            name, at, line = key.rpartition("@")
            if not at:
                count += check(value)
            elif name in ("first", "access_list"):
                assert str(value) in statements[int(line) - 1].split()
                count += 1
        return count

    assert check(template.parse(statements)) == 399
