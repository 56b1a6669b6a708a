"""The stages of a simple worker, which Spark starts itself and which connects back."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

from conformance.adapters.doctor import proc
from conformance.adapters.doctor.ends import ended_early
from conformance.adapters.doctor.launch import SECRET, TOKEN, Process, environment, is_readable
from conformance.adapters.doctor.python import not_started
from conformance.adapters.doctor.seen import Failed
from conformance.adapters.doctor.wire import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.adapters.doctor.python import Python
    from conformance.adapters.doctor.seen import Options

_PORT = "PYTHON_WORKER_FACTORY_PORT"
#: Since 3.2 a simple worker tells its pid.
_FIRST_WITH_PID = (3, 2)
_LONGEST_BYTES = 1024
#: Between two looks whether it has ended instead, in seconds.
_LOOK_S = 0.1


class SimpleStages:
    """One simple worker, and how far it has come.

    Args:
        options: what is examined.
        python: its interpreter.
    """

    def __init__(self, options: Options, python: Python) -> None:
        self._options = options
        self._python = python
        self._secret = os.urandom(32).hex()
        self.argv = [python.path, "-m", options.worker]
        self._process: Process | None = None
        self._connection: Connection | None = None

    def stages(self) -> list[tuple[str, Callable[[], str]]]:
        """List the stages in their order.

        Returns:
            Name of each, and what does it and says what it saw.
        """
        return [
            ("simple connect", self.connect),
            ("simple secret", self.authenticate),
            ("simple pid", self.see_pid),
            ("simple echo", self.echo),
            ("simple end", self.end),
        ]

    def connect(self) -> str:
        """Start it, and see that it connects back."""
        env = environment(self._options)
        prefers_6 = env.get("SPARK_PREFER_IPV6", "").lower() == "true"
        family, address = (socket.AF_INET6, "::1") if prefers_6 else (socket.AF_INET, "127.0.0.1")
        began_s = time.monotonic()
        with socket.socket(family, socket.SOCK_STREAM) as server:
            server.bind((address, 0))
            server.listen(1)
            self._start({**env, SECRET: self._secret, _PORT: str(server.getsockname()[1])})
            self._connection = Connection(self._accept(server), self._options.limit_s)
        return f"pid {self._worker.pid}, {time.monotonic() - began_s:.1f} s to its connection"

    def authenticate(self) -> str:
        """Read its secret, and accept it."""
        size = self._link.read_int("secret of the worker")
        offered = (
            self._link.read(size, "secret of the worker") if 0 < size <= _LONGEST_BYTES else b""
        )
        if offered != self._secret.encode():
            raise Failed("wrong-secret", f"it offers another secret, of {size} bytes")
        self._link.send_text("ok")
        return "offered"

    def see_pid(self) -> str:
        """Read its pid, which it tells since 3.2."""
        if self._python.line < _FIRST_WITH_PID:
            return "not told before Spark 3.2"
        pid = self._link.pid = self._link.read_int("pid of the worker")
        if pid < 0:
            raise Failed("negative-pid", f"{pid}: it refuses")
        if pid != self._worker.pid and self._worker.pid not in proc.ancestors(pid):
            raise Failed("foreign-pid", f"{pid} is not the process that was started")
        return str(pid)

    def echo(self) -> str:
        """Send it a task that it refuses."""
        return self._link.ask_oddly()

    def end(self) -> str:
        """Close its connection, and see that all of it ends."""
        self._link.close()
        token = self._options.token
        if self._worker.wait(self._options.limit_s) is None or not proc.wait_until(
            lambda: not proc.ours(TOKEN, token), self._options.limit_s
        ):
            raise Failed("stays", f"it lives {self._options.limit_s:g} s after its connection")
        return "it has ended"

    def said(self) -> list[str]:
        """Read the end of its standard error.

        Returns:
            Lines.
        """
        return self._process.said() if self._process else []

    def close(self) -> None:
        """End it."""
        if self._connection:
            self._connection.close()
        if self._process:
            self._process.end()

    @property
    def _worker(self) -> Process:
        if self._process is None:
            raise Failed("not-started", "the worker was not started")
        return self._process

    @property
    def _link(self) -> Connection:
        if self._connection is None:
            raise Failed("never-connects", "the worker has not connected")
        return self._connection

    def _start(self, env: dict[str, str]) -> None:
        try:
            self._process = Process(self.argv, env)
        except OSError as error:
            raise not_started(self.argv[0], error) from None
        self._process.read_errors_on()
        self._process.hang_up()

    def _accept(self, server: socket.socket) -> socket.socket:
        deadline = time.monotonic() + self._options.start_s
        while not is_readable(server, min(deadline, time.monotonic() + _LOOK_S)):
            status = self._worker.status()
            if status is not None:
                raise ended_early(self._worker, status, "connected back")
            if time.monotonic() > deadline:
                within = f"{self._options.start_s:g} s"
                raise Failed("never-connects", f"no connection within {within}; it lives")
        return server.accept()[0]
