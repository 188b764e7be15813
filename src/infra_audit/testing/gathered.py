"""What the gatherer of a server prints, made from readable texts: one block a source, in the order of platform.yaml."""

import base64
from collections.abc import Iterable, Mapping

_WIDTH = 76


def output(sources: Iterable[str], texts: Mapping[str, str]) -> str:
    """Return the output of one run of the gatherer; a source without a text is an absent file."""
    lines = ["#infra-audit gather 1"]
    count = 0
    for source in sources:
        data = texts.get(source, "").encode("utf-8")
        encoded = base64.b64encode(data).decode("ascii")
        state, code = ("present", 0) if source in texts else ("absent", 1)
        lines.append(f"#begin {source}")
        lines += [encoded[start : start + _WIDTH] for start in range(0, len(encoded), _WIDTH)]
        lines.append(f"#end {source} state={state} exit={code} size={len(data)} gzip=no")
        count += 1
    return "\n".join([*lines, f"#done {count}"]) + "\n"
