"""Ctrl-C at the console, which counts wherever the console happens to be.

Python hears a signal between two instructions. One that comes behind the last instruction
before a system call waits as long as that call does: before a read from the terminal, until
somebody types. So a timer breaks every wait a few times a second. And what is raised in a
destructor is swallowed, so it is raised again if nobody has heard it.
"""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

#: Between two looks, in seconds.
_TICK_S = 0.2

#: How long somebody may take to hear it, in seconds. The impatient ones that come meanwhile
#: would only disturb what the first has begun.
_AGAIN_S = 1.0


class Interrupt:
    """Turns Ctrl-C into KeyboardInterrupt, again and again until it is ignored."""

    def __init__(self) -> None:
        self._has_come = False
        self._is_ignored = False
        self._not_before_s = 0.0

    def listen(self) -> None:
        """Raise it from here on."""
        signal.signal(signal.SIGINT, self._hear)
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, _TICK_S, _TICK_S)

    def ignore(self) -> None:
        """Let it do nothing from here on: all is being ended."""
        self._is_ignored = True
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._has_come = True
        self._raise()

    def _look(self, _number: int, _frame: FrameType | None) -> None:
        if self._has_come:
            self._raise()

    def _raise(self) -> None:
        now_s = time.monotonic()
        if not self._is_ignored and now_s >= self._not_before_s:
            self._not_before_s = now_s + _AGAIN_S
            raise KeyboardInterrupt
