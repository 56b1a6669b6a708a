"""No mutant: the reference over Unix domain sockets, of which three mutants are made.

The reference itself uses TCP alone. This is what it would do if it were asked for Unix
domain sockets, by the option `unix_domain_socket`; it breaks no clause.
"""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import threading
from typing import TYPE_CHECKING

from reference_impl import wire
from reference_impl.auth import SECRET_VARIABLE
from reference_impl.connection import Connection, socket_failures
from reference_impl.errors import IllegalState, TimedOut
from reference_impl.factory import PythonWorkerFactory
from reference_impl.handshake import Handshake
from reference_impl.keeper import DaemonKeeper
from reference_impl.launch import Launcher
from reference_impl.making import WORKER_MODULE, Maker
from reference_impl.process import DaemonProcess
from reference_impl.registry import Registration
from reference_impl.simple import SimpleWorkers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reference_impl.children import Child
    from reference_impl.launch import Launch
    from reference_impl.settings import Settings

_OPTION = "unix_domain_socket"


class UnixHandshake(Handshake):
    """A handshake that ends with the pid: whoever may open the file is trusted."""

    def prove_secret(self) -> None:
        """Send nothing, and read nothing."""


class UnixProcess(DaemonProcess):
    """A daemon that announces a path: its length, where a port would be, and the path."""

    said = b""

    def take(self, name: str, chunk: bytes) -> None:
        """Keep the announcement, which is longer than that of a port."""
        if name == "stdout":
            self.said += chunk
        super().take(name, chunk)

    def path(self) -> str:
        """Wait for the rest of the announcement."""
        whole = wire.INT_BYTES + self.port
        self._wait_until(lambda: len(self.said) >= whole, 10.0)
        return os.fsdecode(self.said[wire.INT_BYTES : whole])


class UnixKeeper(DaemonKeeper):
    """Starts such daemons; their port is the length of their path."""

    process_class = UnixProcess


class UnixLauncher(Launcher):
    """Tells children where sockets are, instead of the secret.

    Args:
        settings: what the factory was asked for.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        # In the scenario's own directory, if it has one: that goes however this process ends.
        self.place = tempfile.TemporaryDirectory(
            prefix="unix-", dir=settings.env_vars.get("WFC_DIR"), ignore_cleanup_errors=True
        )
        #: The socket file of the simple worker that this thread is starting.
        self.here = threading.local()

    def own_variables(self, secret: str) -> dict[str, str]:
        """The factory's own variables."""
        own = super().own_variables(secret)
        del own[SECRET_VARIABLE]
        folder = self.place.name
        return own | {
            "PYTHON_UNIX_DOMAIN_ENABLED": "True",
            "PYTHON_WORKER_FACTORY_SOCK_DIR": folder,
        }

    def simple_worker(self, secret: str, port: int) -> Launch:
        """How to start a worker that connects back to the file of this thread."""
        launch = super().simple_worker(secret, port)
        del launch.environment["PYTHON_WORKER_FACTORY_PORT"]
        launch.environment["PYTHON_WORKER_FACTORY_SOCK_PATH"] = self.here.path
        return launch


class UnixSimpleWorkers(SimpleWorkers):
    """Lets simple workers connect back to a socket file of their own."""

    _launcher: UnixLauncher

    def create(self, secret: str) -> tuple[socket.socket, int | None]:
        """Start a worker, and remove its file, whatever comes of it."""
        try:
            return super().create(secret)
        finally:
            self.remove(self._launcher.here.path)

    def remove(self, path: str) -> None:
        """Remove the file of a simple worker."""
        os.unlink(path)

    def listen(self) -> socket.socket:
        """A socket to which one worker can connect."""
        self._launcher.here.path = f"{self._launcher.place.name}/{secrets.token_hex(8)}"
        server = socket.socket(socket.AF_UNIX)
        server.bind(self._launcher.here.path)
        server.listen(1)
        return server

    def _accept(self, server: socket.socket, ended: socket.socket, child: Child) -> socket.socket:
        """Wait for the connection, within a limit."""
        del ended, child
        server.settimeout(self.settings.connect_timeout_s)
        try:
            return server.accept()[0]
        except TimeoutError:
            raise TimedOut(self.settings.profile.accept_words) from None

    def demand_secret(self, connection: Connection, secret: str) -> None:
        """Ask for nothing."""


class UnixFactory(PythonWorkerFactory):
    """A factory whose workers are reached by Unix domain sockets.

    Args:
        settings: what was asked for.
    """

    handshake_class = UnixHandshake
    keeper_class = UnixKeeper
    launcher_class = UnixLauncher
    simple_class = UnixSimpleWorkers

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings._replace(honoured={**settings.honoured, _OPTION: True}))

    def new_socket(self) -> socket.socket:
        """A socket that is not connected yet."""
        return socket.socket(socket.AF_UNIX)

    def shake_hands(self, sock: socket.socket, process: DaemonProcess) -> Registration:
        """Connect to the daemon's file and read the pid."""
        assert isinstance(process, UnixProcess)  # noqa: S101 - narrows the type
        path = process.path()
        self.check_path(path)
        limit_s = self.settings.handshake_timeout_s
        with socket_failures():
            sock.settimeout(limit_s)
            sock.connect(path)
        connection = Connection(sock, limit_s)
        handshake = self.handshake_class(connection, self.secret, self.settings.profile)
        return Registration(handshake.run(), process.generation, handshake.was_running)

    def check_path(self, path: str) -> None:
        """Refuse a path where nothing is; that is no reason for a restart."""
        if not os.path.exists(path):
            raise IllegalState(f"there is no socket {path}")


class UnixMaker(Maker):
    """Makes such factories where they are asked for, and the reference's where not.

    Args:
        factory_class: the class of those that are asked for.
    """

    def __init__(self, factory_class: type[UnixFactory]) -> None:
        super().__init__(PythonWorkerFactory)
        self._unix = Maker(factory_class)
        self._plain = Maker(PythonWorkerFactory)

    def __call__(
        self,
        python_exec: str,
        env_vars: Mapping[str, str],
        *,
        use_daemon: bool = True,
        daemon_module: str | None = None,
        worker_module: str = WORKER_MODULE,
        **options: object,
    ) -> PythonWorkerFactory:
        """Make a factory."""
        make = self._unix if options.get(_OPTION) else self._plain
        return make(
            python_exec,
            env_vars,
            use_daemon=use_daemon,
            daemon_module=daemon_module,
            worker_module=worker_module,
            **options,
        )


make = UnixMaker(UnixFactory)
