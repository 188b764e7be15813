"""Facts of Linux texts against what another parser (jc) made of the same texts."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from tests.unit.platforms.case import parse

TRUTH = Path(__file__).parents[5] / "shared" / "corpus" / "truth" / "jc"
pytestmark = pytest.mark.skipif(not TRUTH.is_dir(), reason=f"no texts with another parser's answers at {TRUTH}")

LISTS = {"macs": "macs", "kexalgorithms": "kex", "hostkeyalgorithms": "host_key_algorithms", "listenaddress": "listen"}
NUMBERS = {
    "maxauthtries": "max_auth_tries",
    "maxsessions": "max_sessions",
    "clientaliveinterval": "client_alive_interval_seconds",
    "clientalivecountmax": "client_alive_count_max",
    "logingracetime": "login_grace_seconds",
}
SWITCHES = {
    "passwordauthentication": "password_authentication",
    "permitemptypasswords": "permit_empty_passwords",
    "hostbasedauthentication": "hostbased_authentication",
    "x11forwarding": "x11_forwarding",
    "gssapiauthentication": "gssapi_authentication",
}


def truth(name: str) -> tuple[list[str], Any]:
    return (TRUTH / f"{name}.out").read_text().splitlines(), json.loads((TRUTH / f"{name}.json").read_text())


def facts(**sources: list[str]) -> dict[str, Any]:
    named = {source.replace("_", "-"): lines for source, lines in sources.items()}
    return parse(catalogue.platforms()["linux"], named)["device"].facts


def test_sshd() -> None:
    lines, wanted = truth("generic/sshd-T")
    # This text marks lists that add to the built-in ones (+ and ^), which no daemon prints; without the marks they are plain.
    plain = [" ".join(word.lstrip("+^") for word in line.split(" ", 1)) for line in lines]
    ssh = facts(sshd_effective=plain)["ssh"]
    for name, field in LISTS.items():
        assert ssh[field] == wanted[name], name
    for name, field in NUMBERS.items():
        assert ssh[field] == wanted[name], name
    for name, field in SWITCHES.items():
        assert ssh[field] is (wanted[name] == "yes"), name
    assert ssh["log_level"] == wanted["loglevel"]
    assert ssh["permit_root_login"] == "prohibit-password"
    marked = parse(catalogue.platforms()["linux"], {"sshd-effective": lines})["device"]
    assert "ciphers" not in marked.facts["ssh"]
    assert str(marked.coverage["ssh"].state) == "partial"


@pytest.mark.parametrize("name", ["centos-7.7/passwd", "ubuntu-18.04/passwd"])
def test_passwd(name: str) -> None:
    lines, wanted = truth(name)
    parts = [line.split(":") for line in lines if line]
    sent = [":".join([p[0], p[1], p[2], p[3], "", p[5], p[6]]) for p in parts]
    found = [(u["name"], u["uid"], u["gid"], u["home"], u["shell"]) for u in facts(passwd=sent)["users"]]
    assert found == [(u["username"], u["uid"], u["gid"], u["home"], u["shell"]) for u in wanted]


@pytest.mark.parametrize("name", ["centos-7.7/group", "ubuntu-18.04/group"])
def test_group(name: str) -> None:
    lines, wanted = truth(name)
    sent = [":".join([line.split(":")[0], "", *line.split(":")[2:]]) for line in lines if line]
    found = [(g["name"], g["gid"], g["members"]) for g in facts(group=sent)["groups"]]
    assert found == [(g["group_name"], g["gid"], [m for m in g["members"] if m]) for g in wanted]


@pytest.mark.parametrize("name", ["centos-7.7/sysctl-a", "ubuntu-18.04/sysctl-a"])
def test_sysctl(name: str) -> None:
    lines, wanted = truth(name)
    once = [line for line in lines if " = " in line]
    found = {entry["name"]: entry["running"] for entry in facts(sysctl_running=once)["sysctl"]}
    simple = {key: value for key, value in wanted.items() if key in found and isinstance(value, int)}
    assert len(simple) > 100
    assert {key: found[key] for key in simple if found[key].isdecimal()} == {
        key: str(value) for key, value in simple.items() if found[key].isdecimal()
    }
