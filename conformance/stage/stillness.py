"""Wait until nothing moves any more, so that the next move comes after all that went before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from conformance.drive.clock import wait_until
from conformance.observe import processes
from conformance.observe.stillness import Stillness, look

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

#: How long to wait for it: about a hundred times what it takes on an idle machine. Who
#: never rests (a compiler of the JVM at work, a fake that spins) is gone on without.
STILL_WITHIN_S = 0.3


def wait_for_stillness(stage: Stage, within_s: float = STILL_WITHIN_S) -> bool:
    """Wait until everything of a scenario sleeps and has slept since the look before.

    What counts is the adapter, the implementation's process, the processes of the
    scenario, and all their descendants. An answer may have come that nobody has read.

    Args:
        stage: of the scenario.
        within_s: limit in seconds.

    Returns:
        Whether all was still; if not, go on all the same.
    """
    known = set(stage.living())
    if stage.run.implementation is not None:
        known.add(stage.run.about.pid)
    last: Stillness | None = None

    def is_still() -> bool:
        nonlocal last
        before, last = last, look(known.union(_own(stage.run.token)))
        return last is not None and last == before

    return wait_until(is_still, within_s)


def _own(token: str) -> set[int]:
    """Find our children of this run: the adapter, our daemons, and whoever was orphaned."""
    ours = processes.child_pids(os.getpid())
    return {pid for pid in ours if processes.has_variable(pid, "WFC_TOKEN", token)}
