"""How processes wait and end here: none outlives Spark's hang-up."""

from __future__ import annotations

import os
import select
from resource import RLIMIT_CORE, setrlimit

from fake_daemons.kernel import signal
from fake_daemons.process import ORDERLY

_STDIN_BYTES = 4096
_LOOK_S = 1.0
#: Who started us: Spark.
_PARENT = os.getppid()


def pause(seconds: float) -> None:
    """Do nothing for a while; signals act as they did.

    Args:
        seconds: how long.
    """
    select.poll().poll(seconds * 1000)


def wait_for_hang_up() -> None:
    """Do nothing until Spark hangs up, then exit; SIGTERM ends this process as well."""
    while os.read(0, _STDIN_BYTES):
        pass
    os._exit(ORDERLY)


def obey_signals() -> None:
    """End by SIGHUP and SIGTERM, as a worker does once the daemon's code has got so far."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def wait_for_signal() -> None:
    """Do nothing until a signal ends this process."""
    obey_signals()
    while True:
        signal.pause()


def die(way: str) -> None:
    """End this process.

    Args:
        way: `kill`, `segv` (no core is dumped) or `exit`.
    """
    if way == "exit":
        os._exit(ORDERLY)
    setrlimit(RLIMIT_CORE, (0, 0))
    number = signal.SIGKILL if way == "kill" else signal.SIGSEGV
    os.kill(os.getpid(), number)


def kill_parent() -> None:
    """Kill the daemon that forked this process, and wait until it is dead."""
    parent = os.getppid()
    handle = os.pidfd_open(parent)
    if parent == os.getppid():  # the handle is that of our parent, which lived till now
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        _wait_for(handle)
    os.close(handle)


def wait_for_end(pid: int) -> None:
    """Wait until a child has ended.

    Args:
        pid: of the child; it may have been reaped since.
    """
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    _wait_for(handle)
    os.close(handle)


def _wait_for(handle: int) -> None:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.poll()


def end_without_parent() -> None:
    """From here on look each second whether Spark lives; without it SIGTERM ends us."""

    def look(_number: int, _frame: object) -> None:
        if os.getppid() != _PARENT:
            os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _LOOK_S, _LOOK_S)


def parent_of(pid: int) -> int:
    """Tell the parent of a process.

    Args:
        pid: of the process.

    Returns:
        The parent's pid, 0 if there is no such process.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[1])
    except OSError:
        return 0
