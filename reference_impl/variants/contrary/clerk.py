"""The clerk: a thread that does one thing after another, and can be told to drop it."""

from __future__ import annotations

import queue
import threading
import time
import weakref
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from .orders import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    Tray = queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]

#: How often he looks up from what he waits for.
_GLANCE_S = 0.02


class Clerk:
    """Does what is asked, in the order in which it is asked.

    His thread begins with the first request; it ends when he is sent home, and after the
    factory that he worked for.

    Args:
        name: of his thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._tray: Tray = queue.SimpleQueue()
        self._hiring = threading.Lock()
        self._is_at_work = False
        self._desk = threading.Lock()
        self._hurrying = 0
        weakref.finalize(self, self._tray.put, None)

    def do(self, work: Callable[[], Any]) -> Any:
        """Have something done, and wait for it.

        Args:
            work: to be done.

        Returns:
            What came of it.
        """
        done: Future[Any] = Future()
        with self._hiring:
            self._tray.put((done, work))
            if not self._is_at_work:
                self._is_at_work = True
                things = (self._tray, self._desk)
                threading.Thread(target=_serve, args=things, name=self._name, daemon=True).start()
        return done.result()

    def hurry(self, last: Callable[[], Any]) -> Any:
        """Have everything dropped that was asked before, do one thing, and go home.

        Args:
            last: to be done.

        Returns:
            What came of it.
        """
        self._hurry_up(1)

        def finish() -> Any:
            self._hurry_up(-1)
            return last()

        try:
            return self.do(finish)
        finally:
            with self._hiring:
                if self._is_at_work:
                    self._is_at_work = False
                    self._tray.put(None)

    def _hurry_up(self, more: int) -> None:
        with self._hiring:
            self._hurrying += more

    def wait(self, is_over: Callable[[], object], within_s: float) -> bool:
        """Wait, as the clerk, with an eye on who is in a hurry.

        Args:
            is_over: tells whether what is waited for has come.
            within_s: how long, in seconds.

        Returns:
            Whether it has.

        Raises:
            Trouble: somebody is in a hurry.
        """
        end_s = time.monotonic() + within_s
        pause_s = _GLANCE_S / 100
        while not is_over():
            if self._hurrying:
                raise Trouble("dropped, as the factory was told to stop", "other")
            if time.monotonic() > end_s:
                return False
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _GLANCE_S)
        return True


def _serve(tray: Tray, desk: threading.Lock) -> None:
    """Be the clerk; he knows no more of the factory than what lies in his tray.

    One who is on his way home may meet his successor: there is one desk.
    """
    while (order := tray.get()) is not None:
        done, work = order
        with desk:
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever asked
                done.set_exception(error)
        del order, done, work
