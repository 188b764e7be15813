"""A limit of processor time for reading one device, so that a regular expression that runs away stops one device only.

Processor time, not time on the clock: a busy machine changes no verdict. The limit needs a signal that only the main thread
of a POSIX system gets; elsewhere there is none, and a person has to interrupt.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 60
"""For any device."""
SECONDS_PER_MB = 120
"""On top, by the size of its texts: some ten times what the slowest platform needs."""


class TooLongError(BaseException):
    """Raised in the middle of anything; no handler of ordinary exceptions on the way may take it for its own."""


@contextmanager
def limited(size: int) -> Iterator[None]:
    """Raise TooLongError in the block when it takes longer than texts of that many bytes or letters ever should."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS + SECONDS_PER_MB * size / 1_000_000)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
