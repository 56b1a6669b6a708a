"""Trials side by side: each a copy of this process, in which all is imported already."""

from __future__ import annotations

import os
import select
import shutil
import signal
from typing import TYPE_CHECKING

import msgspec

from conformance.cli.mutants.trial import Order, Told, Trial
from conformance.drive.copies import start_copy
from conformance.drive.interrupts import check
from conformance.stage.run import end_all

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

#: How often the progress line is drawn when nothing ends, in seconds.
_TICK_S = 0.2
#: How long a trial may take to tidy up, once it has told or was interrupted, in seconds.
_FAREWELL_S = 15.0
_CHUNK_BYTES = 1 << 16


class _UnderWay:
    """A trial that has begun."""

    def __init__(self, name: str, order: Order, output: Path) -> None:
        self.name = name
        self._order = order
        self._output = output
        self._copy = start_copy(Trial(order).play, output)
        self._said = b""

    def fileno(self) -> int:
        """Descriptor that is ready when there is something to hear."""
        return self._copy.told_fd

    def hear(self) -> bool:
        """Take in what it tells; say whether it has ended."""
        said = os.read(self._copy.told_fd, _CHUNK_BYTES)
        self._said += said
        return not said

    def interrupt(self) -> None:
        self._copy.signal(signal.SIGTERM)

    def finish(self) -> Told:
        """Wait for its end; whatever it could not tidy up is tidied up here."""
        status = self._copy.end(_FAREWELL_S)
        directory, _, told = self._said.decode().partition("\n")
        if status == 0 and told:
            return msgspec.json.decode(told, type=Told)
        end_all("WFC_TOKEN", self._order.token)
        if directory:
            shutil.rmtree(directory, ignore_errors=True)
        return Told(errors=[f"its process ended with status {status}{self._last_words()}"])

    def _last_words(self) -> str:
        lines = self._output.read_text(encoding="utf-8", errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f": {said[-1]}" if said else ""


def play_all(
    orders: Mapping[str, Order], jobs: int, outputs: Path, tick: Callable[[], None]
) -> Generator[tuple[str, Told]]:
    """Play orders, so many at a time.

    Args:
        orders: by name, in the order in which they begin.
        jobs: how many at a time.
        outputs: directory for what the copies print.
        tick: called now and then while nothing ends.

    Yields:
        Name and result of each, as they end. If nobody asks for more, those that are
        under way are interrupted, and end in order.
    """
    waiting = dict(orders)
    under_way: list[_UnderWay] = []
    try:
        while waiting or under_way:
            while waiting and len(under_way) < jobs:
                name = next(iter(waiting))
                under_way.append(_UnderWay(name, waiting.pop(name), outputs / f"{name}.txt"))
            check()
            ready, _, _ = select.select(under_way, [], [], _TICK_S)
            if not ready:
                tick()
            for one in [one for one in ready if one.hear()]:
                under_way.remove(one)
                yield one.name, one.finish()
    finally:
        for one in under_way:
            one.interrupt()
        for one in under_way:
            one.finish()
