"""Checks the lists of ignored lines: a loose pattern hides what matters."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra_audit.model.facts import Problem
from infra_audit.model.reason import Reason
from infra_audit.parsers.ignore import Ignore
from infra_audit.parsers.platform import Source
from infra_audit.parsers.splitters import splitter

_PROBES = (
    "password", "passwd", "secret", "key", "community", "permit", "deny", "access", "access-list", "auth", "authentication",
    "aaa", "crypto", "snmp", "snmp-server", "ssh", "telnet", "http", "https", "ntp", "logging", "syslog", "acl", "inspect",
    "certificate", "nat", "radius", "tacacs", "login", "user", "username", "admin", "firewall", "filter", "policy", "tunnel",
)  # fmt: skip
"""Commands that an `irrelevant` pattern is tried with: what takes one hides it, whatever configurations hold."""

_IN_LINES = re.compile(
    r"(?<![a-z])(permit|deny|access|password|secret|key(?=s|ring|chain|\b)|auth|aaa\b|snmp|telnet|ssh|http|ntp\b|logging|tunnel|nat\b|acl|filter|user)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"]*"')


def security_words(line: str) -> frozenset[str]:
    """Return the words of a line, or what they begin with, that make it matter; what is quoted is a name or a remark.

    A line that is left out as `irrelevant` holds none that its entry does not list in `accepts`.
    """
    return frozenset(word.lower() for word in _IN_LINES.findall(_QUOTED.sub('""', line)))


def unaccepted(entry: Mapping[str, Any], line: str) -> frozenset[str]:
    """Return the words of security of a line that the entry which leaves it out does not list in `accepts`."""
    return security_words(line) - frozenset(entry.get("accepts", ()))


def ignore_problems(ignore: Mapping[str, Sequence[Mapping[str, Any]]], source: Source) -> Iterator[Problem]:
    """Yield what is wrong with the entries of both lists; `source` is how their examples are written."""
    for name in ("irrelevant", "not_parsed_yet"):
        for index, entry in enumerate(ignore.get(name, ())):
            for code, fields in (*_lacking(name, entry), *_loose(name, entry), *_example(entry, source)):
                place = f"ignore/{name}/{index}"
                yield Problem(artifact="platform.yaml", line=1, reason=Reason(code, {"place": place, **fields}))


def _lacking(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for needed in ("reason", "example", *(("area",) if name == "not_parsed_yet" else ())):
        if not entry.get(needed):
            yield "parse.lint.ignore_lacks", {"name": needed}


def _loose(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    words: set[str] = set()
    if "pattern" in entry:
        pattern = str(entry["pattern"])
        if not _is_anchored(pattern):
            yield "parse.lint.not_anchored", {"pattern": pattern}
        words |= _taken(re.compile(pattern), frozenset(entry.get("accepts", ())))
    if name == "irrelevant":
        words |= unaccepted(entry, f"{entry.get('section', '')}\n{entry.get('example', '')}")
        if words:
            yield "parse.lint.security_word", {"name": ", ".join(sorted(words))}


def _taken(pattern: re.Pattern[str], accepts: frozenset[str]) -> set[str]:
    """Return the commands that a pattern takes without listing them, or the word of security they begin with."""
    return {
        probe
        for probe in _PROBES
        if pattern.match(probe) or pattern.match(f"{probe} x")
        if probe not in accepts and not (security_words(probe) and security_words(probe) <= accepts)
    }


def _example(entry: Mapping[str, Any], source: Source) -> Iterator[tuple[str, dict[str, str]]]:
    """Find an example that its own entry does not leave out."""
    example = str(entry.get("example", ""))
    only = Ignore({"irrelevant": [entry]})
    sections = splitter(source.syntax)(example.split("\n"), source.rules).sections
    only_prefix = str(entry.get("section", "")).removesuffix("$")
    matched = any(
        only.section(section.path) or only.line(statement.text.strip(), section.path)
        for section in sections
        for statement in (*section.header, *section.body)
    )
    if not matched and not only.line(example.strip(), only_prefix):
        yield "parse.lint.example_unmatched", {}


def _is_anchored(pattern: str) -> bool:
    """Return whether a pattern fixes its end and does not begin with a wildcard; its beginning is fixed by `match`."""
    begins = pattern.removeprefix("^")
    return pattern.endswith("$") and not begins.startswith((".*", ".+", "\\S+", "(.*"))
