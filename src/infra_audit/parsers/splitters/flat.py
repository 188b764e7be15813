"""Flat texts: each line is a statement and a section of its own.

Some devices select an object and let the lines after it belong to it, indented or not. Such blocks are told by `context` of
the source: a line that `start` matches opens a block; what is indented, or matches `members`, belongs to it; any other line
stands for itself and leaves the block open; `end`, or another start, closes it.
"""

from collections.abc import Sequence

from infra_audit.parsers.splitters import Block, Rules, Section, Split, Statement


def split(lines: Sequence[str], rules: Rules) -> Split:
    """Sort lines that do not depend on each other, apart from those of context blocks."""
    result = Split()
    open_section: Section | None = None
    open_block: Block | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or rules.is_comment(line) or rules.is_frame(line):
            result.blank.append(number)
            continue
        if open_block is not None and open_block.end is not None and open_block.end.match(text):
            open_section = open_block = None
            result.blank.append(number)
            continue
        block = next((block for block in rules.blocks if block.start.match(text)), None)
        if block is None and open_section is not None and open_block is not None and _belongs(line, open_block):
            open_section.body.append(Statement(number, number, f" {text}"))
            continue
        section = Section(text, (Statement(number, number, text),), is_line=True)
        result.sections.append(section)
        if block is not None:
            section.is_line = False
            open_section, open_block = section, block
    return result


def _belongs(line: str, block: Block) -> bool:
    return line[0] in " \t" or block.members.match(line.strip()) is not None
