"""What a person wants to know last: counts per subject, and why the exit status is what it is."""

import sys
from typing import Any

from infra_audit.baselines.waivers import WaiverState
from infra_audit.cli.exits import Exit, Tally
from infra_audit.cli.output import say, terminal_width
from infra_audit.model.finding import Verdict
from infra_audit.model.rule import OverrideKind
from infra_audit.pipeline import Audit
from infra_audit.registry import REPORTS, Registry
from infra_audit.reports.interface import Output
from infra_audit.texts import Language, text


def summarise(tally: Tally, lang: Language, values: dict[str, Any]) -> None:
    """Print the table of subjects after the findings."""
    if values["output"] is not None:
        return
    report = Registry(REPORTS).load("table")
    report(tally.subjects.values(), Output(kind="subjects", lang=lang, stream=sys.stdout, width=terminal_width()))


GUESSES_SHOWN = 5
"""Devices named before the rest is only hinted at."""


def say_guesses(audit: Audit, lang: Language) -> None:
    """Say which platforms are a guess, and where a text looks like another platform than was said."""
    for code, guesses in (("check.unsure", audit.unsure), ("check.doubtful", audit.doubtful)):
        if guesses:
            shown = ", ".join(f"{device} ({platform})" for device, platform in guesses[:GUESSES_SHOWN])
            say(text("cli", code, lang, devices=shown + (" ..." if guesses[GUESSES_SHOWN:] else "")))


def say_baseline(audit: Audit, lang: Language) -> None:
    """Say which baseline is in force, how it differs from the shipped one, and how many rules do not judge."""
    baseline = audit.baseline
    counts = {str(force): number for force, number in baseline.counts().items()}
    say(text("cli", "baseline.counts", lang, digest=baseline.digest, **counts))
    for broken in baseline.broken:
        say(text("cli", "baseline.broken", lang, rule=broken.id, file=broken.file, code=broken.problems[0].code))
    for layer in baseline.layers:
        say(text("cli", "baseline.layer", lang, title=layer.title[lang], edition=layer.edition, folder=layer.folder))
    for kind in OverrideKind:
        named = list(dict.fromkeys(o.rule for o in baseline.overrides if o.kind is kind))
        if named:
            what = text("reports", f"override.{kind}", lang)
            shown = named[:_FEW] if kind in _HARMLESS else named
            rules = ", ".join(shown) + (" ..." if len(shown) < len(named) else "")
            say(text("cli", "baseline.override", lang, what=what, count=len(named), rules=rules))


_HARMLESS = (OverrideKind.PARAMETER, OverrideKind.CLAUSES)
"""What changes many rules and takes none away: a few are named."""
_FEW = 5


WAIVERS_SHOWN = 10
"""Waivers of one kind named; `waiver check` tells all."""


def say_waivers(audit: Audit, lang: Language, *, unused: bool = True) -> None:
    """Say which waivers are expired, have no approver or are too wide, and which cover nothing."""
    told = {WaiverState.EXPIRED: "expired", WaiverState.UNAPPROVED: "unapproved", WaiverState.TOO_WIDE: "too_wide"}
    by_kind: dict[str, list[str]] = {}
    for use in audit.waivers.uses():
        kinds = [told[use.state]] if use.state in told else []
        if use.is_unused and unused:
            kinds.append("unused")
        waiver = use.waiver
        for kind in kinds:
            by_kind.setdefault(kind, []).append(f"{waiver.id} ({waiver.rule}, {waiver.until.isoformat()})")
    for kind, named in by_kind.items():
        shown = ", ".join(named[:WAIVERS_SHOWN]) + (" ..." if named[WAIVERS_SHOWN:] else "")
        say(text("cli", f"waiver.{kind}", lang, count=len(named), waivers=shown))


def say_status(tally: Tally, lang: Language) -> None:
    """Say on stderr how many verdicts of each kind there are and which row of the exit table decided."""
    counts = {str(verdict): count for verdict, count in tally.verdicts.items()}
    say(text("cli", "summary.counts", lang, subjects=len(tally.subjects), **counts))
    status = tally.status()
    fields = {
        "open": tally.open,
        "level": text("reports", f"severity.{tally.fail_on}", lang),
        "gaps": tally.verdicts[Verdict.NO_EVIDENCE],
    }
    say(text("cli", f"exit.{int(status)}", lang, **fields))
    if status is Exit.FINDINGS and fields["gaps"]:
        say(text("cli", "exit.also_incomplete", lang, **fields))
