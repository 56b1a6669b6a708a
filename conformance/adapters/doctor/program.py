"""Goes through the stages and tells each as a line of JSON; leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

from conformance.adapters.doctor import culprit, proc, python
from conformance.adapters.doctor.daemon import DaemonStages
from conformance.adapters.doctor.launch import TOKEN
from conformance.adapters.doctor.seen import Failed, read_options, tell
from conformance.adapters.doctor.simple import SimpleStages
from conformance.adapters.doctor.unix import UnixDaemonStages

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.adapters.doctor.python import Python
    from conformance.adapters.doctor.seen import Options

#: Symptoms that say that something else was on standard output.
_POLLUTED = ("text", "foreign-port", "not-a-port", "half-port", "not-a-path", "half-path")
#: Where nobody names another. A Python without PySpark does not have it.
_USUAL_WORKER = "pyspark.worker"
_TIDY_S = 5.0
#: What is left to the whole, beside a start and a wait for each stage, in seconds.
_RESERVE_S = 30.0
_STARTS, _WAITS = 5, 20


def main(arguments: list[str]) -> int:
    """Examine what is asked for.

    Args:
        arguments: JSON of the options.

    Returns:
        The exit status, 0: how it went stands in what was told.
    """
    options = read_options(arguments[0])
    if not options.token:  # executors of one host must not meet
        options = options._replace(token=os.urandom(16).hex())
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGALRM, _leave)
    signal.alarm(int(_STARTS * options.start_s + _WAITS * options.limit_s + _RESERVE_S))
    proc.adopt_orphans()
    tell(kind="place", host=socket.gethostname(), executor=_executor(), own=sys.executable)
    try:
        _examine(options)
    finally:
        proc.kill_all(TOKEN, options.token, _TIDY_S)
    tell(kind="end")
    return 0


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(1)


def _examine(options: Options) -> None:
    found = _take("executable", lambda: python.examine(options))
    if found is None:
        return
    if options.daemon:
        stages = UnixDaemonStages if options.is_unix else DaemonStages
        _go("daemon", stages(options, found), options, found)
    if options.is_unix:
        reason = "over Unix domain sockets the daemon alone is examined"
        tell(kind="skipped", track="simple", reason=reason)
    elif options.worker in found.missing and not _is_wanted(options):
        reason = f"{found.path} has no module {options.worker}"
        tell(kind="skipped", track="simple", reason=reason)
    elif options.worker:
        _go("simple", SimpleStages(options, found), options, found)


def _is_wanted(options: Options) -> bool:
    """Tell whether somebody named the worker module: then it must be there."""
    return options.is_worker_named or options.worker != _USUAL_WORKER


def _take(name: str, do: Callable[[], Python]) -> Python | None:
    began_s = time.monotonic()
    try:
        found = do()
    except Failed as failed:
        misfit = getattr(failed, "python", None)
        if misfit is not None:
            tell(kind="python", python=misfit.told())
        _tell_failed("executable", name, failed, began_s)
        tell(kind="stderr", track="executable", lines=[])
        return None
    tell(kind="python", python=found.told())
    _tell_passed("executable", name, found.in_words(), began_s)
    return found


def _go(track: str, stages: DaemonStages | SimpleStages, options: Options, found: Python) -> None:
    """Go through the stages of a track, up to the first that fails."""
    tell(kind="track", track=track, argv=stages.argv)
    try:
        for name, do in stages.stages():
            began_s = time.monotonic()
            try:
                saw = do()
            except Failed as failed:
                _tell_failed(track, name, failed, began_s)
                tell(kind="stderr", track=track, lines=stages.said())
                if failed.symptom in _POLLUTED:
                    tell(kind="culprit", track=track, culprit=_culprit(options, found) or None)
                return
            _tell_passed(track, name, saw, began_s)
    finally:
        stages.close()
        proc.kill_all(TOKEN, options.token, _TIDY_S)


def _culprit(options: Options, found: Python) -> dict[str, Any]:
    return culprit.find(options, found.path, options.daemon)


def _tell_passed(track: str, name: str, saw: str, began_s: float) -> None:
    _tell_stage(track=track, name=name, verdict="pass", saw=saw, took_s=_since(began_s))


def _tell_failed(track: str, name: str, failed: Failed, began_s: float) -> None:
    _tell_stage(
        track=track,
        name=name,
        verdict="fail",
        saw=failed.saw,
        symptom=failed.symptom,
        took_s=_since(began_s),
    )


def _tell_stage(**fields: Any) -> None:
    tell(kind="stage", stage=fields)


def _since(began_s: float) -> float:
    return round(time.monotonic() - began_s, 3)


def _executor() -> str:
    """Tell which executor has started us, by its command line; empty elsewhere."""
    try:
        with open(f"/proc/{os.getppid()}/cmdline", "rb") as file:
            words = file.read().decode(errors="replace").split("\0")
    except OSError:
        return ""
    return words[words.index("--executor-id") + 1] if "--executor-id" in words else ""
