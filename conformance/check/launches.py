"""Wrongs in how daemons are launched: command, environment, directory, secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.evidence.history import History
    from conformance.evidence.sightings import Sighting

#: Form of Spark's own secret: 256 bits as hexadecimal digits.
SECRET_BYTES = 64


def wrong_commands(history: History, expected: Sequence[str]) -> Iterator[Finding]:
    """See daemons started by another command.

    Args:
        history: of the scenario.
        expected: program and arguments.

    Yields:
        One finding for each such daemon, or one if none was started.
    """
    wanted = " ".join(expected)
    for start in _starts(history):
        if _command(start) != list(expected):
            actual = " ".join(_command(start))
            yield Finding("wrong_commands", wanted, actual, start.at_ns)
    yield from _missing_starts(history, "wrong_commands", wanted)


def wrong_variables(history: History, name: str, expected: str | None) -> Iterator[Finding]:
    """See daemons whose environment has another value for a variable.

    Args:
        history: of the scenario.
        name: of the variable; one that the fakes report.
        expected: its value; None if it must not be set.

    Yields:
        One finding for each such daemon, or one if none was started.
    """
    wanted = _setting(name, expected)
    for start in _starts(history):
        actual = variable_of(history, start.pid, name)
        if actual != expected:
            yield Finding("wrong_variables", wanted, _setting(name, actual), start.at_ns)
    yield from _missing_starts(history, "wrong_variables", wanted)


def wrong_python_paths(history: History, last: Sequence[str]) -> Iterator[Finding]:
    """See daemons whose PYTHONPATH has empty parts, or ends with other parts.

    Args:
        history: of the scenario.
        last: the parts that it must end with; before them stands the factory's own.

    Yields:
        One finding for each such daemon, or one if none was started.
    """
    wanted = f"PYTHONPATH that ends with {':'.join(last)}, without empty parts"
    for start in _starts(history):
        actual = variable_of(history, start.pid, "PYTHONPATH") or ""
        parts = actual.split(":")
        if "" in parts or parts[-len(last) :] != list(last):
            yield Finding("wrong_python_paths", wanted, actual, start.at_ns)
    yield from _missing_starts(history, "wrong_python_paths", wanted)


def wrong_directories(history: History, expected: str) -> Iterator[Finding]:
    """See daemons that were started in another directory.

    Args:
        history: of the scenario.
        expected: path of the directory, without symbolic links.

    Yields:
        One finding for each such daemon, or one if none was started.
    """
    for start in _starts(history):
        if start.keys["cwd"] != expected:
            yield Finding("wrong_directories", expected, start.keys["cwd"], start.at_ns)
    yield from _missing_starts(history, "wrong_directories", expected)


def missing_secrets(history: History) -> Iterator[Finding]:
    """See daemons without a secret, or with one too short to be one.

    Args:
        history: of the scenario.

    Yields:
        One finding for each such daemon, or one if none was started.
    """
    wanted = f"a secret of {SECRET_BYTES} bytes"
    for start in _starts(history):
        given = [seen for seen in history.of("secret") if seen.pid == start.pid]
        actual = f"a secret of {given[0].keys['length']} bytes" if given else "none"
        if actual != wanted:
            yield Finding("missing_secrets", wanted, actual, start.at_ns)
    yield from _missing_starts(history, "missing_secrets", wanted)


def changed_secrets(history: History, starts: int) -> Iterator[Finding]:
    """See daemons of one factory that were given different secrets.

    Args:
        history: of a scenario with one factory.
        starts: how many daemons must have been seen at least.

    Yields:
        One finding if there is more than one secret, or too few daemons.
    """
    given = history.of("secret", "daemon")
    different = {seen.keys["digest"] for seen in given}
    if len(different) != 1 or len(given) < starts:
        expected = f"one secret for {starts} daemons"
        actual = f"{len(different)} secrets for {len(given)} daemons"
        yield Finding("changed_secrets", expected, actual)


def shared_secrets(history: History) -> Iterator[Finding]:
    """See daemons of different factories that were given the same secret.

    Args:
        history: of a scenario in which each factory started one daemon.

    Yields:
        One finding if there are fewer secrets than daemons, or no secret at all.
    """
    daemons = len(history.of("start", "daemon"))
    different = {seen.keys["digest"] for seen in history.of("secret", "daemon")}
    if len(different) != daemons or not daemons:
        actual = f"{len(different)} secrets for {daemons} daemons"
        yield Finding("shared_secrets", "a secret for each factory", actual)


def variable_of(history: History, pid: int, name: str) -> str | None:
    """Look up a variable of a daemon's environment.

    Args:
        history: of the scenario.
        pid: of the daemon.
        name: of the variable; one that the fakes report.

    Returns:
        Its value, None if it is not set.
    """
    told = [seen for seen in history.of("env", name=name) if seen.pid == pid]
    return told[0].keys["value"] if told else None


def _starts(history: History) -> tuple[Sighting, ...]:
    return history.of("start", "daemon")


def _missing_starts(history: History, wrong: str, wanted: str) -> Iterator[Finding]:
    if not _starts(history):
        yield Finding(wrong, wanted, "no daemon was started")


def _command(start: Sighting) -> list[str]:
    return [start.keys[f"argv.{at}"] for at in range(start.number("argc"))]


def _setting(name: str, value: str | None) -> str:
    return f"{name} not set" if value is None else f"{name}={value}"
