"""The rule files as they are give the same verdict in three validators: each example, counterexample and unknown.

Valid means pass or not_applicable, invalid means fail or no_evidence; what splits those is ours alone.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from referencing import Registry

from infra_audit import yamlfile
from infra_audit.baselines import source

AJV = Path(__file__).parents[2] / "ajv"
Case = tuple[str, bool, Any]
"""Reference of the rule, whether it must be valid, and the facts."""


@cache
def docs() -> list[dict[str, Any]]:
    """Return the rule files as any validator would get them."""
    return [
        yamlfile.load(f) for f in sorted(source.builtin().iterdir(), key=lambda f: f.name) if f.name.endswith(".yaml")
    ]


@cache
def cases() -> list[Case]:
    return [case for doc in docs() for case in _cases(doc)]


def _cases(doc: dict[str, Any]) -> Iterator[Case]:
    for rule_id, rule in doc["$defs"].items():
        reference = f"{doc['$id']}#/$defs/{rule_id}"
        for facts in rule.get("examples", ()):
            yield reference, True, facts
        for case in (*rule.get("x-counterexamples", ()), *rule.get("x-unknown", ())):
            yield reference, False, case["facts"]


def wrong(verdicts: list[bool]) -> list[tuple[str, bool, Any]]:
    """Return the cases whose verdict is not the one stated."""
    return [case for case, verdict in zip(cases(), verdicts, strict=True) if case[1] is not verdict]


def test_every_rule_has_all_three_kinds_of_cases() -> None:
    rules = [rule for doc in docs() for rule in doc["$defs"].values() if "x-infra-audit" in rule]
    assert len(rules) >= 140
    assert all(rule["examples"] and rule["x-counterexamples"] and rule["x-unknown"] for rule in rules)


def test_jsonschema() -> None:
    registry: Any = Registry().with_contents([(doc["$id"], doc) for doc in docs()])
    validators: dict[str, Any] = {}
    verdicts = []
    for reference, _, facts in cases():
        if reference not in validators:
            schema = {"$schema": docs()[0]["$schema"], "$ref": reference}
            validators[reference] = jsonschema.Draft202012Validator(schema, registry=registry)
        verdicts.append(validators[reference].is_valid(facts))
    assert wrong(verdicts) == []


def test_jsonschema_rs() -> None:
    registry = jsonschema_rs.Registry([(doc["$id"], doc) for doc in docs()])
    validators: dict[str, Any] = {}
    verdicts = []
    for reference, _, facts in cases():
        if reference not in validators:
            validators[reference] = jsonschema_rs.Draft202012Validator({"$ref": reference}, registry=registry)
        verdicts.append(validators[reference].is_valid(facts))
    assert wrong(verdicts) == []


def test_ajv() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine: the third validator, ajv, cannot run")
    if not (AJV / "node_modules" / "ajv").is_dir():
        pytest.skip("ajv is not installed: `make test` installs it where npm is, or run `npm ci` in tests/ajv")
    asked = json.dumps({"docs": docs(), "cases": [{"rule": rule, "facts": facts} for rule, _, facts in cases()]})
    done = subprocess.run([node, "judge.mjs"], cwd=AJV, input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert wrong([json.loads(line) for line in done.stdout.splitlines()]) == []


def test_the_lock_file_names_no_host_to_download_from() -> None:
    lock = json.loads((AJV / "package-lock.json").read_text("utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    wanted = json.loads((AJV / "package.json").read_text("utf-8"))["dependencies"]
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted
