"""When nothing moves: every thread of every process of ours sleeps, and none has been awake."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from conformance.machines.repro_player.world import MUST_HAPPEN_S, all_pids, pause, stat_of

#: States in which a thread does nothing: sleeping, stopped, traced, idle, ended.
_AT_REST = "STtIZX"

#: What is seen of a thread: its state, and how often it was awake.
Look = dict[str, str]


def wait_until_still(within_s: float = MUST_HAPPEN_S) -> bool:
    """Wait until nothing has moved between two looks.

    Args:
        within_s: limit in seconds; some implementations never rest.

    Returns:
        Whether all is still.
    """
    deadline = time.monotonic() + within_s
    before = _look()
    while time.monotonic() < deadline:
        pause()
        now = _look()
        if now == before and all(seen[0] in _AT_REST for seen in now.values()):
            return True
        before = now
    return False


def _look() -> Look:
    own = os.getpid()
    me = f"/proc/{own}/task/{threading.get_native_id()}"
    tasks = [task for pid in (own, *_descendants(own)) for task in _tasks(pid) if task != me]
    return {task: seen for task in tasks if (seen := _thread(task))}


def _descendants(own: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for pid in all_pids():
        children.setdefault(stat_of(f"/proc/{pid}")[1], []).append(pid)
    found = [own]
    for pid in found:
        found.extend(children.get(pid, []))
    return found[1:]


def _tasks(pid: int) -> list[str]:
    try:
        return [f"/proc/{pid}/task/{name}" for name in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []


def _thread(task: str) -> str:
    """State and number of context switches of a thread; empty if it is gone."""
    try:
        text = Path(task, "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    wanted = ("State:", "voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:")
    return " ".join(line.split()[1] for line in text.splitlines() if line.startswith(wanted))
