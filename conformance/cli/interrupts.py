"""Ctrl-C and its kin: the first one ends the run in order, later ones are not heard."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Hear SIGINT, SIGTERM and SIGHUP once, as KeyboardInterrupt, where that does no harm.

    Attributes:
        has_come: whether one has come.
    """

    def __init__(self) -> None:
        self.has_come = False
        self._is_held = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            is_nohup = number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN
            if not is_nohup:
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Interrupt now if one has come while nothing could be interrupted.

        Raises:
            KeyboardInterrupt: if one has come.
        """
        if self.has_come:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Generator[None]:
        """Let nothing be interrupted meanwhile: what is begun there must be ended.

        Yields:
            Nothing; `has_come` tells afterwards.
        """
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        is_first, self.has_come = not self.has_come, True
        if is_first and not self._is_held:
            raise KeyboardInterrupt
