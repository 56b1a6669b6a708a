"""Ctrl-C and its kin: noted when they come, heard where the suite waits, once.

A handler that raises does so wherever the interpreter happens to be. In a hook of a fork,
a callback of a weak reference or a destructor Python swallows the exception, and the
interrupt is lost; inside an import or a start it leaves half of something behind. So ours
takes a note, and whatever waits looks at it. A signal that comes between such a look and
the system call behind it is seen at the next look: no wait is longer than `LOOK_S`.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

#: Between two looks of whoever waits long, in seconds.
LOOK_S = 0.1

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Hear SIGINT, SIGTERM and SIGHUP once, as KeyboardInterrupt, where that does no harm.

    Signals belong to the process, so one such object at a time is in charge; `check` and
    its kin below ask it. It is used as a context, or started for the rest of a process.

    Attributes:
        has_come: whether one has come.
    """

    def __init__(self) -> None:
        self.has_come = False
        self._is_heard = False
        self._is_held = False
        self._is_at_once = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        _in_charge.remove(self)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def start(self) -> None:
        """Listen from here on, for the rest of the process unless it is left as a context."""
        _in_charge.append(self)
        for number in _SIGNALS:
            is_nohup = number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN
            if not is_nohup:
                self._before[number] = signal.signal(number, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)  # see `blocked`

    def check(self) -> None:
        """Interrupt now if one has come; the first such call does, later ones do not.

        Raises:
            KeyboardInterrupt: if one has come, and nothing is held.
        """
        if self.has_come and not self._is_heard and not self._is_held:
            self._is_heard = True
            raise KeyboardInterrupt

    def insist(self) -> None:
        """Begin nothing if an interrupt has come, be it heard or not.

        Whoever tidies up behind an interrupt may fail, and his error takes its place. Work
        would go on then, but for this.

        Raises:
            KeyboardInterrupt: if one has come, and nothing is held.
        """
        if self.has_come and not self._is_held:
            self._is_heard = True
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Generator[None]:
        """Let nothing be interrupted meanwhile: what is begun there must be ended.

        Yields:
            Nothing; `has_come` tells afterwards.
        """
        before, self._is_held = self._is_held, True
        try:
            yield
        finally:
            self._is_held = before

    @contextmanager
    def at_once(self) -> Generator[None]:
        """Let an interrupt strike as it comes, in code that waits and knows nothing of us.

        Yields:
            Nothing.
        """
        try:
            with self._striking(is_at_once=True):
                yield
        except KeyboardInterrupt:
            self._is_heard = True
            raise

    @contextmanager
    def noted(self) -> Generator[None]:
        """Go back, within `at_once`, to code that looks for itself.

        Yields:
            Nothing.
        """
        with self._striking(is_at_once=False):
            yield

    @contextmanager
    def _striking(self, *, is_at_once: bool) -> Generator[None]:
        before, self._is_at_once = self._is_at_once, is_at_once
        try:
            self.check()
            yield
        finally:
            self._is_at_once = before
        self.check()

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.has_come = True
        if self._is_at_once and not self._is_heard and not self._is_held:
            raise KeyboardInterrupt


#: Who is in charge, last.
_in_charge: list[Interrupts] = []


def current() -> Interrupts:
    """Tell who is in charge.

    Returns:
        The one that listens; one to which nothing ever comes, if none does.
    """
    return _in_charge[-1] if _in_charge else Interrupts()


def check() -> None:
    """Interrupt now if an interrupt has come; for whatever waits."""
    if _in_charge:
        _in_charge[-1].check()


def insist() -> None:
    """Interrupt now and always if an interrupt has come; for whatever begins something."""
    if _in_charge:
        _in_charge[-1].insist()


@contextmanager
def blocked() -> Generator[None]:
    """Have what is started meanwhile begin deaf, until it listens itself.

    An interpreter that is interrupted while it starts up dies of it; a signal that is
    blocked is kept.

    Yields:
        Nothing.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
