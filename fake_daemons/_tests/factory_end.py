"""The factory's end of a simple worker: it listens, and checks the secret."""

from __future__ import annotations

import socket

from fake_daemons._tests.field import LIMIT_S, Fake, Field, Line


class FactoryEnd:
    """A server socket as the factory has it, and the simple worker that it started."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._server = socket.create_server(("127.0.0.1", 0), backlog=1)
        self._server.settimeout(LIMIT_S)
        self._port = self._server.getsockname()[1]
        self._lines: list[Line] = []

    def start(self, name: str, faults: str = "", **more: str) -> Fake:
        port = str(self._port)
        return self._field.start(name, faults, PYTHON_WORKER_FACTORY_PORT=port, **more)

    def accept(self) -> Line:
        line = Line(self._server.accept()[0])
        self._lines.append(line)
        return line

    def nobody_comes(self) -> bool:
        """Say whether no connection waits right now."""
        self._server.settimeout(0)
        try:
            self.accept()
        except BlockingIOError:
            return True
        return False

    def close(self) -> None:
        self._server.close()
        for line in self._lines:
            line.close()
