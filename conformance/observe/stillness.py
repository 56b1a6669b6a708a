"""Whether processes are still: all asleep, none waiting for a processor.

One look cannot tell, for it reads one thread after the other. Two equal looks can: who
slept at both and was never switched in between slept all the time, so at the moment
between the two looks everybody slept. Then nobody is left to wake another; only time, the
suite, or somebody outside can.

What sleeps for a while (a poll, a kernel's delayed segment) is still, too, until it wakes.
Threads that wake now and then by themselves, as a JVM's do every 50 ms, make two looks
unequal when they fall between them; the next two will be equal. So no thread is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.observe import proc

if TYPE_CHECKING:
    from collections.abc import Iterable

#: States that a thread leaves only if somebody makes it: sleeping, stopped by a signal,
#: ended. Not D, which waits for a disk or for a child to exec, and goes on at once; nor t,
#: whose tracer is at work. Linux, fs/proc/array.c: task_state_array.
_AT_REST = b"STZ"


class Stillness(msgspec.Struct, frozen=True):
    """Processes that seemed to be at rest; two equal ones in a row prove it.

    Attributes:
        switches: id of each thread, with the number of times it left a processor.
    """

    switches: frozenset[tuple[int, int]]


def look(pids: Iterable[int]) -> Stillness | None:
    """Look once at processes and all their descendants.

    Args:
        pids: of the processes; those that are gone are at rest.

    Returns:
        What was seen, or None if a thread runs, is ready to run, or ended meanwhile.
    """
    switches: set[tuple[int, int]] = set()
    waiting, seen = list(pids), set[int]()
    while waiting:
        pid = waiting.pop()
        if pid in seen:
            continue
        seen.add(pid)
        tasks = f"/proc/{pid}/task"
        for tid in proc.names(tasks):
            count = _switches(proc.read(f"{tasks}/{tid}/status"))
            if count is None:
                return None
            switches.add((int(tid), count))
            waiting += map(int, proc.read(f"{tasks}/{tid}/children").split())
    return Stillness(frozenset(switches))


def _switches(status: bytes) -> int | None:
    """Count how often a thread left a processor, if it is at rest."""
    _, _, state = status.partition(b"\nState:\t")
    if not state or state[0] not in _AT_REST:
        return None
    return _number(status, b"\nvoluntary_ctxt_switches:\t") + _number(
        status, b"\nnonvoluntary_ctxt_switches:\t"
    )


def _number(status: bytes, label: bytes) -> int:
    begin = status.index(label) + len(label)
    return int(status[begin : status.index(b"\n", begin)])
