"""Child processes: started here, reaped as soon as they end, killed if they must be.

One thread looks after all children of this process and lives as long as there are any.
Only it reaps, and it reaps under the child's lock: so a signal never reaches a stranger
who has got a dead child's pid.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

from .errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from .launch import Launch

#: How long a child may take to end in good order before it is killed.
PATIENCE_S = 2.0

#: How often to look at children where the system has no pidfds, in milliseconds.
_POLL_MS = 50


class Child:
    """One child process.

    Args:
        launch: how to start it.
        piped: whether its three streams are pipes to us; otherwise its stdin is empty
            and its output goes to our stderr.
        on_end: called once, on the watching thread, when it has ended.

    Attributes:
        command: what was started.
        popen: the process and its streams.
        pid: its pid.
        ended: set when it has ended and is reaped.
    """

    def __init__(self, launch: Launch, *, piped: bool, on_end: Callable[[], None]) -> None:
        self.command = launch.command
        self.popen = _start(launch, piped=piped)
        self.pid = self.popen.pid
        self.ended = threading.Event()
        self._on_end = on_end
        self._lock = threading.Lock()
        self._kill_at: float | None = None
        self.pidfd = _open_pidfd(self.pid)
        _watcher.watch(self)

    @property
    def exit_code(self) -> int | None:
        """The status as a shell tells it (128 + signal), or nothing while it lives."""
        code = self.popen.returncode
        return 128 - code if code is not None and code < 0 else code

    def terminate(self, patience_s: float = PATIENCE_S) -> None:
        """Ask it to end by SIGTERM, and kill it when the patience is over."""
        with self._lock:
            if self._kill_at is None:
                self._kill_at = time.monotonic() + patience_s
            self._signal(signal.SIGTERM)
        _watcher.wake()

    def wait_for_end(self, within_s: float) -> bool:
        """Wait until it has ended; tell whether it has."""
        return self.ended.wait(within_s)

    def reap(self) -> bool:
        """Reap it if it has ended; for the watching thread alone."""
        with self._lock:
            if self.popen.poll() is None:
                return False
            if self.pidfd is not None:
                os.close(self.pidfd)
                self.pidfd = None
        self.ended.set()
        self._on_end()
        return True

    def kill_if_overdue(self) -> float | None:
        """Kill it if its time is over.

        Returns:
            Seconds that are left, or nothing if there is no limit (any more).
        """
        with self._lock:
            if self._kill_at is None:
                return None
            left_s = self._kill_at - time.monotonic()
            if left_s > 0:
                return left_s
            self._kill_at = None
            self._signal(signal.SIGKILL)
            return None

    def _signal(self, number: signal.Signals) -> None:
        if self.popen.returncode is None:
            os.kill(self.pid, number)


class _Watcher:
    """The one thread that looks after the children."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: list[Child] = []
        self._bell: int | None = None

    def watch(self, child: Child) -> None:
        """Look after this child from now on."""
        with self._lock:
            self._children.append(child)
            if self._bell is None:
                self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
                name = "Python child watcher"
                threading.Thread(target=self._run, name=name, daemon=True).start()
            else:
                os.eventfd_write(self._bell, 1)

    def wake(self) -> None:
        """Look at the children's limits again."""
        with self._lock:
            if self._bell is not None:
                os.eventfd_write(self._bell, 1)

    def _run(self) -> None:
        while (living := self._reap()) is not None:
            _await_news(*living)

    def _reap(self) -> tuple[int, list[Child]] | None:
        """Reap the dead; the bell and the living, or nothing when there are none."""
        with self._lock:
            children = list(self._children)
        dead = {child for child in children if child.reap()}
        with self._lock:
            self._children = [c for c in self._children if c not in dead]
            if self._bell is not None and self._children:
                return self._bell, list(self._children)
            if self._bell is not None:
                os.close(self._bell)
                self._bell = None
            return None


def _await_news(bell: int, children: list[Child]) -> None:
    """Wait until a child ends, the bell rings or a limit has passed."""
    poller = select.poll()
    poller.register(bell, select.POLLIN)
    waits_ms: list[float] = []
    for child in children:
        left_s = child.kill_if_overdue()
        if left_s is not None:
            waits_ms.append(left_s * 1000 + 1)
        if child.pidfd is None:
            waits_ms.append(_POLL_MS)
        else:
            poller.register(child.pidfd, select.POLLIN)
    events = poller.poll(min(waits_ms, default=None))
    if any(fd == bell for fd, _ in events):
        os.eventfd_read(bell)


def _start(launch: Launch, *, piped: bool) -> subprocess.Popen[bytes]:
    stream = subprocess.PIPE if piped else None
    try:
        return subprocess.Popen(
            launch.command,
            bufsize=0,
            stdin=stream or subprocess.DEVNULL,
            stdout=stream or 2,
            stderr=stream,
            cwd=launch.directory,
            env=launch.environment,
        )
    except OSError as error:
        where = f' (in directory "{launch.directory}")' if launch.directory else ""
        raise CannotRun(
            f'Cannot run program "{launch.command[0]}"{where}: '
            f"error={error.errno}, {error.strerror}"
        ) from error


def _open_pidfd(pid: int) -> int | None:
    """A descriptor that becomes readable when the child ends (Linux 5.3)."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


_watcher = _Watcher()
