"""Copies of this process: what has been imported once is there at once in each of them."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

from conformance.drive.clock import wait_until
from conformance.drive.sandbox import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Copy:
    """A copy of this process, at work on something of its own.

    Args:
        pid: its pid.
        told_fd: descriptor to read what it tells from; end of file when it has ended.

    Attributes:
        pid: its pid.
        told_fd: as given.
    """

    def __init__(self, pid: int, told_fd: int) -> None:
        self.pid = pid
        self.told_fd = told_fd
        self._status: int | None = None

    def exit_status(self) -> int | None:
        """Ask how it ended.

        Returns:
            Its exit status, minus the signal that killed it, or None while it lives.
        """
        if self._status is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if ended else None
        return self._status

    def signal(self, number: int) -> None:
        """Send it a signal; nothing happens if it has ended.

        Args:
            number: the signal.
        """
        if self.exit_status() is None:
            os.kill(self.pid, number)

    def end(self, within_s: float = 0.0) -> int:
        """Wait for it, then kill it, and close the descriptor.

        Args:
            within_s: how long it may take to exit of its own accord.

        Returns:
            Its exit status, minus the signal that killed it.
        """
        if not wait_until(lambda: self.exit_status() is not None, within_s):
            os.kill(self.pid, signal.SIGKILL)
        if self._status is None:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.told_fd)
        return self._status


def start_copy(work: Callable[[int], None], output: Path) -> Copy:
    """Start a copy of this process: all that has been imported is there at once.

    It leads a process group of its own, so that a terminal's Ctrl-C does not reach it,
    and dies with this process, which must not have threads.

    Args:
        work: what the copy does; given the descriptor to tell it by.
        output: file for its standard output and standard error.

    Returns:
        The copy; its exit status is 1 if `work` raised.
    """
    told_fd, telling_fd = os.pipe()
    original = os.getpid()
    pid = os.fork()
    if pid == 0:
        _be_copy(lambda: work(telling_fd), output, original)
    os.close(telling_fd)
    return Copy(pid, told_fd)


def _be_copy(work: Callable[[], None], output: Path, original: int) -> NoReturn:
    """Work and exit, past everything that the original process would do at its end."""
    status = 1
    try:
        die_with_parent()
        if os.getppid() != original:
            os._exit(status)  # it was faster; no signal will come any more
        os.setpgid(0, 0)
        gc.freeze()  # what was there before is no garbage of the copy's
        _redirect(output)
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - the exit status tells, and the output says what
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)


def _redirect(output: Path) -> None:
    """Take the standard streams away from what they were, be it pytest that holds them."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for name, mode, fd in ((os.devnull, os.O_RDONLY, 0), (output, flags, 1)):
        opened = os.open(name, mode, 0o600)
        os.dup2(opened, fd)
        os.close(opened)
    os.dup2(1, 2)
    sys.stdout, sys.stderr = (open(fd, "w", encoding="utf-8") for fd in (1, 2))  # noqa: SIM115
