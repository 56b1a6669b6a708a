"""Workers without a daemon."""

from __future__ import annotations

import hmac
import os
import socket
import subprocess
import threading
import time
import uuid
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

from .waiting import Bell, Conversation

if TYPE_CHECKING:
    from .wishes import Wishes


class NoConnection(Exception):
    """A simple worker did not connect back as it should."""


class SimpleWorkers:
    """The simple workers of a factory.

    Args:
        wishes: of the factory.
        secret: of the factory.
        sockets: directory for socket files.
        bell: ends every wait.
    """

    def __init__(self, wishes: Wishes, secret: str, sockets: str, bell: Bell) -> None:
        self._wishes = wishes
        self._secret = secret
        self._sockets = sockets
        self._bell = bell
        self._guard = threading.Lock()
        self._processes: weakref.WeakKeyDictionary[socket.socket, subprocess.Popen[bytes]] = (
            weakref.WeakKeyDictionary()
        )

    def create(self) -> tuple[socket.socket, int | None]:
        """Start one.

        Returns:
            Its connection, and its pid.

        Raises:
            NoConnection: it did not connect, or did not say who it is.
        """
        listener = self._listen()
        where = listener.getsockname()
        try:
            process = self._start(where)
            try:
                return self._welcome(listener, process)
            except (OSError, EOFError, ValueError, RuntimeError) as error:
                process.terminate()
                raise NoConnection("Python worker failed to connect back.") from error
            finally:
                reap = threading.Thread(target=process.wait, name="process reaper", daemon=True)
                reap.start()
        finally:
            listener.close()
            if isinstance(where, str):
                with suppress(FileNotFoundError):
                    os.unlink(where)

    def stop_worker(self, connection: socket.socket) -> None:
        """End one."""
        with self._guard:
            process = self._processes.get(connection)
        if process is not None:
            process.terminate()
        connection.close()

    def is_stopped(self, connection: socket.socket) -> bool:
        """Whether the process of one has ended."""
        with self._guard:
            process = self._processes.get(connection)
        return process is None or process.poll() is not None

    def stop(self) -> None:
        """End all."""
        with self._guard:
            processes = list(self._processes.values())
        for process in processes:
            process.terminate()

    def pids(self) -> list[int]:
        """Pids of all that somebody holds."""
        with self._guard:
            return [process.pid for process in self._processes.values()]

    def _listen(self) -> socket.socket:
        if self._wishes.is_unix:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{self._sockets}/.{uuid.uuid4()}.sock")
        elif self._wishes.is_ipv6:
            listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
        else:
            listener = socket.create_server(("127.0.0.1", 0))
        listener.listen(1)
        return listener

    def _start(self, where: str | tuple[str, int]) -> subprocess.Popen[bytes]:
        if isinstance(where, str):
            mine = {"PYTHON_UNIX_DOMAIN_ENABLED": "True", "PYTHON_WORKER_FACTORY_SOCK_PATH": where}
        else:
            mine = {
                "PYTHON_WORKER_FACTORY_PORT": str(where[1]),
                "PYTHON_WORKER_FACTORY_SECRET": self._secret,
            }
        return subprocess.Popen(
            [self._wishes.python_exec, "-m", self._wishes.worker_module],
            stdin=subprocess.DEVNULL,
            stdout=2,
            env=self._wishes.environment(**mine),
            cwd=self._wishes.directory(),
        )

    def _welcome(
        self, listener: socket.socket, process: subprocess.Popen[bytes]
    ) -> tuple[socket.socket, int | None]:
        connection = self._accept(listener, process)
        try:
            pid = self._who(connection)
            connection.settimeout(0.0 if self._wishes.line >= (4, 0) else None)
        except BaseException:
            connection.close()
            raise
        with self._guard:
            self._processes[connection] = process
        return connection, pid

    def _accept(self, listener: socket.socket, process: subprocess.Popen[bytes]) -> socket.socket:
        ended = os.pidfd_open(process.pid)
        end_s = time.monotonic() + self._wishes.connect_timeout_s
        try:
            ready = self._bell.wait(end_s - time.monotonic(), listener.fileno(), ended)
        finally:
            os.close(ended)
        if listener.fileno() in ready:
            return listener.accept()[0]
        if ready:
            raise RuntimeError("the worker has ended")
        raise TimeoutError("the worker did not come")

    def _who(self, connection: socket.socket) -> int | None:
        if not self._wishes.is_unix:
            conversation = Conversation(connection, self._bell, self._wishes.connect_timeout_s)
            is_right = hmac.compare_digest(conversation.hear_text(), self._secret.encode())
            conversation.say(b"ok" if is_right else b"err")
            if not is_right:
                raise ValueError("Authentication failed.")
        later = Conversation(connection, self._bell, self._wishes.handshake_timeout_s)
        pid = later.hear_number()
        if pid < 0:
            raise RuntimeError(f"Python failed to launch worker with code {pid}")
        return pid
