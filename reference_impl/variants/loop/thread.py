"""The one thread in which everything happens."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


class _LoopThread:
    """A loop that begins with the first call and ends with the process."""

    def __init__(self) -> None:
        self._beginning = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop, running."""
        with self._beginning:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                run = self._loop.run_forever
                threading.Thread(target=run, name="factory loop", daemon=True).start()
            return self._loop


_thread = _LoopThread()


def run(work: Coroutine[object, object, T]) -> T:
    """Have work done by the loop, and wait for it.

    Args:
        work: to be done.

    Returns:
        What came of it.

    Raises:
        RuntimeError: it was broken off.
    """
    try:
        return asyncio.run_coroutine_threadsafe(work, _thread.loop()).result()
    except concurrent.futures.CancelledError:
        raise RuntimeError("stop() was called meanwhile") from None
