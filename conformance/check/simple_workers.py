"""Wrongs in how a factory treats workers without a daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.evidence.history import History
    from conformance.evidence.sightings import Sighting

_WHO = "simple"


def wrong_simple_commands(history: History, expected: Sequence[str]) -> Iterator[Finding]:
    """See simple workers started by another command.

    Args:
        history: of the scenario.
        expected: program and arguments.

    Yields:
        One finding for each such worker, or one if none was started.
    """
    starts = history.of("start", _WHO)
    for start in starts:
        actual = [start.keys[f"argv.{at}"] for at in range(start.number("argc"))]
        if actual != list(expected):
            wanted = " ".join(expected)
            yield Finding("wrong_simple_commands", wanted, " ".join(actual), start.at_ns)
    if not starts:
        yield Finding("wrong_simple_commands", " ".join(expected), "nothing was started")


def wrong_simple_counts(history: History, expected: int) -> Iterator[Finding]:
    """See simple workers started too often or too seldom.

    Args:
        history: of the scenario.
        expected: how many must have been started.

    Yields:
        One finding if the number differs.
    """
    starts = history.of("start", _WHO)
    if len(starts) != expected:
        actual = f"{len(starts)}: pids {[seen.pid for seen in starts]}"
        yield Finding("wrong_simple_counts", f"{expected} simple workers", actual)


def missing_endpoints(history: History) -> Iterator[Finding]:
    """See simple workers that were not told where to connect, or by what secret.

    Args:
        history: of the scenario.

    Yields:
        One finding for each missing port or secret, or one if none was started.
    """
    starts = history.of("start", _WHO)
    for start in starts:
        if not _port_of(history, start):
            yield _missing("PYTHON_WORKER_FACTORY_PORT", start)
        if start.pid not in [seen.pid for seen in history.of("secret", _WHO)]:
            yield _missing("PYTHON_WORKER_FACTORY_SECRET", start)
    if not starts:
        yield Finding("missing_endpoints", "a simple worker", "nothing was started")


def wrong_verdicts(history: History, expected: str) -> Iterator[Finding]:
    """See other answers to a simple worker's secret.

    Args:
        history: of the scenario.
        expected: the answer that each must get, `ok` or `err`.

    Yields:
        One finding for each other answer, or one if none came.
    """
    answers = history.of("answer", _WHO)
    for seen in answers:
        if seen.keys["text"] != expected:
            yield Finding("wrong_verdicts", expected, seen.keys["text"], seen.at_ns)
    if not answers:
        yield Finding("wrong_verdicts", expected, "no answer")


def leaked_listeners(listening: Sequence[str], ports: Sequence[int]) -> Iterator[Finding]:
    """See sockets on which the factory still waits for a simple worker.

    Args:
        listening: hexadecimal `address:port` pairs of the factory's process.
        ports: that were given to simple workers; at least one.

    Yields:
        One finding for each port still open, or one if no port was given.
    """
    for pair in listening:
        if int(pair.partition(":")[2], 16) in ports:
            yield Finding("leaked_listeners", "closed when create() is over", pair)
    if not ports:
        yield Finding("leaked_listeners", "a port for the simple worker", "none was given")


def ports_of(history: History) -> list[int]:
    """Collect the ports that simple workers were given.

    Args:
        history: of the scenario.

    Returns:
        One port for each worker that got any.
    """
    ports = (_port_of(history, start) for start in history.of("start", _WHO))
    return [port for port in ports if port]


def _port_of(history: History, start: Sighting) -> int:
    told = history.of("env", _WHO, name="PYTHON_WORKER_FACTORY_PORT")
    values = [seen.keys["value"] for seen in told if seen.pid == start.pid]
    return int(values[0]) if values and values[0].isdigit() else 0


def _missing(name: str, start: Sighting) -> Finding:
    return Finding("missing_endpoints", f"{name} set", "it is not", start.at_ns)
