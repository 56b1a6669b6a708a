"""One fake process: it tells what it sees, waits for one thing only, and ends.

It waits in one place. Signals are bytes in a pipe that is waited for with the rest, so
that none is lost between a look and a wait, and none strikes in the middle of a step.
"""

from __future__ import annotations

import os
import select
import sys
from _socket import SO_LINGER, SOL_SOCKET
from time import monotonic

from fake_daemons.faults import FaultError
from fake_daemons.kernel import Socket, signal
from fake_daemons.scene import EX_USAGE, Scene, setting
from fake_daemons.sightings import Sightings, digest, reported_environment

#: How a process ends: Spark's daemon says 1 for every end, orderly or not (D-20).
ORDERLY = 1

_HEEDED = (signal.SIGTERM, signal.SIGINT)
_WITHIN_FORK = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Process:
    """What daemon, worker and simple worker have in common.

    Args:
        scene: the scenario that it plays in.
        sightings: where it tells what it sees.

    Attributes:
        stem: of the files in which processes of this kind count their generations.
        connection: in hand, or None.
        n: number of that connection, 0 if there is none.
    """

    who = stem = ""

    def __init__(self, scene: Scene, sightings: Sightings) -> None:
        self.scene = scene
        self.sightings = sightings
        self.connection: Socket | None = None
        self.n = 0
        self._wake = self._woken = -1

    def live(self) -> None:
        """Live from here to the end of the process.

        Raises:
            NotImplementedError: if the kind of process does not say how.
        """
        raise NotImplementedError

    def on_sigterm(self) -> None:
        """Answer SIGTERM."""
        self.shut_down()

    def shut_down(self) -> None:
        """End in good order."""
        self.end(ORDERLY)

    def before_death(self) -> None:
        """Do what must be done before a fault ends this process: nothing, if it has no port."""

    def daemon_pid(self) -> int:
        """Tell which process dies when the daemon crashes.

        Returns:
            Its pid: this one's, if it has no daemon.
        """
        return os.getpid()

    def report(self, what: str, **keys: int | str | bytes) -> None:
        """Tell one sighting.

        Args:
            what: name of the event.
            **keys: its particulars.
        """
        self.sightings.report(what, keys)

    def report_start(self) -> None:
        """Tell where and how this process was started, and with which secret."""
        argv = {f"argv.{at}": text for at, text in enumerate(sys.orig_argv)}
        self.report(
            "start",
            generation=self.scene.generation,
            ppid=os.getppid(),
            pgid=os.getpgrp(),
            cwd=os.getcwd(),
            argc=len(argv),
            **argv,
        )
        for name, value in reported_environment():
            self.report("env", name=name, value=value)
        secret = self.scene.secret
        if secret is not None:
            self.report("secret", length=len(secret), digest=digest(secret))

    def heed_signals(self) -> None:
        """From here on SIGTERM and SIGINT are noticed while waiting."""
        self._wake, self._woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        for number in _HEEDED:
            signal.signal(number, lambda _number, _frame: None)

    def fork(self) -> int:
        """Fork; the child has the default signals, and no signal is lost on the way.

        Returns:
            0 in the child, else its pid.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, _WITHIN_FORK)
        try:
            pid = os.fork()
            if pid == 0:
                self._forget_signals()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _WITHIN_FORK)
        return pid

    def _forget_signals(self) -> None:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.close(self._wake)
        os.close(self._woken)
        self._wake = self._woken = -1

    def wait(self, *fds: int, within_s: float | None = None, to: int = select.POLLIN) -> set[int]:
        """Wait until one of the descriptors is ready; heed signals meanwhile.

        Args:
            *fds: descriptors; without any it waits for signals alone.
            within_s: limit in seconds, None for none.
            to: what they shall be ready for, as poll has it.

        Returns:
            Those that are ready; none if the time is over.
        """
        poll = select.poll()
        for fd in fds:
            poll.register(fd, to)
        if self._wake >= 0:
            poll.register(self._wake, select.POLLIN)
        until = None if within_s is None else monotonic() + within_s
        while True:
            left = None if until is None else max(0.0, until - monotonic())
            found = poll.poll(None if left is None else left * 1000)
            ready = {fd for fd, _ in found}
            ready.discard(self._wake)
            if self._wake >= 0:
                self._heed()
            if ready or left == 0.0:
                return ready

    def _heed(self) -> None:
        """Answer the signals that came; one may come just as poll has found another thing."""
        try:
            numbers = os.read(self._wake, 64)
        except BlockingIOError:
            return
        for number in numbers:
            self.report("signal", number=number)
            if number == signal.SIGTERM:
                self.on_sigterm()
            else:
                self.shut_down()

    def drop(self, *, reset: bool = False) -> None:
        """Close the connection in hand, if there is one.

        Args:
            reset: whether the peer sees a reset instead of an end of stream.
        """
        if self.connection is None:
            return
        if reset:
            # On, and no time to linger: two native ints.
            self.connection.setsockopt(SOL_SOCKET, SO_LINGER, b"\1" + b"\0" * 7)
        self.connection.close()
        self.connection = None

    def end(self, status: int) -> None:
        """End of its own accord.

        Args:
            status: exit status.
        """
        self.report("end", status=status)
        os._exit(status)


def run(kind: type[Process], faults: str) -> None:
    """Live a life; never return.

    Args:
        kind: of process.
        faults: what the fake's own module asks for.
    """
    try:
        scene = Scene(faults, kind.stem)
        kind(scene, Sightings(setting("SIGHTINGS", ""), kind.who)).live()
    except FaultError as wrong:
        os.write(2, f"{wrong}\n".encode(errors="backslashreplace"))
        os._exit(EX_USAGE)
    except BaseException as wrong:  # noqa: BLE001 - a forked child must end here too
        sys.excepthook(type(wrong), wrong, wrong.__traceback__)
        # The suite must not take a mistake of ours for one of the factory's.
        Sightings(setting("SIGHTINGS", ""), kind.who).report("broke", {"error": repr(wrong)})
        os._exit(1)
