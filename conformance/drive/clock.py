"""The one room that waits: for a condition, within a limit, never for a while.

Whoever waits can be interrupted: each wait looks whether an interrupt has come.
"""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, TypeVar

from conformance.contract.limits import POLL_S
from conformance.drive import interrupts

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

T = TypeVar("T")


class Deadline:
    """A moment on the monotonic clock by which something must have happened."""

    def __init__(self, within_s: float) -> None:
        self.within_s = within_s
        self._at = time.monotonic() + within_s

    @property
    def left_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._at - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._at


def wait_until(condition: Callable[[], T], within_s: float) -> T:
    """Ask for a condition until it holds or the time is over.

    Args:
        condition: asked again and again; must be quick and free of side effects.
        within_s: limit in seconds.

    Returns:
        The condition's first true value, or its last false one.

    Raises:
        KeyboardInterrupt: if an interrupt has come.
    """
    deadline = Deadline(within_s)
    pause = POLL_S / 8
    interrupts.check()
    while not (value := condition()) and not deadline.is_over:
        time.sleep(pause)
        interrupts.check()
        pause = min(POLL_S, pause * 2)
    return value


def wait_until_readable(source: socket | int, within_s: float) -> bool:
    """Wait until something can be read, or its end.

    Args:
        source: a socket or a descriptor.
        within_s: limit in seconds; 0 to look once.

    Returns:
        Whether it can.

    Raises:
        KeyboardInterrupt: if an interrupt has come.
    """
    deadline = Deadline(within_s)
    while True:
        interrupts.check()
        is_ready = select.select([source], [], [], min(deadline.left_s, interrupts.LOOK_S))[0]
        if is_ready or deadline.is_over:
            break
    interrupts.check()
    return bool(is_ready)


def now_s() -> float:
    """Read the monotonic clock.

    Returns:
        Seconds since an arbitrary moment.
    """
    return time.monotonic()
