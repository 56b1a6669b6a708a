"""Keeps the daemon: starts it, reads its port, explains why it did not start, stops it.

At most one daemon lives at a time: a new one is started when the old one has ended.
All methods but `stop`, `current` and `request_kill` belong to the create() under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from . import wire
from .children import PATIENCE_S
from .errors import FactoryError, InvalidPort, StartFailed, Stopped, TimedOut
from .process import DaemonProcess

if TYPE_CHECKING:
    from .attempt import Attempt
    from .launch import Launcher
    from .settings import Settings

#: How long stop() waits for a daemon that ends in good order.
FAREWELL_S = 1.0

_HIGHEST_PORT = 65535


class DaemonKeeper:
    """The daemon of one factory, or none.

    Args:
        settings: what the factory was asked for.
        launcher: how to start the daemon.
    """

    process_class: ClassVar[type[DaemonProcess]] = DaemonProcess

    def __init__(self, settings: Settings, launcher: Launcher) -> None:
        self.settings = settings
        self.launcher = launcher
        self.current: DaemonProcess | None = None
        self.generations = 0
        self._predecessor: DaemonProcess | None = None

    def ensure(self, secret: str, attempt: Attempt) -> DaemonProcess:
        """The daemon, started if there is none."""
        return self.current or self.start(secret, attempt)

    def start(self, secret: str, attempt: Attempt) -> DaemonProcess:
        """Start a daemon and wait for its port.

        Args:
            secret: the factory's.
            attempt: the create() that needs it.

        Returns:
            The daemon, which is now the current one.

        Raises:
            FactoryError: it did not start; there is no current one then.
        """
        self._await_predecessor()
        self.generations += 1
        process = self.process_class(self.launcher.daemon(secret), self.generations)
        try:
            attempt.waits_on(process.interrupt)
            process.port = self._port_of(process)
            attempt.finish()
        except BaseException:
            self.forget_failed(process)
            raise
        self.current = process
        return process

    def stop(self) -> DaemonProcess | None:
        """Forget the current daemon and tell it to end.

        Returns:
            The daemon, which may take a while to end; nothing if there was none.
        """
        process, self.current = self.current, None
        if process is not None:
            self._predecessor = process
            self.end(process)
        return process

    def request_kill(self, pid: int, generation: int) -> None:
        """Ask the daemon to kill a worker, if it is one of its own (F-STOP-06)."""
        process = self.current
        if process is not None and process.generation == generation:
            process.request_kill(pid)

    def end(self, process: DaemonProcess) -> None:
        """Make this daemon end."""
        process.terminate()

    def forget_failed(self, process: DaemonProcess) -> None:
        """Leave nothing of a daemon that did not start (F-START-15)."""
        self._predecessor = process
        self.end(process)

    def _await_predecessor(self) -> None:
        if self._predecessor is not None:
            self._predecessor.child.wait_for_end(2 * PATIENCE_S)
            self._predecessor = None

    def _port_of(self, process: DaemonProcess) -> int:
        try:
            return self.read_port(process)
        except (TimedOut, Stopped):
            raise  # it has had its time, or nobody has time for it
        except FactoryError as error:
            raise self.explained(process, error) from error

    def read_port(self, process: DaemonProcess) -> int:
        """Read the announcement.

        Args:
            process: the daemon, just started.

        Returns:
            The port.

        Raises:
            TimedOut: nothing came for too long.
            StartFailed: its stdout ended before.
            InvalidPort: what came is no port.
        """
        raw = process.wait_for_announcement(self.settings.port_timeout_s)
        if len(raw) < wire.INT_BYTES:
            if process.has_closed_stdout:
                raise StartFailed(self._end_complaint(process))
            raise TimedOut(
                "Timed out while reading the port number from "
                f"{self.settings.daemon_module}'s stdout "
                f"after {self.settings.port_timeout_s:g} s"
            )
        return self.check_port(self.decode_port(raw), process)

    def decode_port(self, raw: bytes) -> int:
        """The number that was announced."""
        return wire.unpack_int(raw)

    def check_port(self, port: int, process: DaemonProcess) -> int:
        """Refuse what cannot be a port.

        Args:
            port: the number announced.
            process: who announced it.

        Returns:
            The port.

        Raises:
            InvalidPort: it is none; the text tells what to look for.
        """
        if 1 <= port <= _HIGHEST_PORT:
            return port
        words = self.settings.profile.bad_port_words
        raise InvalidPort(
            f"\nBad data in {self.settings.daemon_module}'s standard output. {words}:\n"
            f"  {port} (0x{port & 0xFFFFFFFF:08x})\n"
            "The command of the daemon was:\n"
            f"  {' '.join(process.child.command)}\n"
            "PYTHONPATH was:\n"
            f"  {self.launcher.python_path}\n"
            "Look there, and in the Python installation, for modules that print to "
            "standard output when they are imported, sitecustomize for one."
        )

    def _end_complaint(self, process: DaemonProcess) -> str:
        profile = self.settings.profile
        words = profile.end_words.format(module=self.settings.daemon_module)
        if process.wait_for_end(self.settings.process_wait_timeout_s):
            code = process.child.exit_code
            words += f" and terminated with code: {code}."
        return words + profile.end_stop

    def explained(self, process: DaemonProcess, error: FactoryError) -> FactoryError:
        """The error with the daemon's stderr, if it has ended and said anything."""
        has_waited = isinstance(error, StartFailed)
        limit_s = 0.0 if has_waited else self.settings.process_wait_timeout_s
        if not process.wait_for_end(limit_s):
            return error
        words = process.last_words()
        if not words:
            return error
        indented = words.replace("\n", "\n  ")
        return error.explained(
            f"\nError from python worker:\n  {indented}\n"
            f"PYTHONPATH was:\n  {self.launcher.python_path}\n"
            f"{type(error).__name__}: {error}"
        )
