"""The outermost ring: a test that no deadline of ours has ended ends its process."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

#: Exit code: an error of the suite.
_HARNESS_ERROR = 3
#: How long tidying up may take when the ring was reached, in seconds.
_FAREWELL_S = 10.0


def draw(within_s: float, last_words: Callable[[], int]) -> None:
    """Draw the ring.

    By a signal, because a thread beside a fork is trouble; the handler ends the
    process, because hypothesis would swallow whatever it raised.

    Args:
        within_s: limit in seconds.
        last_words: called when it is over; gives the exit code.
    """

    def give_up(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGALRM, _exit_at_once)
        signal.setitimer(signal.ITIMER_REAL, _FAREWELL_S)
        os._exit(last_words())

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, within_s)


def take_away() -> None:
    """Take the ring away."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def _exit_at_once(_number: int, _frame: FrameType | None) -> None:
    os._exit(_HARNESS_ERROR)
