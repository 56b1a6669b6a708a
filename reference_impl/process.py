"""The daemon's process: what it announces, what it prints, what we tell it.

One thread reads both its streams from the first moment on, so that no amount of output
can block the daemon, not even before its port (F-START-17, F-START-18).
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from typing import IO, TYPE_CHECKING

from . import wire
from .children import Child
from .errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from .launch import Launch

#: How much of the daemon's stderr is kept for the message about a failed start.
KEPT_STDERR_BYTES = 65536

#: How long to wait for the rest of the output of a daemon that has ended. Its stderr
#: stays open if a process of its own holds it.
_LAST_WORDS_S = 1.0

_CHUNK_BYTES = 65536


class DaemonProcess:
    """A started daemon.

    Args:
        launch: how to start it.
        generation: number of this daemon in its factory, from 1.

    Attributes:
        generation: as given.
        port: what it has announced; 0 until somebody has read and checked it.
        child: the process.
    """

    def __init__(self, launch: Launch, generation: int) -> None:
        self.generation = generation
        self.port = 0
        self._changed = threading.Condition()
        self._announcement = b""
        self._stderr_tail = bytearray()
        self._open_streams = {"stdout", "stderr"}
        self._is_interrupted = False
        self._telling = threading.Lock()
        self.child = Child(launch, piped=True, on_end=self._notify)
        self._prepare_stdin()
        name = f"stream reader for {launch.command[0]}"
        threading.Thread(target=self.drain, name=name, daemon=True).start()

    @property
    def pid(self) -> int:
        """Pid of the process."""
        return self.child.pid

    def wait_for_announcement(self, within_s: float) -> bytes:
        """Wait for the first four bytes on stdout.

        Args:
            within_s: how long, in seconds.

        Returns:
            What has come: less than four bytes if stdout has ended or time is over.
        """

        def is_over() -> bool:
            is_whole = len(self._announcement) == wire.INT_BYTES
            return is_whole or "stdout" not in self._open_streams

        self._wait_until(is_over, within_s)
        return self._announcement

    @property
    def has_closed_stdout(self) -> bool:
        """Whether nothing more can come on its stdout."""
        return "stdout" not in self._open_streams

    def wait_for_end(self, within_s: float) -> bool:
        """Wait until the process has ended; tell whether it has."""
        self._wait_until(self.child.ended.is_set, within_s)
        return self.child.ended.is_set()

    def last_words(self) -> str:
        """The end of its stderr, once it has ended."""
        self._wait_until(lambda: "stderr" not in self._open_streams, _LAST_WORDS_S)
        return self._stderr_tail.decode(errors="replace").strip()

    def request_kill(self, worker_pid: int) -> bool:
        """Ask it to kill a worker; a daemon that is gone or deaf is no error.

        Args:
            worker_pid: the worker's pid.

        Returns:
            Whether the request could be handed over.
        """
        with self._telling:
            stdin = _stream(self.child.popen.stdin)
            if stdin.closed or self.child.ended.is_set():
                return False
            try:  # at most PIPE_BUF bytes, so it is written whole or not at all
                return os.write(stdin.fileno(), wire.pack_int(worker_pid)) > 0
            except OSError:
                return False

    def interrupt(self) -> None:
        """Make every wait on this daemon raise Stopped."""
        with self._changed:
            self._is_interrupted = True
            self._changed.notify_all()

    def terminate(self) -> None:
        """End it: SIGTERM and end of stdin, and SIGKILL when that does not help."""
        self.child.terminate()
        with self._telling, contextlib.suppress(OSError):
            _stream(self.child.popen.stdin).close()

    def _prepare_stdin(self) -> None:
        os.set_blocking(_stream(self.child.popen.stdin).fileno(), False)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _wait_until(self, is_over: Callable[[], bool], within_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: is_over() or self._is_interrupted, within_s)
            if self._is_interrupted:
                raise Stopped

    def drain(self) -> None:
        """Read both streams until both have ended (workers may hold them for long)."""
        popen = self.child.popen
        streams = {"stdout": _stream(popen.stdout), "stderr": _stream(popen.stderr)}
        names = {stream.fileno(): name for name, stream in streams.items()}
        poller = select.poll()
        for fd in names:
            poller.register(fd, select.POLLIN)
        while names:
            for fd, _ in poller.poll():
                chunk = os.read(fd, _CHUNK_BYTES)
                if not chunk:
                    poller.unregister(fd)
                    streams[names[fd]].close()
                self.take(names[fd], chunk)
                if not chunk:
                    del names[fd]

    def take(self, name: str, chunk: bytes) -> None:
        """Keep what is to be kept of this output, and forward the rest."""
        with self._changed:
            if not chunk:
                self._open_streams.discard(name)
            elif name == "stderr":
                self._stderr_tail += chunk
                del self._stderr_tail[:-KEPT_STDERR_BYTES]
            else:
                missing = wire.INT_BYTES - len(self._announcement)
                self._announcement += chunk[:missing]
                chunk = chunk[missing:]
            self._changed.notify_all()
        if chunk:
            _forward(chunk)


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101 - narrows the type; all three are pipes
    return stream


def _forward(chunk: bytes) -> None:
    """Copy output to our stderr, which may be gone or replaced."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(chunk.decode(errors="replace"))
        sys.stderr.flush()
