"""Ends work that takes too much processor time, in a process whose only thread may be interrupted.

It must not know what the work is.
"""

import signal
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

_AGAIN = 0.5
"""Seconds until the clock rings again, should a library not have let the first ring through."""


class OutOfTimeError(BaseException):
    """The time for some work is over; no Exception, so that no library takes it for an error of its own."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns. Raises OutOfTimeError as soon as it has used so many seconds of processor time and is not
    in the middle of a single call that does not run Python."""
    before = signal.signal(signal.SIGPROF, _ring)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
        try:
            return work()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except OutOfTimeError:
        signal.setitimer(signal.ITIMER_PROF, 0)
        raise
    finally:
        signal.signal(signal.SIGPROF, before)


def _ring(number: int, frame: FrameType | None) -> None:
    raise OutOfTimeError
