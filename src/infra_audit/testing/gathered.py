"""What the gatherer of a server prints, made from readable texts: one block a source, in the order of platform.yaml."""

import base64
from collections.abc import Collection, Iterable, Mapping

_WIDTH = 76


def output(sources: Iterable[str], texts: Mapping[str, str], missing_tools: Collection[str] = ()) -> str:
    """Return the output of one run of the gatherer.

    A source without a text is an absent file, or one whose tool is not there when it is among `missing_tools`.
    """
    lines = ["#infra-audit gather 1"]
    count = 0
    for source in sources:
        data = texts.get(source, "").encode("utf-8")
        encoded = base64.b64encode(data).decode("ascii")
        if source in missing_tools:
            state, code = "missing_tool", 127
        else:
            state, code = ("present" if source in texts else "absent"), 0
        lines.append(f"#begin {source}")
        lines += [encoded[start : start + _WIDTH] for start in range(0, len(encoded), _WIDTH)]
        lines.append(f"#end {source} state={state} exit={code} size={len(data)} gzip=no")
        count += 1
    return "\n".join([*lines, f"#done {count}"]) + "\n"
