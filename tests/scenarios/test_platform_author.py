"""`platform show` and `platform try`: what an author of templates, and an auditor who asks what they rest on, look at."""

import json
import os
import pty
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra_audit import catalogue
from infra_audit.config import Known, Settings
from infra_audit.pipeline import Audit
from infra_audit.texts import LANGUAGES, Language
from infra_audit.texts.layout import width
from tests.laws.samples import name, samples
from tests.scenarios.cli import Result, run

PLATFORMS = catalogue.platforms()
CONFIG = """version 15.2
hostname sw1
!
no service pad
frobnicate the widget
frobnicate the gadget
line vty 0 4
 transport input carrierpigeon
!
end
"""


def _try(folder: Path, *arguments: str, config: str = CONFIG) -> tuple[Result, list[dict[str, Any]]]:
    (folder / "sw1.cfg").write_text(config, encoding="utf-8")
    result = run("platform", "try", "sw1.cfg", "--platform", "cisco_ios", *arguments, cwd=folder)
    assert "Traceback" not in result.err
    records = [json.loads(line) for line in result.out.splitlines()] if "json" in arguments else []
    return result, records


def test_each_line_has_its_state_template_and_facts(tmp_path: Path) -> None:
    result, records = _try(tmp_path, "--format", "json")
    assert result.status == 0
    lines = {r["text"]: r for r in records}
    assert [r["line"] for r in records] == list(range(1, 11))
    assert lines["hostname sw1"]["templates"] == ["system.ttp"]
    assert lines["hostname sw1"]["facts"] == [{"key": "system/hostname", "value": "sw1"}]
    assert lines["!"]["state"] == "blank"
    assert lines["frobnicate the widget"]["state"] == "unparsed"
    assert not lines["frobnicate the widget"]["refused"]
    refused = lines[" transport input carrierpigeon"]
    assert (refused["state"], refused["refused"], refused["templates"]) == ("unparsed", True, ["lines.ttp"])
    assert "lines" in refused["areas"]


def test_the_view_of_a_person(tmp_path: Path) -> None:
    result, _ = _try(tmp_path)
    assert "解釈   hostname sw1" in result.out
    assert 'system/hostname = "sw1"  [system.ttp]' in result.out
    assert "拒否    transport input carrierpigeon" in result.out
    assert "\x1b" not in result.out, "no colour into a pipe"
    assert "frobnicate the\n" in result.err
    assert "10 行" in result.err


@pytest.mark.parametrize("state", ["used", "ignored", "unparsed", "blank"])
def test_only_one_state_is_shown_and_all_are_counted(state: str, tmp_path: Path) -> None:
    result, records = _try(tmp_path, "--only", state, "--format", "json")
    assert {r["state"] for r in records} <= {state}
    assert "10 行" in result.err


def test_colours_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "sw1.cfg").write_text(CONFIG, encoding="utf-8")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "infra_audit", "platform", "try", "sw1.cfg", "--platform", "cisco_ios"]
    with subprocess.Popen(
        command, stdout=theirs, stderr=subprocess.DEVNULL, cwd=tmp_path, env={**os.environ, "TERM": "xterm"}
    ):
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
    os.close(ours)
    assert b"\x1b[" in shown


def test_a_control_character_of_a_text_reaches_no_terminal(tmp_path: Path) -> None:
    result, _ = _try(tmp_path, config=CONFIG.replace("widget", "wid\x1b[31mget"))
    assert "\x1b" not in result.out + result.err


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    result, _ = _try(tmp_path, config=CONFIG.replace("end\n", "enable secret 5 $1$abcd$EfGhIjKlMnOpQrStUvWx0/\nend\n"))
    assert "EfGhIjKl" not in result.out
    assert "SECRET:" in result.out


def test_the_answer_of_another_command(tmp_path: Path) -> None:
    (tmp_path / "version.txt").write_text(
        "Technical Support: http://www.cisco.com/techsupport\nCisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E4, RELEASE SOFTWARE (fc2)\n",
        "utf-8",
    )
    words = ("platform", "try", "version.txt", "--source")
    result = run(*words, "version", "--platform", "cisco_ios", "--format", "json", cwd=tmp_path)
    ignored, record = map(json.loads, result.out.splitlines())
    assert (record["source"], record["templates"]) == ("version", ["version.ttp"])
    told = [e["reason"] for e in PLATFORMS["cisco_ios"].data["ignore"]["irrelevant"] if e.get("source") == "version"]
    assert ignored["why"] in told, "an entry of another source may have the same pattern"
    assert run(*words, "version", cwd=tmp_path).status == 2
    assert run(*words, "nothing", "--platform", "cisco_ios", cwd=tmp_path).status == 2
    assert (
        run("platform", "try", "gone.txt", *words[3:], "version", "--platform", "cisco_ios", cwd=tmp_path).status == 4
    )


def test_a_text_that_nobody_knows(tmp_path: Path) -> None:
    (tmp_path / "x.cfg").write_text("lorem ipsum\n", encoding="utf-8")
    result = run("platform", "try", "x.cfg", cwd=tmp_path)
    assert result.status == 3
    assert result.err.strip()


@pytest.mark.parametrize("path", samples(), ids=name)
def test_the_states_are_those_of_the_facts_document(path: Path) -> None:
    audit = Audit(Settings())
    (target,) = audit.read([path], Known(complete=True))
    counted = Counter(record["state"] for record in audit.explain(target))
    document_counts: Counter[str] = Counter()
    for document in audit.documents([target]):
        for counts in document.line_counts.values():
            for state in ("used", "ignored", "unparsed", "blank"):
                document_counts[state] += getattr(counts, state)
    assert counted == +document_counts


@pytest.mark.parametrize("path", samples(), ids=name)
def test_every_fact_of_a_line_is_shown_at_a_line(path: Path) -> None:
    audit = Audit(Settings())
    (target,) = audit.read([path], Known(complete=True))
    shown = {fact["key"] for record in audit.explain(target) for fact in record["facts"]}
    for document in audit.documents([target]):
        for pointer, provenance in document.provenance.items():
            if str(provenance.kind) == "lines":
                key = document.key_of(pointer)
                assert key in shown or any(other.startswith(f"{key}/") for other in shown), key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_the_page_of_a_platform(platform: str, lang: Language, tmp_path: Path) -> None:
    result = run("platform", "show", platform, "--lang", lang, cwd=tmp_path)
    assert result.status == 0, result.err
    assert "page." not in result.out, "a label without a text"
    assert [line for line in result.out.splitlines() if width(line) > 80] == []
    for source in PLATFORMS[platform].sources.values():
        assert (source.get("command") or source["path"]).split()[0][:12] in result.out
    for template in PLATFORMS[platform].folder.iterdir():
        if template.name.endswith(".ttp"):
            assert template.name in result.out


def test_the_record_of_a_platform(tmp_path: Path) -> None:
    for platform, about in PLATFORMS.items():
        (record,) = map(
            json.loads, run("platform", "show", platform, "--format", "json", cwd=tmp_path).out.splitlines()
        )
        assert record["secrets"] == len(about.data.get("secrets", ()))
        assert len(record["defaults"]) == len(about.data.get("defaults", ()))
        assert all(entry["document"] for entry in (*record["defaults"], *record["statements"]))
        assert {t["source"] for t in record["template_files"]} <= set(about.sources)
