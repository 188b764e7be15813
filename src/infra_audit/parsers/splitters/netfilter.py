"""Rule sets of the Linux kernel as `nft list ruleset` and `iptables-save` write them: one section a chain.

The header of a section is the line of the table and ` chain [FAMILY ]TABLE/NAME hook HOOK default ACTION`; iptables-save does
not write the family. Each rule is a statement ` rule VERDICT TEXT`. A rule that takes everything left over decides what the
rest meets: it is written ` last VERDICT TEXT`, and the header of its chain says no default. Counters are left out of the text,
because they change while nothing else does. Other blocks of a table, such as sets, keep their lines as they are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from infra_audit.parsers.splitters import Oddity, Rules, Section, Split, Statement

_TABLE = re.compile(r"table (?:(?P<family>ip6?|inet|arp|bridge|netdev) )?(?P<table>\S+) \{")
_CHAIN = re.compile(r"chain (?P<chain>\S+) \{")
_BLOCK = re.compile(r"[a-z][\w ]* \S+ \{")
_BASE = re.compile(r"type \S+ hook (?P<hook>\S+) .*")
_SAVE_TABLE = re.compile(r"\*(?P<table>\S+)")
_SAVE_CHAIN = re.compile(r":(?P<chain>\S+) (?P<policy>\S+)(?: \[\d+:\d+\])?")
_SAVE_RULE = re.compile(r"(?:\[\d+:\d+\] )?-A (?P<chain>\S+)(?: (?P<rule>.*))?")
_SAVE_HOOKS = frozenset({"INPUT", "OUTPUT", "FORWARD", "PREROUTING", "POSTROUTING"})
_COUNTER = re.compile(r"counter packets \d+ bytes \d+")
_COMMENT = re.compile(r' comment ".*"$')
_NFT_DENY = re.compile(r"(?:^| )(?:drop|reject)(?: with .*)?$")
_NFT_PERMIT = re.compile(r"(?:^| )accept$")
_NFT_JUMP = re.compile(r"(?:^| )(?:jump|goto|vmap|return|queue|redirect|masquerade|dnat|snat)(?: |$)")
_NFT_ALL = re.compile(
    r"(?:counter )?(?:log(?: prefix \"[^\"]*\")?(?: level [a-z]+)?(?: flags all)? )?(?:counter )?(?:accept|drop|reject(?: with .*)?)$"
)
_SAVE_ALL = re.compile(r"-j (?:ACCEPT|DROP|REJECT(?: --reject-with \S+)?)$")
_SAVE_JUMP = re.compile(r"-[jg] (?P<target>\S+)")


@dataclass(slots=True)
class _Chain:
    """A chain whose rules are still coming."""

    lines: list[int]
    """Its own line, and that of its hook."""
    name: str
    hook: str = "none"
    default: str = "permit"
    rules: list[tuple[int, str, str, bool]] = field(default_factory=list)
    """Line, verdict (none: not a rule), text, and whether it takes everything."""


class _Splitter:
    """The state between two lines."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.result = Split()
        self.table: Statement | None = None
        self.prefix = ""
        self.chains: dict[str, _Chain] = {}
        """Chains of the table in hand; iptables-save writes the rules of all after the names of all."""
        self.chain: _Chain | None = None
        self.other: Section | None = None
        """A block that is no chain."""
        self.deep = 0
        """Blocks open inside that block."""
        self.is_save = self.is_filled = False

    def line(self, number: int, raw: str) -> None:
        """Take one line."""
        text = " ".join(raw.split())
        if not text or self.rules.is_comment(raw) or (self.table is None and self.rules.is_frame(raw)):
            self.result.blank.append(number)
        elif found := _TABLE.fullmatch(text):
            self._close(number)
            self._open(number, text, f"{found['family'] or 'ip'} {found['table']}/", is_save=False)
        elif found := _SAVE_TABLE.fullmatch(text):
            self._close(number)
            self._open(number, text, f"{found['table']}/", is_save=True)
        elif self.table is None:
            self.result.sections.append(Section(text, (Statement(number, number, text),)))
        elif self.is_save:
            self._save(number, text, self.table)
        else:
            self._nft(number, text, self.table)

    def _open(self, number: int, text: str, prefix: str, *, is_save: bool) -> None:
        self.table = Statement(number, number, text)
        self.prefix, self.is_save, self.is_filled = prefix, is_save, False

    def _save(self, number: int, text: str, table: Statement) -> None:
        if text == "COMMIT":
            self._close(number)
            self.result.blank.append(number)
        elif found := _SAVE_CHAIN.fullmatch(text):
            name = found["chain"]
            default = "deny" if found["policy"] in ("DROP", "REJECT") else "permit"
            hook = name.lower() if name in _SAVE_HOOKS else "none"
            self._chain(name, _Chain([number], f"{self.prefix}{name}", hook, default), table)
        elif (found := _SAVE_RULE.fullmatch(text)) and found["chain"] in self.chains:
            rule = found["rule"] or ""
            self.chains[found["chain"]].rules.append(
                (number, _save_verdict(rule), rule, _SAVE_ALL.fullmatch(rule) is not None)
            )
        else:
            self.is_filled = True
            statement = Statement(number, number, f" {text}")
            self.result.sections.append(Section(text, (table, statement)))

    def _nft(self, number: int, text: str, table: Statement) -> None:
        if self.other is not None:
            self._inside(number, text, self.other)
        elif text == "}":
            self.result.blank.append(number)
            if self.chain is None:
                self._close(number)
            self.chain = None
        elif self.chain is None:
            self._block(number, text, table)
        elif (found := _BASE.fullmatch(text)) and self.chain.lines[-1] == number - 1 and not self.chain.rules:
            self.chain.lines.append(number)
            self.chain.hook = found["hook"]
            self.chain.default = "deny" if "policy drop" in text else "permit"
        elif _BASE.fullmatch(text):
            self.chain.rules.append((number, "", text, False))
        else:
            rule = _COUNTER.sub("counter", text)
            plain = _COMMENT.sub("", rule)
            self.chain.rules.append((number, _nft_verdict(plain), rule, _NFT_ALL.fullmatch(plain) is not None))

    def _chain(self, name: str, chain: _Chain, table: Statement) -> _Chain:
        """Begin a chain; one that is written again is a section of its own."""
        self.is_filled = True
        if name in self.chains:
            self.result.sections.append(_section(self.chains[name], table))
        self.chains[name] = chain
        return chain

    def _block(self, number: int, text: str, table: Statement) -> None:
        if found := _CHAIN.fullmatch(text):
            self.chain = self._chain(found["chain"], _Chain([number], f"{self.prefix}{found['chain']}"), table)
            return
        self.is_filled = True
        section = Section(text, (table, Statement(number, number, f" {text}")))
        self.result.sections.append(section)
        if _BLOCK.fullmatch(text):
            self.other, self.deep = section, 0

    def _inside(self, number: int, text: str, other: Section) -> None:
        if text == "}" and not self.deep:
            self.other = None
            self.result.blank.append(number)
            return
        self.deep += text.count("{") - text.count("}")
        other.body.append(Statement(number, number, f"  {text}"))

    def _close(self, number: int) -> None:
        """End the table in hand and make the sections of its chains."""
        if self.table is None:
            return
        if not self.is_save and (self.chain is not None or self.other is not None):
            self.result.oddities.append(Oddity(number, "parse.block_not_closed"))
        for chain in self.chains.values():
            self.result.sections.append(_section(chain, self.table))
        if not self.is_filled:
            self.result.sections.append(Section(self.table.text, (self.table,), is_empty_block=True))
        self.table = self.chain = self.other = None
        self.chains = {}

    def finish(self, last: int) -> Split:
        """Close what is still open, and say so."""
        if self.table is not None:
            self.result.oddities.append(Oddity(self.table.first, "parse.block_not_closed"))
            self.result.unclosed = True
            self._close(last)
        self.result.sections.sort(key=lambda section: section.header[-1].first)
        return self.result


def _section(chain: _Chain, table: Statement) -> Section:
    decided = bool(chain.rules) and chain.rules[-1][3]
    tail = "" if decided else f" default {chain.default}"
    header = Statement(chain.lines[0], chain.lines[-1], f" chain {chain.name} hook {chain.hook}{tail}")
    body = []
    for index, (number, verdict, text, _) in enumerate(chain.rules):
        word = "last" if decided and index == len(chain.rules) - 1 else "rule"
        body.append(Statement(number, number, f"  {word} {verdict} {text}".rstrip() if verdict else f"  {text}"))
    return Section(f"chain {chain.name}", (table, header), body)


def _nft_verdict(rule: str) -> str:
    if _NFT_DENY.search(rule):
        return "deny"
    if _NFT_PERMIT.search(rule):
        return "permit"
    return "jump" if _NFT_JUMP.search(rule) else "log"


def _save_verdict(rule: str) -> str:
    found = _SAVE_JUMP.search(rule)
    if found is None:
        return "log"
    known = {"ACCEPT": "permit", "DROP": "deny", "REJECT": "deny", "LOG": "log", "NFLOG": "log", "ULOG": "log"}
    return known.get(found["target"], "jump")


def split(lines: Sequence[str], rules: Rules) -> Split:
    """Sort the lines of a rule set into chains."""
    splitter = _Splitter(rules)
    for number, line in enumerate(lines, 1):
        splitter.line(number, line)
    return splitter.finish(len(lines))
