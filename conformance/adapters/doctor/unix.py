"""The stages of a daemon that listens on a Unix domain socket, as Spark 4.1 and later can ask."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import struct
import tempfile
from typing import TYPE_CHECKING

from conformance.adapters.doctor import proc
from conformance.adapters.doctor.daemon import DaemonStages, spaced
from conformance.adapters.doctor.launch import TOKEN
from conformance.adapters.doctor.seen import Failed
from conformance.adapters.doctor.wire import INT_BYTES, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.adapters.doctor.python import Python
    from conformance.adapters.doctor.seen import Options
    from conformance.adapters.doctor.wire import Connection

#: Longest path of a socket, in bytes (unix(7), sun_path without its end).
_LONGEST = 107


class UnixDaemonStages(DaemonStages):
    """One daemon, spoken to over its socket: there is no secret, who may connect is trusted.

    Args:
        options: what is examined.
        python: its interpreter.
    """

    def __init__(self, options: Options, python: Python) -> None:
        super().__init__(options, python)
        self._directory = tempfile.mkdtemp(prefix="wfc-")
        self._path = ""

    def stages(self) -> list[tuple[str, Callable[[], str]]]:
        """List the stages in their order.

        Returns:
            Name of each, and what does it and says what it saw.
        """
        own = {"port": ("path", self.see_path)}
        without = ("secret", "wrong secret")
        return [own.get(name, (name, do)) for name, do in super().stages() if name not in without]

    def see_path(self) -> str:
        """See that a length and the path of a socket come, in the directory that was named."""
        head = self._daemon.read(INT_BYTES, self._limit_s)
        size = unpack(head)
        if not 0 < size <= _LONGEST:
            raise Failed("not-a-path", f"{spaced(head)} is {size}: no length of a path")
        text = self._daemon.read(size, self._limit_s)
        if len(text) < size:
            raise Failed("half-path", f"{len(text)} of {size} bytes of its path")
        self._path = self._address = os.fsdecode(text)
        self._daemon.read_on()
        if not proc.wait_until(self._is_socket, self._limit_s):
            raise Failed("no-socket", f"{self._path!r} is no socket")
        is_asked = os.path.dirname(self._path) == self._directory
        return self._path + ("" if is_asked else f", not in {self._directory} as it was told")

    def connect(self) -> str:
        """Connect for the first worker."""
        self._open_first()
        return "it accepts"

    def see_nothing_left(self) -> str:
        """See that all that came of the daemon has ended, its socket included."""
        saw = super().see_nothing_left()
        if os.path.lexists(self._path):
            raise Failed("left-socket", f"{self._path} is still there")
        return f"{saw}, its socket is gone"

    def close(self) -> None:
        """End the daemon."""
        super().close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _own_variables(self) -> dict[str, str]:
        return {
            "PYTHON_UNIX_DOMAIN_ENABLED": "True",
            "PYTHON_WORKER_FACTORY_SOCK_DIR": self._directory,
        }

    def _is_socket(self) -> bool:
        try:
            return stat.S_ISSOCK(os.stat(self._path).st_mode)
        except (OSError, ValueError):
            return False

    def _dial(self, address: str) -> socket.socket:
        del address  # there is one path to it
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # A socket that waits for so long, rather than Python: that would not wait while
            # there is no room among those that were not accepted yet.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(self._limit_s))
            sock.connect(self._path)
        except BlockingIOError:
            sock.close()
            raise TimeoutError from None
        except BaseException:
            sock.close()
            raise
        return sock

    def _heirs(self) -> list[int]:
        return proc.ours(TOKEN, self._options.token)

    def _prove(self, connection: Connection) -> None:
        """Nobody asks for a secret."""


def _timeval(limit_s: float) -> bytes:
    """Write a limit as the kernel reads it: seconds and microseconds."""
    return struct.pack("ll", int(limit_s), int(limit_s % 1 * 1_000_000))
