"""Rules of the whole suite: no network but loopback, counts per group, and no silent skip of the corpus.

Several processes share the work (`-n`). A file stays in one of them, because its fixtures are costly; the long loops over the
corpus are shared out test by test. What a test over the corpus prints is a figure, shown at the end.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("INFRA_AUDIT_CORPUS", ROOT.parent / "shared" / "corpus"))
FULL = os.environ.get("INFRA_AUDIT_FULL") == "1"

_counts: dict[str, Counter[str]] = {}
_reasons: dict[str, Counter[str]] = {}
_printed: dict[str, list[str]] = {}
"""What tests over the corpus print, by test."""
_SHARED_OUT = ("tests/corpus/", "tests/laws/")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", metavar="FILE", help="write what the tests over the corpus print to FILE")
    parser.addoption("--verification", metavar="FILE", help="write the counts of this run, with the commit, to FILE")


def pytest_configure() -> None:
    """Listen to Ctrl-C, and so do the commands that tests start: what a shell starts in the background does not."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        file = item.nodeid.split("::", maxsplit=1)[0]
        if not file.startswith(_SHARED_OUT):
            item.add_marker(pytest.mark.xdist_group(file))


def _group(nodeid: str) -> str:
    parts = nodeid.split("::", maxsplit=1)[0].split("/")
    if len(parts) > 3 and parts[1] == "unit":
        return "/".join(parts[1:3])
    return parts[1] if len(parts) > 2 else "house"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, None]:
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    if report.skipped and item.get_closest_marker("corpus") and CORPUS.is_dir():
        report.outcome = "failed"
        report.longrepr = f"the corpus exists at {CORPUS}, so this test may not skip: {report.longrepr}"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    group = _group(report.nodeid)
    counts = _counts.setdefault(group, Counter())
    if report.skipped:
        counts["skipped"] += 1
        if isinstance(report.longrepr, tuple):
            _reasons.setdefault(group, Counter())[report.longrepr[2].removeprefix("Skipped: ")] += 1
    elif report.when == "call" or report.failed:
        counts["failed" if report.failed else "executed"] += 1
    if report.passed and report.when == "call" and report.nodeid.startswith(_SHARED_OUT):
        _printed[report.nodeid] = [line for line in report.capstdout.splitlines() if line.strip()]


def _summary() -> list[str]:
    lines = [f"{'group':<24}{'executed':>10}{'failed':>8}{'skipped':>9}"]
    for group in sorted(_counts):
        c = _counts[group]
        lines.append(f"{group:<24}{c['executed'] + c['failed']:>10}{c['failed']:>8}{c['skipped']:>9}")
        lines += [f"    skipped {n}: {why}" for why, n in sorted(_reasons.get(group, Counter()).items())]
    total = sum(_counts.values(), Counter[str]())
    lines.append(f"{'all':<24}{total['executed'] + total['failed']:>10}{total['failed']:>8}{total['skipped']:>9}")
    return lines


def _figures() -> list[str]:
    return [line for test in sorted(_printed) for line in _printed[test]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("executed and skipped per group")
    for line in _summary():
        terminalreporter.write_line(line)
    if any(_printed.values()):
        terminalreporter.section("figures")
        for line in _figures():
            terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    figures = session.config.getoption("--figures")
    if figures and not hasattr(session.config, "workerinput"):
        Path(figures).write_text("\n".join(_figures()) + "\n", encoding="utf-8")
    path = session.config.getoption("--verification")
    if path and not hasattr(session.config, "workerinput"):
        from tests.verification import write

        write(Path(path), _summary(), _figures(), passed=exitstatus == 0, python=sys.version.split()[0])
