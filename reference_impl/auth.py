"""The secret: who makes it, who proves it, how two are compared.

In daemon mode the factory proves that it knows the secret; in simple mode the worker
does. One secret holds for the life of a factory.
"""

from __future__ import annotations

import os
from contextlib import suppress

from . import wire
from .errors import AuthenticationFailed, SocketFailure

TYPE_CHECKING = False  # the daemon imports this module, and typing is slow
if TYPE_CHECKING:
    from .connection import Connection

#: Name of the variable by which the child gets the secret.
SECRET_VARIABLE = "PYTHON_WORKER_FACTORY_SECRET"  # noqa: S105 - a name, no secret

#: Spark's default: spark.authenticate.secretBitLength is 256.
SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh secret: 64 lower-case hex digits."""
    return os.urandom(SECRET_BYTES).hex()


def is_same_secret(one: str, other: str) -> bool:
    """Compare in a time that does not depend on where the two differ.

    Written out because `hmac` costs the daemon seven milliseconds at its start.

    Args:
        one: a secret.
        other: another.

    Returns:
        Whether they are equal.
    """
    left, right = one.encode(), other.encode()
    difference = len(left) ^ len(right)
    for a, b in zip(left, right, strict=False):
        difference |= a ^ b
    return difference == 0


def prove(connection: Connection, secret: str) -> str:
    """Send the secret and read the reply.

    Args:
        connection: to the worker, which has sent its pid already.
        secret: the factory's.

    Returns:
        The worker's reply.
    """
    connection.write_text(secret)
    return connection.read_text()


def demand(connection: Connection, secret: str) -> None:
    """Read the peer's secret and answer it.

    Args:
        connection: to a simple worker.
        secret: what it has to know.

    Raises:
        AuthenticationFailed: it does not know it; it has been told `err`.
    """
    if not is_same_secret(connection.read_text(), secret):
        with suppress(SocketFailure):  # it may have gone already
            connection.write_text(wire.ERR)
        raise AuthenticationFailed("Authentication failed.")
    connection.write_text(wire.OK)
