"""What it means that a process has ended, or that nobody answers at its address."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from conformance.adapters.doctor.launch import how
from conformance.adapters.doctor.seen import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.adapters.doctor.launch import Process

#: How long a process may take to end once its connection has, in seconds.
_END_S = 0.5
#: Symptoms that a daemon which ends leads to.
_OF_ENDS = ("refused", "closed-", "reset-", "half-", "foreign-pid")
#: Symptoms of its first connections, and what they are called if it has ended.
_WHEN_ENDED = {"refused": "ended-before-connect", "closed-before-pid": "ended-at-connect"}
_TIMES_OUT = "connect-times-out"


def ended_early(process: Process, status: int, before: str) -> Failed:
    """Say why a module ended at its start.

    Args:
        process: that was started.
        status: its exit status, minus the signal that killed it.
        before: what it should have done first.

    Returns:
        The failure.
    """
    lines = process.said()
    last = lines[-1] if lines else ""
    saw = f"it {how(status)} before it {before}"
    if ": No module named " in last and not last.startswith(("ModuleNotFound", "Import")):
        return Failed("module-missing", f"{saw}: {last}")
    if "Error while finding module specification" in last:
        return Failed("module-missing", f"{saw}: {last}")
    if last.startswith("SyntaxError") and any("/pyspark" in line for line in lines):
        return Failed("too-old", f"{saw}: {last}, in PySpark itself")
    if last.startswith(("ModuleNotFoundError", "ImportError", "SyntaxError", "AttributeError")):
        return Failed("import-error", f"{saw}: {last}")
    return Failed("exited", f"{saw}: {last}" if last else saw)


def held_stdout(process: Process, status: int, holders: Sequence[int]) -> Failed:
    """Say that a process has ended, but not its standard output.

    Args:
        process: that was started.
        status: its exit status, minus the signal that killed it.
        holders: pids of those who may still write there.

    Returns:
        The failure.
    """
    saw = f"the started process, {process.pid}, {how(status)}, but {_pids(holders)} still"
    return Failed("held-stdout", f"{saw} {_verb(holders, 'hold')} its stdout, and nothing comes")


def not_connected(address: str, error: OSError, limit_s: float) -> Failed:
    """Say why a connection was not made.

    Args:
        address: where to.
        error: what the kernel said.
        limit_s: how long was waited, in seconds.

    Returns:
        The failure.
    """
    # Before Python 3.10 a limit of ours is a class of its own.
    if isinstance(error, (TimeoutError, socket.timeout)):
        return Failed(_TIMES_OUT, f"{address}: no connection within {limit_s:g} s, no refusal")
    symptom = "reset-before-pid" if isinstance(error, ConnectionResetError) else "refused"
    return Failed(symptom, f"{address}: {error.strerror or error}")


def with_end(failed: Failed, process: Process, heirs: Callable[[], Sequence[int]]) -> Failed:
    """Add to a failure that the started process has ended, if it has.

    Args:
        failed: what a stage says.
        process: that was started.
        heirs: finds the pids of those who serve in its place.

    Returns:
        The failure, by another symptom if it is the end that explains it.
    """
    status = process.wait(_END_S if failed.symptom.startswith(_OF_ENDS) else 0)
    if status is None:
        return failed
    saw = f"{failed.saw}; the started process, {process.pid}, {how(status)}"
    is_early = failed.symptom in ("refused", _TIMES_OUT) or failed.symptom.endswith("-pid")
    if is_early and (others := heirs()):
        goes = f"{_pids(others)} {_verb(others, 'go', 'goes')} on in its place"
        return Failed("outlived", f"{saw}, and {goes}")
    return Failed(_WHEN_ENDED.get(failed.symptom, failed.symptom), saw)


def _pids(pids: Sequence[int]) -> str:
    return ("pid " if len(pids) == 1 else "pids ") + ", ".join(map(str, pids))


def _verb(pids: Sequence[int], many: str, one: str = "") -> str:
    return (one or f"{many}s") if len(pids) == 1 else many
