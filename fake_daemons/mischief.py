"""The named points of a life: the honest step, or what the faults put in its place."""

from __future__ import annotations

import os
from collections.abc import Callable
from select import POLLIN, POLLOUT

from fake_daemons.faults import Fault
from fake_daemons.kernel import signal
from fake_daemons.process import ORDERLY, Process

#: The actions of one point, by name.
Actions = dict[str, Callable[[Fault], None]]

#: A pipe that is ready takes so much at once without blocking (PIPE_BUF on Linux).
_CHUNK_BYTES = 4096
_FLOOD_BYTES = "1048576"
_FLOOD = (b"x" * 63 + b"\n") * (_CHUNK_BYTES // 64)


#: Points right behind something that the peer can see. They go by the plan as it stood
#: before that: who has got an answer may change the plan without racing with us.
_BEHIND = ("announced", "acknowledged", "authenticated", "serve", "leave")


def nothing() -> None:
    """Do nothing: the honest step of a point at which nothing happens."""


def step(
    process: Process,
    point: str,
    honest: Callable[[], None] = nothing,
    actions: Actions | None = None,
    n: int | None = None,
) -> None:
    """Pass a named point.

    Args:
        process: that passes it.
        point: its name.
        honest: what happens there if no fault of the point's own strikes.
        actions: what the point's own faults do.
        n: number of the connection that it is about, by default the one in hand.
    """
    at = process.n if n is None else n
    replaced = False
    if point not in _BEHIND:
        process.scene.read_plan()
    for fault in process.scene.faults:
        if not _strikes(process, fault, point, at):
            continue
        if fault.action in _ANYWHERE:
            _ANYWHERE[fault.action](process, fault)
        elif actions:
            replaced = True
            actions[fault.action](fault)
        _then(process, fault.keys.get("then", ""))
    if not replaced:
        honest()


def _strikes(process: Process, fault: Fault, point: str, n: int) -> bool:
    """Say whether a fault strikes, and tell of it; its ticket is taken only if it does."""
    if not fault.strikes(point, process.scene.generation, n):
        return False
    taken: dict[str, str] = {}
    if "ticket" in fault.keys:
        taken["ticket"] = process.scene.take_ticket(fault.keys["ticket"])
        if not taken["ticket"]:
            return False
    process.report("fault", point=point, action=fault.action, n=n, **taken)
    return True


def _then(process: Process, what: str) -> None:
    if what == "exit":
        process.end(ORDERLY)
    elif what == "hang":
        hang(process)
    elif what:
        process.drop(reset=what == "reset")


def hang(process: Process) -> None:
    """Do nothing more but stay; SIGTERM is still answered.

    Args:
        process: that hangs.
    """
    while True:
        process.wait()


def _exit(process: Process, fault: Fault) -> None:
    process.before_death()
    if "stderr" in fault.keys:
        os.write(2, os.fsencode(fault.keys["stderr"]) + b"\n")
    process.end(int(fault.argument or ORDERLY))


def _kill(process: Process, _fault: Fault) -> None:
    process.before_death()
    os.kill(os.getpid(), signal.SIGKILL)


def _crash(process: Process, _fault: Fault) -> None:
    """Kill the daemon; a worker waits until it is dead, and its sockets with it."""
    process.before_death()
    daemon = process.daemon_pid()
    try:
        handle = os.pidfd_open(daemon)
    except ProcessLookupError:
        return
    try:
        if daemon in (os.getpid(), os.getppid()):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            process.wait(handle)
    except ProcessLookupError:
        pass  # another worker was quicker
    os.close(handle)


def _hang(process: Process, _fault: Fault) -> None:
    hang(process)


def _slow(process: Process, fault: Fault) -> None:
    process.wait(within_s=float(fault.argument))


def _flood(process: Process, fault: Fault) -> None:
    fd = 1 if fault.argument == "stdout" else 2
    left = int(fault.keys.get("bytes", _FLOOD_BYTES))
    while left > 0:
        process.wait(fd, to=POLLOUT)
        try:
            left -= os.write(fd, _FLOOD[:left])
        except BrokenPipeError:
            process.shut_down()  # the factory was stopped in the midst of it


def _gate(process: Process, fault: Fault) -> None:
    """Stand at the gate, without being deaf to signals, until a byte comes."""
    process.report("gate", name=fault.argument)
    path = f"{process.scene.directory}/gate.{fault.argument}"
    while not _let_through(process, path):
        pass
    process.report("passed", name=fault.argument)
    process.scene.read_plan()


def _let_through(process: Process, path: str) -> bool:
    """Wait at the FIFO; false if another took the byte, or the writer went without."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        process.wait(fd, to=POLLIN)
        return os.read(fd, 1) != b""
    except BlockingIOError:
        return False
    finally:
        os.close(fd)


_ANYWHERE: dict[str, Callable[[Process, Fault], None]] = {
    "exit": _exit,
    "kill": _kill,
    "crash": _crash,
    "hang": _hang,
    "gate": _gate,
    "slow": _slow,
    "flood": _flood,
}
