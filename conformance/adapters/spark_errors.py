"""Turn what Java throws into the door's errors; nothing of py4j gets past this room."""

from __future__ import annotations

from typing import Any, NamedTuple

from conformance.adapters.dispatcher import CallError, ImplementationError


class Throwable(NamedTuple):
    """What is known of a Java throwable.

    Attributes:
        classes: names of its class and of those above it.
        message: its message, may be empty.
        cause_classes: the same of its cause, empty without one.
        cause: its cause as Java prints it.
    """

    classes: tuple[str, ...]
    message: str
    cause_classes: tuple[str, ...] = ()
    cause: str = ""


_SPARK = "org.apache.spark.SparkException"

#: What an exception counts as: the first row whose class it is and whose text it holds.
_ROWS = (
    ("java.net.SocketTimeoutException", "", "time_out"),
    ("java.net.SocketException", "", "socket_error"),
    ("java.nio.channels.ClosedChannelException", "", "socket_error"),
    ("java.io.EOFException", "", "end_of_stream"),
    ("java.lang.IllegalArgumentException", "Authentication failed", "authentication"),
    ("java.lang.IllegalStateException", "", "illegal_state"),
    ("java.io.IOException", "Cannot run program", "start_failed"),
    ("java.io.IOException", "", "socket_error"),
    # Spark's own: first the daemon's announcement, then everything else of its start.
    (_SPARK, "Invalid port number", "invalid_port"),
    (_SPARK, "Bad data in", "invalid_port"),
    (_SPARK, "port number from", "start_failed"),
    (_SPARK, "Error from python worker", "start_failed"),
)

#: What a simple worker's failure is wrapped in (Spark 2.4 - 4.3 createSimpleWorker).
_WRAPPER = "failed to connect back"


#: Package of the Java half.
_OURS = "conformance."


def counts_as(error: Throwable) -> str:
    """Tell what a throwable counts as.

    Args:
        error: what was thrown.

    Returns:
        One of the protocol's words.
    """
    classes, text = error.classes, error.message
    if _WRAPPER in text and error.cause_classes:
        classes, text = error.cause_classes, error.cause
    for name, part, word in _ROWS:
        if name in classes and part in text:
            return word
    return "other"


def as_call_error(error: Any, door: Any) -> CallError:
    """Turn an exception of py4j into one of the door.

    Args:
        error: a `Py4JError`.
        door: the Java half, which reads the throwable.

    Returns:
        The implementation's error, or the adapter's own if Java threw nothing.
    """
    thrown = getattr(error, "java_exception", None)
    if thrown is None:
        return CallError(f"py4j: {error}", type(error).__name__)
    told = _read(door.describe(thrown))
    if told.classes[0].startswith(_OURS):
        return CallError(told.message, told.classes[0])
    return ImplementationError(_message(told), told.classes[0], counts_as(told))


def _message(told: Throwable) -> str:
    """Take Java's message; Spark's own exceptions say only in their cause what happened."""
    if _SPARK in told.classes and told.cause:
        return f"{told.message} {told.cause}"
    return told.message or told.classes[0]


def _read(text: str) -> Throwable:
    classes, message, *cause = text.split("\0")
    if not cause:
        return Throwable(tuple(classes.split()), message)
    return Throwable(tuple(classes.split()), message, tuple(cause[0].split()), cause[1])
