"""The handshake of daemon mode: pid, secret, reply, in this order and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import auth, wire
from .errors import AuthenticationFailed, IllegalState
from .liveness import is_running

if TYPE_CHECKING:
    from .connection import Connection
    from .profile import Profile


class Handshake:
    """One handshake; each step is a method of its own.

    Args:
        connection: to the daemon; the forked worker answers on it.
        secret: the factory's.
        profile: whether a pid without a process is a failure.

    Attributes:
        was_running: whether the acknowledged pid had a process.
    """

    def __init__(self, connection: Connection, secret: str, profile: Profile) -> None:
        self.connection = connection
        self.secret = secret
        self.profile = profile
        self.was_running = False

    def run(self) -> int:
        """Go through all steps.

        Returns:
            The worker's pid.
        """
        pid = self.read_pid()
        self.check_pid(pid)
        self.prove_secret()
        return pid

    def read_pid(self) -> int:
        """Read the acknowledgement; nothing has been sent before (F-CONN-02)."""
        return self.connection.read_int()

    def check_pid(self, pid: int) -> None:
        """Refuse what stands for a failed launch.

        Args:
            pid: what came.

        Raises:
            IllegalState: the daemon could not launch a worker.
        """
        if pid < 0:
            raise IllegalState(f"Python daemon failed to launch worker with code {pid}")
        self.was_running = is_running(pid)
        if pid == 0 or (self.profile.checks_pid and not self.was_running):
            raise IllegalState("Python daemon failed to launch worker.")

    def prove_secret(self) -> None:
        """Prove that we know the secret.

        Raises:
            AuthenticationFailed: the reply is not the one that means success.
        """
        if not self.is_accepted(auth.prove(self.connection, self.secret)):
            raise AuthenticationFailed("Authentication failed.")

    def is_accepted(self, reply: str) -> bool:
        """Whether this reply means success."""
        return reply == wire.OK
