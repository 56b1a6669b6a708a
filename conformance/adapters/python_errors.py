"""What a Python implementation raises, as the door tells it."""

from __future__ import annotations

from collections import deque
from typing import Any

from conformance.adapters.dispatcher import CallError, ImplementationError

#: The last error, kept as a caller may keep it, in a future for one: what its frames hold
#: on to is closed by the factory, or not at all.
_kept: deque[BaseException] = deque(maxlen=1)


def run_implementation(call: Any) -> Any:
    """Call the implementation; what it raises becomes the door's error.

    Args:
        call: of no arguments.

    Returns:
        What it returns.

    Raises:
        CallError: if that is what the call raises, as ours may.
        ImplementationError: for whatever else it raises, with text and kind.
    """
    try:
        return call()
    except CallError:
        raise
    except BaseException as error:  # SystemExit of a factory is its failure, not ours
        _kept.append(error)
        cause = type(error).__name__
        raise ImplementationError(_message(error), cause, _counts_as(error)) from error


def _causes(error: BaseException) -> list[BaseException]:
    """The exception, and what it was raised from, each once: there may be a circle."""
    chain = [error]
    while (cause := chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)
    return chain


def _message(error: BaseException) -> str:
    """The texts of an exception and its causes."""
    _, *causes = _causes(error)
    return " Caused by: ".join([str(error), *(f"{type(one).__name__}: {one}" for one in causes)])


#: What an exception of Python's own counts as; the first match holds.
_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, "time_out"),
    (EOFError, "end_of_stream"),
    (FileNotFoundError, "start_failed"),
    (PermissionError, "start_failed"),
    (OSError, "socket_error"),
)


def _counts_as(error: BaseException) -> str:
    """Classify an exception: by itself, or else by the first cause that can be."""
    return next((kind for one in _causes(error) if (kind := _kind_of(one)) != "other"), "other")


def _kind_of(error: BaseException) -> str:
    """Classify it alone: by its own `counts_as`, by Spark's words, by its class."""
    told = getattr(error, "counts_as", None)
    if isinstance(told, str):
        return told
    if "Authentication failed" in str(error):
        return "authentication"
    if "Invalid port number" in str(error):
        return "invalid_port"
    for kind, counts_as in _KINDS:
        if isinstance(error, kind):
            return counts_as
    return "other"
