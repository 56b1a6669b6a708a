"""Factories that treat the suite badly, each in one way; for test_hostile_factories.py."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading


class Hostile:
    """A factory whose create does something bad; the rest does nothing."""

    def __init__(self, create: object) -> None:
        self._create = create

    def create(self) -> tuple[socket.socket, int | None]:
        """Do something bad, then hand out a worker that nobody serves."""
        self._create()  # type: ignore[operator]
        return socket.socketpair()[0], None

    def release_worker(self, worker: socket.socket) -> None:
        """Do nothing."""

    def stop_worker(self, worker: socket.socket) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class Mute(Hostile):
    """A factory whose create forgets what it has to return."""

    def create(self) -> tuple[socket.socket, int | None]:
        """Return nothing, against its own word."""
        return None  # type: ignore[return-value]


def returns_nothing(*_: object, **__: object) -> Hostile:
    """Hand out no worker, and say nothing about it."""
    return Mute(None)


def is_not_implemented(*_: object, **__: object) -> Hostile:
    """Make no factory at all, not even one with a daemon."""
    raise NotImplementedError


def hangs(*_: object, **__: object) -> Hostile:
    """Never answer."""
    return Hostile(threading.Event().wait)


def dies(*_: object, **__: object) -> Hostile:
    """Die by a signal."""
    return Hostile(lambda: os.kill(os.getpid(), 11))


def exits(*_: object, **__: object) -> Hostile:
    """End the process."""
    return Hostile(lambda: os._exit(0))


def raises_system_exit(*_: object, **__: object) -> Hostile:
    """End the thread with SystemExit."""
    return Hostile(lambda: sys.exit(3))


def forks(*_: object, **__: object) -> Hostile:
    """Come back twice."""
    return Hostile(os.fork)


def closes_descriptors(*_: object, **__: object) -> Hostile:
    """Close everything, the channel included."""
    return Hostile(lambda: os.closerange(0, 4096))


def fills_the_pipe(*_: object, **__: object) -> Hostile:
    """Write more to both outputs than a pipe holds."""
    return Hostile(_write_much)


def _write_much() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.write("x" * (1 << 21) + "\n")
        stream.flush()


def writes_to_the_channel(*_: object, **__: object) -> Hostile:
    """Write rubbish to every descriptor that takes it."""
    return Hostile(_write_everywhere)


def _write_everywhere() -> None:
    for fd in range(64):
        try:
            os.write(fd, b"rubbish\n")
        except OSError:
            continue


#: What no page, terminal or file must take for its own: markup, escapes, half characters, length.
TERRIBLE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> & "
    "\x1b[2J\x1b]0;x\x07 \ud800 \u202e"
)


class Terrible(RuntimeError):
    """An error whose class has a terrible name."""


Terrible.__name__ = Terrible.__qualname__ = "<b>Terrible</b>\x1b[31m"


def speaks_terribly(*_: object, **__: object) -> Hostile:
    """Log, print and raise what could break a report."""
    return Hostile(_speak)


def _speak() -> None:
    sys.stderr.buffer.write(b"\xff\xfe\x00\x1b[31m<script>alert(3)</script>\n" + b"e" * (1 << 20))
    sys.stderr.flush()
    name = "org.apache.spark.api.python.PythonWorkerFactory"
    logging.getLogger(name).warning("%s", TERRIBLE)
    raise Terrible(TERRIBLE + "m" * (3 << 20))
