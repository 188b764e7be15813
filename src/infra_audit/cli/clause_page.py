"""Clauses as pages in docs/rules: what an auditor asks, what is checkable, and the rules that judge it."""

from collections.abc import Iterator, Mapping, Sequence

from infra_audit.cli.rule_page import Areas, Part, parts
from infra_audit.model.rule import Baseline, Rule
from infra_audit.model.standard import OWN, Catalogue, Clause, Condition, Said
from infra_audit.texts import LANGUAGES, Language, text

INDEX = "README.md"
_SHORT = ("severity", "kinds", "in_force", "question", "judged", "parameters", "rationale", "remediation", "platforms")
"""Parts of a rule that stand on the page of its clause; `rules show` has all."""


class Pages:
    """The pages of a catalogue with the rules of a baseline."""

    def __init__(
        self,
        known: Catalogue,
        baseline: Baseline,
        without: Mapping[str, Said] | None = None,
        areas: Areas | None = None,
    ) -> None:
        """Take what the pages show; `without` says why no rule judges a condition."""
        self.known, self.baseline = known, baseline
        self.without, self.areas = without or {}, areas or {}
        self.own = [c for c in known.of("standards") if c.audit or c.conditions]
        self._file = {c.id: f"{c.number.replace('(', '-').replace(')', '')}.md" for c in self.own}

    def all(self) -> Mapping[str, str]:
        """Return the text of each page by its file name."""
        return {INDEX: self._index(), **{self._file[c.id]: self._page(c) for c in self.own}}

    def _index(self) -> str:
        lines = [f"# {_said('index', 'ja')} / {_said('index', 'en')}", "", *_generated()]
        for lang in LANGUAGES:
            lines += ["", f"## {_said('index', lang)}", "", _said("index.note", lang, rules=len(self.baseline.rules))]
            for standard in (s for s in self.known.standards if s.kind in OWN):
                lines += ["", f"### {standard.title[lang]}", "", standard.edition, "", _said("index.head", lang)]
                lines += ["|---|---|---|---|---|"]
                lines += [self._index_row(clause, lang) for clause in standard.clauses]
        return "\n".join(lines) + "\n"

    def _index_row(self, clause: Clause, lang: Language) -> str:
        name = f"[{clause.number}]({self._file[clause.id]})" if clause.id in self._file else clause.number
        below = set(self.known.below(clause.id))
        rules = [rule for rule in self.baseline.rules if below & set(rule.clauses)]
        conditions = [c for n in below if n in self.known.clauses for c in self.known.clauses[n].conditions]
        judged = [c for c in conditions if self._rules_of(c)]
        mode = "/".join(text("reports", f"mode_short.{m}", lang) for m in clause.mode)
        count = f"{len(judged)}/{len(conditions)}" if conditions else ""
        return f"| {name} | {clause.title[lang]} | {mode} | {count} | {len(rules) or ''} |"

    def _page(self, clause: Clause) -> str:
        title = f"{clause.number} {clause.title['ja']} / {clause.title['en']}"
        lines = [f"# {title}", "", *_generated(), "", f"[{_said('index', 'ja')} / {_said('index', 'en')}]({INDEX})"]
        for lang in LANGUAGES:
            lines += ["", f"## {_said(f'language.{lang}', lang)}", "", clause.requirement[lang], ""]
            lines += [f"- {line}" for line in self._about(clause, lang)]
            lines += ["", *self._audit(clause, lang)] if clause.audit else []
            lines += ["", *self._conditions(clause, lang)] if clause.conditions else []
            lines += ["", *self._crosswalk(clause, lang)]
            for rule in self._rules(clause):
                lines += ["", *self._rule(rule, clause, lang)]
        return "\n".join(lines) + "\n"

    def _about(self, clause: Clause, lang: Language) -> Iterator[str]:
        yield _said("mode", lang, value=", ".join(text("reports", f"mode.{m}", lang) for m in clause.mode))
        if clause.out_of_scope:
            yield _said("out_of_scope", lang, value=clause.out_of_scope[lang])
        if clause.required:
            yield _said("required", lang)
        yield _said("protects", lang, value=", ".join(_said(p, lang) for p in clause.protects))
        named = [f"{self.known.clauses[t].number} {self.known.clauses[t].title[lang]}" for t in clause.threats]
        yield _said("threats", lang, value="; ".join(named))

    def _audit(self, clause: Clause, lang: Language) -> Iterator[str]:
        audit = clause.audit
        assert audit is not None
        yield f"### {_said('audit', lang)}"
        yield ""
        yield audit.item[lang]
        yield ""
        yield f"- {_said('audit.documents', lang)}: {'; '.join(d[lang] for d in audit.documents)}"
        for method in audit.methods:
            yield f"- {text('reports', 'method.' + method['by'], lang)}: {method[lang]}"
        if audit.note:
            yield f"- {text('reports', 'column.audit_note', lang)}: {audit.note[lang]}"

    def _conditions(self, clause: Clause, lang: Language) -> Iterator[str]:
        yield f"### {_said('conditions', lang)}"
        yield ""
        yield _said("conditions.head", lang)
        yield "|---|---|---|---|---|"
        for condition in clause.conditions:
            targets = ", ".join(_target(t, lang) for t in condition.targets)
            zones = f" ({', '.join(condition.zones)})" if condition.zones else ""
            source = ", ".join(_said(f"source.{s}", lang) for s in condition.source)
            yield f"| {condition.id} | {condition.title[lang]} | {targets}{zones} | {source} | {self._judged_by(condition, lang)} |"

    def _judged_by(self, condition: Condition, lang: Language) -> str:
        rules = [f"[{rule.id}]({self._home(rule)}#{rule.id})" for rule in self._rules_of(condition)]
        return ", ".join(rules) or self.without.get(condition.id, {}).get(lang, "")

    def _crosswalk(self, clause: Clause, lang: Language) -> Iterator[str]:
        yield f"### {text('cli', 'rule.related', lang)}"
        yield ""
        for name in clause.crosswalk:
            other = self.known.clauses.get(name)
            strength = clause.strength.get(name)
            mark = text("reports", f"strength.{strength}", lang) if strength else ""
            yield f"- {mark} {name} {other.title[lang] if other else ''}".rstrip()

    def _rules(self, clause: Clause) -> Sequence[Rule]:
        return [rule for rule in self.baseline.rules if clause.id in rule.clauses]

    def _rules_of(self, condition: Condition) -> Sequence[Rule]:
        return [rule for rule in self.baseline.rules if condition.id in rule.conditions]

    def _home(self, rule: Rule) -> str:
        """Return the page on which a rule stands in full: that of the first of its clauses that has one."""
        return next((self._file[name] for name in rule.clauses if name in self._file), INDEX)

    def _rule(self, rule: Rule, clause: Clause, lang: Language) -> Iterator[str]:
        home = self._home(rule)
        if home != self._file[clause.id]:
            yield f"### [{rule.id}]({home}#{rule.id}) {rule.title[lang]}"
            return
        yield f"### {rule.id}" if lang == LANGUAGES[0] else f"### {rule.id} ({lang})"
        yield ""
        yield f"**{rule.title[lang]}**"
        for part in parts(rule, self.known, lang, self.areas):
            if part.label in _SHORT:
                yield ""
                yield from _part(part, lang)


def _part(part: Part, lang: Language) -> Iterator[str]:
    label = text("cli", f"rule.{part.label}", lang)
    if part.code or len(part.lines) > 1:
        yield f"{label}:"
        yield ""
        yield "```text"
        yield from part.lines
        yield "```"
    else:
        yield f"{label}: {part.lines[0]}"


def _generated() -> list[str]:
    return [_said("generated", lang) for lang in LANGUAGES]


def _target(target: str, lang: Language) -> str:
    return _said("all", lang) if target == "all" else text("reports", f"kind.{target}", lang)


def _said(code: str, lang: Language, **fields: object) -> str:
    return text("cli", f"clause_page.{code}", lang, **fields)
