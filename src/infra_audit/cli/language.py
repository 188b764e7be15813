"""Which language the reader wants, known before anything is parsed: errors of parsing need it too."""

import os
from collections.abc import Sequence

from infra_audit.texts import LANGUAGES, Language


def of(argv: Sequence[str]) -> Language:
    """Return the language: `--lang` wins, then INFRA_AUDIT_LANG, then the locale; Japanese where nothing says otherwise."""
    said = [*_flag(argv), os.environ.get("INFRA_AUDIT_LANG", "")]
    for lang in said:
        if lang in LANGUAGES:
            return lang
    locale = next((v for v in map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")) if v), "C")
    return "ja" if locale.startswith(("ja", "C", "POSIX")) else "en"


def _flag(argv: Sequence[str]) -> list[str]:
    for place, word in enumerate(argv):
        if word.startswith("--lang="):
            return [word.removeprefix("--lang=")]
        if word == "--lang" and place + 1 < len(argv):
            return [argv[place + 1]]
    return []
