"""Wrongs in what a factory does on the connection to a new worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.evidence.history import History

_LOOPBACK = ("127.", "::1", "::ffff:127.")


def wrong_connection_counts(history: History, expected: int) -> Iterator[Finding]:
    """See connections opened too often or too seldom.

    Args:
        history: of the scenario.
        expected: how many connections the daemons must have accepted.

    Yields:
        One finding if the number differs.
    """
    accepted = history.of("accept", "daemon")
    if len(accepted) != expected:
        last = accepted[-1].at_ns if accepted else None
        yield Finding(
            "wrong_connection_counts", f"{expected} connections", f"{len(accepted)}", last
        )


def foreign_peers(history: History) -> Iterator[Finding]:
    """See connections that do not come from the loopback address.

    Args:
        history: of the scenario.

    Yields:
        One finding for each such connection.
    """
    for seen in history.of("accept", "daemon"):
        if not seen.keys["peer"].startswith(_LOOPBACK):
            yield Finding("foreign_peers", "a loopback address", seen.keys["peer"], seen.at_ns)


def early_bytes(history: History) -> Iterator[Finding]:
    """See bytes that the factory sent before it had the whole pid.

    Args:
        history: of the scenario.

    Yields:
        One finding for each connection with such bytes, or one if no worker looked.
    """
    looked = history.of("early")
    if not looked:
        yield Finding("early_bytes", "a worker that looks for early bytes", "none")
    for seen in looked:
        if seen.number("bytes"):
            actual = f"{seen.keys['bytes']} bytes"
            yield Finding("early_bytes", "nothing before the pid", actual, seen.at_ns)


def wrong_secrets(history: History) -> Iterator[Finding]:
    """See secrets on a connection other than the one that the daemon was given.

    Args:
        history: of the scenario.

    Yields:
        One finding for each such connection, or one if no secret came.
    """
    given = {seen.keys["digest"] for seen in history.of("secret", "daemon")}
    sent = history.of("authenticate", "worker")
    if not sent:
        yield Finding("wrong_secrets", "the secret on the connection", "none")
    for seen in sent:
        if seen.keys["digest"] not in given:
            actual = f"another one, of {seen.keys['length']} bytes"
            yield Finding("wrong_secrets", "the daemon's secret", actual, seen.at_ns)


def leaked_connections(history: History, expected: int) -> Iterator[Finding]:
    """See connections that the factory left open after their handshake failed.

    Args:
        history: of a scenario in which every handshake failed, and every worker stays
            until the factory closes.
        expected: how many connections must have been closed.

    Yields:
        One finding if fewer were.
    """
    born = history.of("born", "worker")
    closed = {seen.pid for seen in history.of("closed", "worker")}
    if len(closed) < expected or len(born) < expected:
        actual = f"{len(closed)} of {len(born)} closed"
        yield Finding("leaked_connections", f"{expected} connections closed", actual)


def wrong_registrations(
    registered: tuple[int, ...] | None, expected: tuple[int, ...]
) -> Iterator[Finding]:
    """See workers registered that must not be, or not registered that must.

    Args:
        registered: pids as the factory shows them; None if it does not.
        expected: the pids that must be there.

    Yields:
        One finding if others are there.
    """
    if registered is not None and sorted(registered) != sorted(expected):
        yield Finding("wrong_registrations", f"pids {list(expected)}", f"{list(registered)}")
