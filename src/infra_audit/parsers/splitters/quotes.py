"""Shell-like quotes: backslash escapes outside and inside double quotes, single quotes are literal."""

import re

_WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\'[^\']*\'|[^\s"\'\\]|\\.)+', re.DOTALL)
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|((?:[^\s"\'\\]|\\.)+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def open_quote(text: str, quote: str = "") -> str:
    """Return the quote that is still open at the end of a text that began inside `quote`; empty when none is."""
    if "\\" not in text and "'" not in text and quote != "'":
        return '"' if (text.count('"') + (quote == '"')) % 2 else ""
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\" and quote != "'":
            position += 1
        elif quote:
            if character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        position += 1
    return quote


def split_words(text: str) -> list[str]:
    """Return the words of a statement without their quotes and escapes."""
    if '"' not in text and "'" not in text and "\\" not in text:
        return text.split()
    return ["".join(_plain(part) for part in _PART.finditer(word[0])) for word in _WORD.finditer(text)]


def _plain(part: re.Match[str]) -> str:
    if part[2] is not None:
        return part[2]
    return _ESCAPE.sub(r"\1", part[1] if part[1] is not None else part[3])
