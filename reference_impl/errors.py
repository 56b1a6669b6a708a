"""What this factory raises: Spark's message texts, and what each error counts as.

Each class also is the exception that Python users expect (ConnectionError, EOFError ...).
`counts_as` is what a caller who does not know the classes may go by.
"""

from __future__ import annotations

TYPE_CHECKING = False  # the daemon imports this module, and typing is slow
if TYPE_CHECKING:
    from typing import Self


class FactoryError(Exception):
    """A call of the factory failed.

    Attributes:
        counts_as: one of `socket_error`, `end_of_stream`, `authentication`,
            `illegal_state`, `invalid_port`, `time_out`, `start_failed`, `other`.
    """

    counts_as = "other"

    def explained(self, message: str) -> Self:
        """An error of the same kind that says more."""
        return type(self)(message)


class SocketFailure(FactoryError, ConnectionError):
    """The connection was refused, reset or broken: the one reason for a restart."""

    counts_as = "socket_error"


class EndOfStream(FactoryError, EOFError):
    """The peer closed the connection in good order, but too early."""

    counts_as = "end_of_stream"


class AuthenticationFailed(FactoryError, ValueError):
    """The secret was not accepted, by us or by the worker."""

    counts_as = "authentication"


class IllegalState(FactoryError, RuntimeError):
    """The daemon answered that it could not launch a worker."""

    counts_as = "illegal_state"


class InvalidPort(FactoryError, ValueError):
    """What the daemon announced is no port."""

    counts_as = "invalid_port"


class TimedOut(FactoryError, TimeoutError):
    """The peer did not answer in time."""

    counts_as = "time_out"


class SilentWorker(TimedOut):
    """Not one byte came after the connection: a lost daemon from Spark 4.2 on."""


class StartFailed(FactoryError):
    """The daemon ended, or closed its stdout, before it had announced a port."""

    counts_as = "start_failed"


class CannotRun(StartFailed, OSError):
    """The program is missing or cannot be executed."""


class ConnectBackFailed(FactoryError):
    """A simple worker did not connect back as it should; it counts as its cause.

    Args:
        cause: what went wrong.
    """

    def __init__(self, cause: FactoryError) -> None:
        super().__init__(
            f"Python worker failed to connect back. Caused by: {type(cause).__name__}: {cause}"
        )
        self.counts_as = cause.counts_as


class Stopped(FactoryError):
    """stop() was called while create() was waiting."""

    def __init__(self, message: str = "The factory was stopped.") -> None:
        super().__init__(message)


class BadOption(FactoryError, ValueError):
    """An option has a value that cannot be."""
