"""Flat texts: each line is a statement and a section of its own."""

from collections.abc import Sequence

from infra_audit.parsers.splitters import Rules, Section, Split, Statement


def split(lines: Sequence[str], rules: Rules) -> Split:
    """Sort lines that do not depend on each other."""
    result = Split()
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or rules.is_comment(line) or rules.is_frame(line):
            result.blank.append(number)
        else:
            result.sections.append(Section(text, (Statement(number, number, text),)))
    return result
