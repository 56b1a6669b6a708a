"""The one room that starts and ends processes.

The suite is a child sub-reaper: an orphan of whatever it started becomes its child, so
that nothing escapes and no zombie is left that a liveness check would take for alive.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

from conformance.drive.clock import wait_until
from conformance.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

#: What may be ignored; of SIGPIPE and its like `subprocess` takes care.
_IGNORABLE = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}

#: How long a killed process may take to end, in seconds.
_END_S = 5.0

#: Pids of processes whose exit status belongs to a `Process`.
_started: set[int] = set()

_libc = ctypes.CDLL(None, use_errno=True)


def become_subreaper() -> None:
    """Make orphans of everything started from here on children of this process.

    Raises:
        EnvironmentFault: if the kernel refuses.
    """
    if _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise EnvironmentFault("the kernel refuses PR_SET_CHILD_SUBREAPER; use Linux")


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _begin() -> None:
    die_with_parent()


def begin_afresh() -> None:
    """Begin as a login would have it: nohup, `&` of a script or a CI runner count for nothing.

    For a process that has just been forked: it also dies with its parent.
    """
    die_with_parent()
    for number in _IGNORABLE:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


class Process:
    """A process that the suite started itself."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen
        self.pid = popen.pid
        _started.add(self.pid)

    @property
    def stdin_fd(self) -> int:
        """Descriptor of the writing end of its standard input."""
        return _fd(self._popen.stdin)

    @property
    def stdout_fd(self) -> int:
        """Descriptor of the reading end of its standard output."""
        return _fd(self._popen.stdout)

    def close_stdin(self) -> None:
        """Hang up: close the writing end of its standard input."""
        if self._popen.stdin:
            self._popen.stdin.close()

    def exit_status(self) -> int | None:
        """Ask how it ended.

        Returns:
            Its exit status, minus the signal that killed it, or None while it lives.
        """
        return self._popen.poll()

    def signal(self, number: int) -> None:
        """Send it a signal; nothing happens if it has ended.

        Args:
            number: the signal.
        """
        self._popen.send_signal(number)

    def end(self, within_s: float = 0.0) -> None:
        """Wait for it, then kill it, and close our ends of its pipes.

        Args:
            within_s: how long it may take to exit of its own accord.
        """
        if not wait_until(lambda: self._popen.poll() is not None, within_s):
            self._popen.kill()
        self._popen.wait()
        _started.discard(self.pid)
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe:
                pipe.close()


def _fd(pipe: object) -> int:
    fileno = getattr(pipe, "fileno", None)
    if fileno is None:
        raise ValueError("this process was started without that pipe")
    return int(fileno())


def start(  # noqa: PLR0913 - the seams of a process, all by keyword
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str | None = None,
    stdin: int = subprocess.PIPE,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.DEVNULL,
    leads_group: bool = False,
    keeps_signals: bool = False,
) -> Process:
    """Start a process that dies with the suite.

    Args:
        argv: program and arguments.
        env: its whole environment.
        cwd: its directory; the suite's own if None.
        stdin: descriptor for its standard input; a new pipe by default.
        stdout: descriptor for its standard output; a new pipe by default.
        stderr: descriptor for its standard error; the null device by default.
        leads_group: whether it gets a process group of its own, which a terminal's
            Ctrl-C does not reach.
        keeps_signals: whether it ignores and blocks the signals that the suite does, as a
            run of ours has to; by default it ignores and blocks none. What is judged would
            pass them on to its workers.

    Returns:
        The process.
    """
    return Process(
        subprocess.Popen(
            list(argv),
            env=dict(env),
            cwd=cwd,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            bufsize=0,
            process_group=0 if leads_group else None,
            preexec_fn=_begin if keeps_signals else begin_afresh,  # noqa: PLW1509 - no locks
        )
    )


def kill(pid: int) -> None:
    """Kill a process that was found by a token of ours; nothing happens if it is gone.

    Args:
        pid: its pid.
    """
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        os.close(handle)


def send_signal(pid: int, number: int) -> None:
    """Send a signal to a process that was found by a token of ours.

    Args:
        pid: its pid.
        number: the signal.
    """
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def reap(pid: int) -> None:
    """Collect an orphan's exit status if it is ours and has ended.

    Args:
        pid: its pid.
    """
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def collect_orphan(pid: int, within_s: float = _END_S) -> int | None:
    """Wait for an orphan that has become our child, and ask how it ended.

    Args:
        pid: its pid.
        within_s: limit in seconds.

    Returns:
        Its exit status, minus the signal that killed it; None if it lives, or has
        never become ours.
    """

    def ask() -> tuple[int, int]:
        try:
            return os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return 0, 0

    ended, status = wait_until(lambda: found if (found := ask())[0] else None, within_s) or (0, 0)
    return os.waitstatus_to_exitcode(status) if ended else None


def wait_for_end(pids: Sequence[int], within_s: float = _END_S) -> bool:
    """Wait until processes have ended, collecting those that are our children.

    Args:
        pids: the processes.
        within_s: limit in seconds.

    Returns:
        Whether all have ended.
    """
    return wait_until(lambda: all(has_ended(pid) for pid in pids), within_s)


def has_ended(pid: int) -> bool:
    """Ask whether a process has ended, and collect it if it is a child of ours.

    Args:
        pid: its pid.

    Returns:
        Whether it has; a zombie of somebody else's has, and so has nobody at all.
    """
    if pid <= 0:
        return True  # a worker that never told who it is
    # Ask the kernel, then collect: the other way round a zombie of ours could stay.
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        is_over = bool(select.select([handle], [], [], 0)[0])
    finally:
        os.close(handle)
    if is_over:
        reap(pid)
    return is_over


def make_bare_python(directory: Path) -> str:
    """Make a bare virtual environment: an interpreter without site packages.

    The interpreter of a developer's machine may import a lot at start, by `.pth` files.

    Args:
        directory: where to make it.

    Returns:
        Path of its interpreter.
    """
    venv.EnvBuilder(with_pip=False, symlinks=True).create(directory)
    return str(directory / "bin" / "python")


def own_python() -> str:
    """Tell which interpreter runs the suite.

    Returns:
        Its path.
    """
    return sys.executable


def children() -> tuple[int, ...]:
    """List the children of this process, those that have become so included.

    Returns:
        Their pids.
    """
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return tuple(int(pid) for pid in file.read().split())


def reap_orphans() -> None:
    """Collect the exit status of every orphan that has become ours and has ended."""
    for pid in children():
        if pid not in _started:
            reap(pid)
