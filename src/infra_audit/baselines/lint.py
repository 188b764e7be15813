"""Lint of rule files: `rules lint`, and the gate every rule passes before it may judge.

A problem never stops more than the rule it lies in; the file, the rule, the place and what is wrong are named.
"""

import json
import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs

from infra_audit import catalogue
from infra_audit.baselines import known_facts, lint_schema, parameters, patterns, pointer
from infra_audit.baselines.inline import InlineError, inline
from infra_audit.baselines.source import RuleFile, rule_validator
from infra_audit.model.rule import RuleProblem

CASES = ("examples", "x-counterexamples", "x-unknown")
AT_LEAST_ONE = frozenset({"minItems", "minContains", "minLength"})
"""Keywords that ask nothing at 0."""
DOLLAR_KEY = re.compile(r'"\$[^"]*": ')
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def lint(
    files: Iterable[RuleFile],
    *,
    clauses: frozenset[str] | None = None,
    conditions: frozenset[str] | None = None,
) -> list[RuleProblem]:
    """Return all problems of some rule files, by file and rule.

    `clauses` and `conditions` are the ids of the standards, None where no catalogue is at hand.
    """
    found: list[RuleProblem] = []
    for file in files:
        found += lint_file(file)
        for rule_id in file.rules:
            found += lint_rule(file, rule_id)
            found += _references(file, rule_id, clauses, conditions)
    return found


def lint_file(file: RuleFile) -> list[RuleProblem]:
    """Return what is wrong with the frame of a file: its `allOf` and its helpers."""
    joined = [entry["$ref"].removeprefix("#/$defs/") for entry in file.data["allOf"]]
    found = []
    for name in file.data["$defs"]:
        if name in file.rules and joined.count(name) != 1:
            found.append(RuleProblem(file=file.name, rule=name, pointer="", code="lint.not_joined"))
        if name in file.helpers and name in joined:
            found.append(RuleProblem(file=file.name, rule=name, pointer="", code="lint.helper_joined"))
    found += [
        RuleProblem(file=file.name, rule="", pointer="/allOf", code="lint.dangling", fields={"name": name})
        for name in joined
        if name not in file.data["$defs"]
    ]
    return found


def lint_rule(file: RuleFile, rule_id: str) -> list[RuleProblem]:
    """Return what is wrong with one rule. A wrong shape hides the rest, which could not be read."""
    definition = file.rules[rule_id]
    facts = catalogue.facts_schema()

    def problem(place: str, code: str, fields: Mapping[str, Any] | None = None) -> RuleProblem:
        return RuleProblem(file=file.name, rule=rule_id, pointer=place, code=code, fields=fields or {})

    shape = [
        problem(pointer.join(error.instance_path), "lint.shape", {"keyword": str(error.schema_path[-1])})
        for error in rule_validator().iter_errors(definition)
    ]
    if shape:
        return shape
    try:
        condition, then = (inline(definition[key], file.helpers) for key in ("if", "then"))
    except InlineError as error:
        return [problem("", error.code, {"reference": error.reference})]
    schema = {"if": condition, "then": then}
    try:
        validator = jsonschema_rs.validator_for(schema)
    except (ValueError, jsonschema_rs.ReferencingError):
        return [problem("", "lint.does_not_compile")]
    booleans = list(lint_schema.boolean_schemas(schema))
    if booleans:
        return [problem(place, "lint.boolean_schema") for place in booleans]
    found = [*lint_schema.lint_if(condition, facts), *lint_schema.lint_then(then, facts)]
    for check in (_subject, _each, _parameters, _in_force, _cases, _language):
        found += check(definition, condition, then)
    found += _persons(rule_id, definition, condition, then)
    if not found:
        found += _silence(validator, definition, then)
    return [problem(*item) for item in _once(found)]


def _references(
    file: RuleFile, rule_id: str, clauses: frozenset[str] | None, conditions: frozenset[str] | None
) -> Iterator[RuleProblem]:
    meta = file.rules[rule_id]["x-infra-audit"]
    for key, known in (("clauses", clauses), ("conditions", conditions)):
        named = meta.get(key, ()) if isinstance(meta, dict) else ()
        for name in named if known is not None else ():
            if name not in known:  # type: ignore[operator]
                yield RuleProblem(
                    file=file.name, rule=rule_id, pointer=f"/x-infra-audit/{key}", code=f"lint.unknown_{key}", fields={"name": name}
                )  # fmt: skip


Check = Iterator[lint_schema.Found]


def _subject(_: Any, condition: Any, then: Any) -> Check:
    """Fields of the subject: named in `if`, required in `then`, and looked at nowhere else."""
    looked = then.get("properties", {}).get("subject", {})
    for path in sorted(patterns.looked_at(condition)):
        if path[0] == "subject" and len(path) == 2 and path[1] not in looked.get("required", ()):
            yield "/then/properties/subject", "lint.if_subject_field", {"fact": path[1]}
    if looked.keys() - {"required"}:
        yield "/then/properties/subject", "lint.subject_in_then", {}


def _each(definition: Any, _: Any, then: Any) -> Check:
    each = definition["x-infra-audit"].get("each")
    read = patterns.reads(then)
    listed = sorted(
        path for path in read.all if path[-1] == "*" and any(leaf[: len(path)] == path for leaf in read.judged)
    )
    if each is None and any(
        len(leaf) > len(path) for path in listed for leaf in read.judged if leaf[: len(path)] == path
    ):
        yield "/x-infra-audit", "lint.no_each", {"list": "/" + "/".join(listed[0])}
    if each is not None and tuple(each.split("/")[1:]) not in read.all:
        yield "/x-infra-audit/each", "lint.each_unread", {"each": each}
    if each is not None and not each.endswith("/*"):
        yield "/x-infra-audit/each", "lint.each_not_items", {"each": each}


def _parameters(definition: Any, _: Any, __: Any) -> Check:
    for name, parameter in parameters.declared(definition).items():
        try:
            is_valid = jsonschema_rs.validator_for(parameter["schema"]).is_valid
        except ValueError:
            yield f"/x-infra-audit/parameters/{name}/schema", "lint.parameter_schema", {"name": name}
            continue
        if (
            parameter["schema"].get("type") in ("integer", "number")
            and not {"minimum", "maximum"} <= parameter["schema"].keys()
        ):
            yield f"/x-infra-audit/parameters/{name}/schema", "lint.parameter_bounds", {"name": name}
        for place in parameter["pointers"]:
            if place.rpartition("/")[2] in AT_LEAST_ONE and parameter["schema"].get("minimum", 0) < 1:
                yield place, "lint.parameter_off", {"name": name}
            try:
                value = pointer.get(definition, place)
            except (KeyError, IndexError):
                yield place, "lint.parameter_pointer", {"name": name}
                continue
            if not is_valid(value):
                yield place, "lint.parameter_default", {"name": name, "value": value}


def _in_force(definition: Any, _: Any, __: Any) -> Check:
    """Refuse what is asked for and cannot be missing, and what can be missing and is not asked for."""
    meta = definition["x-infra-audit"]
    asked, declared = meta.get("in_force", {}), parameters.declared(definition)
    for name in asked.get("parameters", ()):
        if name not in declared:
            yield "/x-infra-audit/in_force/parameters", "lint.in_force_parameter", {"name": name}
    for name, parameter in declared.items():
        try:
            usual = parameters.usual(definition, parameter)
        except (KeyError, IndexError):  # told by the check of parameters
            continue
        is_asked = name in asked.get("parameters", ())
        if is_asked and usual not in (None, []):
            yield f"/x-infra-audit/parameters/{name}", "lint.in_force_always", {"name": name}
        if not is_asked and "default" in parameter:
            yield f"/x-infra-audit/parameters/{name}/default", "lint.in_force_default", {"name": name}


def _cases(definition: Any, _: Any, __: Any) -> Check:
    """Examples must be possible facts; a key that starts with `$` would be read as schema by some validators."""
    for kind in CASES:
        for number, case in enumerate(definition[kind]):
            value = case if kind == "examples" else case["facts"]
            place = f"/{kind}/{number}"
            if DOLLAR_KEY.search(json.dumps(value)):
                yield place, "lint.dollar_key", {}
            for error in known_facts.whole().iter_errors(value):
                yield (
                    place + pointer.join(error.instance_path),
                    "lint.impossible_fact",
                    {"keyword": str(error.schema_path[-1])},
                )


def _language(definition: Any, _: Any, __: Any) -> Check:
    """Both languages, each in its own place."""
    meta = definition["x-infra-audit"]
    texts = [("/title", "en", definition["title"]), ("/x-infra-audit/title/ja", "ja", meta["title"]["ja"])]
    for key in ("rationale", "message"):
        texts += [(f"/x-infra-audit/{key}/{lang}", lang, text) for lang, text in meta.get(key, {}).items()]
    for place, lang, text in texts:
        if bool(JAPANESE.search(text)) != (lang == "ja"):
            yield place, "lint.language", {"language": lang}


ATTESTATIONS = "attestations"
ASKED_KINDS = {"room": {"facility"}, "site": {"facility"}, "role": {"organisation"}, "organisation": {"organisation"}}
"""What a question is asked of -> the kinds of subject whose documents hold the answers; devices are all others."""


def _persons(rule_id: str, definition: Any, condition: Any, then: Any) -> Check:
    """Keep what persons say and what machines show apart: no rule reads both, and a question reads its own answer."""
    meta = definition["x-infra-audit"]
    areas = set(then["required"]) - {"subject"}
    if meta.get("mode") != "attested":
        if ATTESTATIONS in areas:
            yield "/then/required", "lint.automatic_reads_answers", {}
        return
    answers = then.get("properties", {}).get(ATTESTATIONS, {})
    if areas != {ATTESTATIONS} or answers.get("required") != [rule_id]:
        yield "/then/required", "lint.attested_reads", {"rule": rule_id}
    answer = answers.get("properties", {}).get(rule_id, {}).get("properties", {})
    if answer.get("answer") != {"const": "yes"} or "age_days" not in answer:
        yield f"/then/properties/{ATTESTATIONS}", "lint.attested_form", {"rule": rule_id}
    subject = condition.get("properties", {}).get("subject", {}).get("properties", {})
    kinds = _named(subject.get("kind", {}))
    wanted = ASKED_KINDS.get(meta["asked"])
    is_device = bool(kinds) and not kinds & {"facility", "organisation", "network"}
    if (not is_device if wanted is None else kinds != wanted) or (
        wanted == {"facility"} and _named(subject.get("facility", {})) != {meta["asked"]}
    ):
        yield "/if", "lint.attested_subject", {"asked": meta["asked"]}
    for lang, question in meta["question"].items():
        if bool(JAPANESE.search(question)) != (lang == "ja"):
            yield f"/x-infra-audit/question/{lang}", "lint.language", {"language": lang}
        for _, name, _, _ in string.Formatter().parse(question):
            if name is not None and name not in meta.get("parameters", {}):
                yield f"/x-infra-audit/question/{lang}", "lint.question_place", {"name": name}


def _named(schema: Any) -> set[str]:
    return set(schema.get("enum", ())) | ({schema["const"]} if "const" in schema else set())


def _silence(validator: Any, definition: Any, then: Any) -> Check:
    """Try the rule on facts that say nothing."""
    for silence in silent_facts(definition, then):
        if validator.is_valid(silence):
            yield "/then", "lint.silent", {"facts": silence}
            return


def silent_facts(definition: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield facts that say nothing: on none of them may a rule pass."""
    yield {}
    yield {"subject": {}}
    areas = [area for area in then["required"] if area != "subject"]
    areas_schema = catalogue.facts_schema()["properties"]
    empty: dict[str, Any] = {a: [] if areas_schema.get(a, {}).get("type") == "array" else {} for a in areas}
    each = definition["x-infra-audit"].get("each", "")
    counts_nothing = any(each == f"/{area}/*" and value == [] for area, value in empty.items())
    for example in definition["examples"]:
        subject = example.get("subject", {})
        yield {"subject": subject}
        if not counts_nothing:
            yield {"subject": subject, **empty}


def _once(found: Sequence[lint_schema.Found]) -> Iterator[lint_schema.Found]:
    seen: list[lint_schema.Found] = []
    for item in found:
        if item not in seen:
            seen.append(item)
            yield item
