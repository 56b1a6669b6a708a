"""Faults of the daemon at a connection, before it forks the worker."""

from __future__ import annotations

import os
from _socket import SO_LINGER, SOL_SOCKET
from errno import ENOMEM

from fake_daemons.chaos.ending import die, kill_parent
from fake_daemons.chaos.misdeed import offer
from fake_daemons.kernel import TYPE_CHECKING

if TYPE_CHECKING:
    from socket import socket

#: Connections on which nobody will say a word.
_SILENT: list[socket] = []


@offer("accept")
def accepts_and_closes(connection: socket, _argument: str) -> None:
    """The daemon accepts a connection and closes it at once."""
    connection.close()


@offer("accept")
def accepts_and_resets(connection: socket, _argument: str) -> None:
    """The daemon accepts a connection and resets it at once."""
    # On, and no time to linger: two native ints.
    connection.setsockopt(SOL_SOCKET, SO_LINGER, b"\1" + b"\0" * 7)
    connection.close()


@offer("accept")
def accepts_and_stays_silent(connection: socket, _argument: str) -> None:
    """The daemon accepts a connection, keeps it open and forks no worker."""
    _SILENT.append(connection)


@offer("accept")
def crashes_after_accept(_connection: socket, _argument: str) -> None:
    """The daemon is killed when it has accepted a connection, before it forks a worker."""
    die("kill")


@offer("fork", "errno", str(ENOMEM))
def fails_to_fork(errno: str) -> None:
    """The kernel refuses the daemon a worker, with an error number."""
    raise OSError(int(errno), os.strerror(int(errno)))


@offer("nth", "selected", "1")
def crash_after_n(_count: str) -> None:
    """The daemon is killed once it has forked N workers; they live on, the last one unaware."""
    kill_parent()
