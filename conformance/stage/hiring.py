"""Take on workers of a daemon under test by hand, as a factory would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.errors import Unobservable
from conformance.evidence.findings import Finding
from conformance.observe import processes

if TYPE_CHECKING:
    from conformance.drive.caller import DaemonProcess
    from conformance.drive.connection import Connection
    from conformance.stage.stage import Stage


def connect(
    stage: Stage, daemon: DaemonProcess, host: str = "127.0.0.1", path: str = ""
) -> Connection:
    """Connect to a daemon that must be listening.

    Args:
        stage: of the scenario.
        daemon: under test.
        host: address to connect to.
        path: of a Unix domain socket to connect to instead.

    Returns:
        The connection, nothing read from it.

    Raises:
        ContractViolation: if the daemon announced no port, or does not listen there.
    """
    try:
        return daemon.connect(host, path)
    except (OSError, OverflowError) as error:
        last = daemon.read_stderr().strip().splitlines()[-1:]
        where = path or f"port {daemon.port} of {host}"
        why = "no announcement" if not path and daemon.port < 0 else str(error)
        actual = f"{why}; the daemon last said: {last[0] if last else 'nothing'}"
        wrong = Finding("refused_connections", f"it listens at {where}", actual)
        raise stage.record.blame_main(wrong) from None


def hire(stage: Stage, daemon: DaemonProcess, host: str = "127.0.0.1") -> Connection:
    """Connect and shake hands; the daemon must do its part.

    Args:
        stage: of the scenario.
        daemon: under test.
        host: address to connect to.

    Returns:
        The connection, ready for tasks, with its worker's pid.

    Raises:
        ContractViolation: if the handshake fails.
    """
    connection = connect(stage, daemon, host)
    if connection.handshake() is None:
        actual = f"pid {connection.pid or 'missing'}, then {connection.how_it_ends(0)}"
        wrong = Finding("failed_handshakes", "a pid, then `ok` to the right secret", actual)
        raise stage.record.blame_main(wrong)
    return connection


def has_done(worker: Connection, order: str) -> bool:
    """Let a worker do something, if its worker module is ours.

    Args:
        worker: to be asked.
        order: as of `Connection.task`.

    Returns:
        Whether it was done.
    """
    try:
        worker.task(order)
    except Unobservable:
        return False
    return True


def parent_of(worker: Connection) -> int | None:
    """Look whose child a worker is.

    Args:
        worker: a worker.

    Returns:
        Pid of its parent; None if there is no such process.
    """
    seen = processes.look(worker.pid)
    return seen.parent_pid if seen else None
