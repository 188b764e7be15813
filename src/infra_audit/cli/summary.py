"""What a person wants to know last: counts per subject, and why the exit status is what it is."""

import sys
from typing import Any

from infra_audit.baselines.waivers import WaiverState
from infra_audit.cli.exits import Exit, Tally
from infra_audit.cli.output import say, terminal_width
from infra_audit.model.finding import Verdict
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


def say_waivers(audit: Audit, lang: Language) -> None:
    """Say which waivers are expired or cover nothing."""
    for use in audit.waivers.uses():
        waiver = use.waiver
        fields = {"id": waiver.id, "rule": waiver.rule, "until": waiver.until.isoformat()}
        if use.state is WaiverState.EXPIRED:
            say(text("cli", "waiver.expired", lang, **fields))
        elif not use.used:
            say(text("cli", "waiver.unused", lang, **fields))


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
