"""Effort without a clock: how much work something does, and a guard against what never ends.

Tests assert no time. Growth is asserted by counting calls, which is the same on every machine; speed is measured by
`make bench`.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

HANG_SECONDS = 120
"""Far beyond anything seen on a loaded machine: what takes longer has run away."""


def calls(work: Callable[[], object]) -> int:
    """Return how many Python and built-in functions `work` calls."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def grows_linearly(work: Callable[[int], object], small: int, factor: int = 10) -> bool:
    """Tell whether `factor` times the input takes at most about `factor` times the calls."""
    work(small)  # caches fill before anything is counted
    return calls(lambda: work(small * factor)) <= 1.5 * factor * max(calls(lambda: work(small)), 100)


@contextmanager
def guard() -> Iterator[None]:
    """Fail instead of hanging: a regular expression that runs away counts no calls."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(HANG_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
