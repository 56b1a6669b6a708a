"""One big lock, as in Spark: whoever asks for anything waits until nobody else is at it.

A thread looks at the idle workers every ten seconds; a worker is known by a pidfd; nobody
waits for a daemon to end. It brings a daemon of its own (`forker`), speaks over Unix domain
sockets if asked to, and goes by the line of Spark that the option `profile` names.
"""

from __future__ import annotations

from .making import make

__all__ = ["make"]
