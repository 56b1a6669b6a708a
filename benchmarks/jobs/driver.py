"""The job, in Spark's own interpreter: a line of JSON in for each fault, a line out.

It knows nothing of the suite. One SparkContext serves many faults: `SparkContext.environment`
is what `spark.executorEnv.*` becomes, and a changed environment gets a daemon of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import operator
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Numbers in the first RDD, and their remainders, which are the keys of the second.
_COUNT, _KEYS = 1000, 7
#: A partition of so many is not read to its end by `take`: Spark then drops the worker.
_LONG = 200_000
#: How long a task lasts that is cancelled; how long it is busy before; how often we look.
_LONG_S, _BUSY_S, _POLL_S = 300.0, 3.0, 0.1


def main(conf: dict[str, str]) -> None:
    """Serve until stdin ends, then stop Spark.

    Args:
        conf: of the SparkContext.
    """
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Spark and its launcher may print what they like
    pyspark: Any = importlib.import_module("pyspark")  # now that stdout is safe; untyped
    context = pyspark.SparkContext(conf=pyspark.SparkConf().setAll(list(conf.items())))
    context.setLogLevel("WARN")
    context.parallelize([0] * 8, 8)._jrdd.count()  # noqa: SLF001 - no Python: executors are up
    _tell(out, {"release": context.version})
    known = dict(context.environment)
    for line in sys.stdin:
        asked = json.loads(line)
        context.environment.clear()
        context.environment.update(known, **asked["env"])
        began = time.monotonic()
        outcome = _outcome(context, is_cancelled=asked["is_cancelled"])
        took_s = round(time.monotonic() - began, 1)
        is_alive = not context._jsc.sc().isStopped()  # noqa: SLF001 - there is no other way
        _tell(out, outcome | {"took_s": took_s, "is_alive": is_alive})
    context.stop()
    _tell(out, {"stopped": True})


def _tell(out: Any, what: dict[str, Any]) -> None:
    out.write(json.dumps(what) + "\n")
    out.flush()


def _outcome(context: Any, *, is_cancelled: bool) -> dict[str, str]:
    try:
        if is_cancelled:
            _cancel_a_job(context)
        found = job(context)
    except Exception as failure:  # noqa: BLE001 - whatever Spark makes of it
        return {"outcome": "failed", "error": f"{type(failure).__name__}: {failure}"}
    if found != right():
        return {"outcome": "wrong", "error": repr(found)}
    return {"outcome": "survived", "error": ""}


def _cancel_a_job(context: Any) -> None:
    """Cancel a job whose worker is busy: Spark asks the daemon to kill it."""

    def run() -> None:
        with contextlib.suppress(Exception):  # it is cancelled
            context.parallelize([_LONG_S], 1).map(_wait).count()

    other = threading.Thread(target=run)
    other.start()
    while not any(_active_tasks(context)):
        _wait(_POLL_S)
    _wait(_BUSY_S)
    context.cancelAllJobs()
    other.join()


def _active_tasks(context: Any) -> Iterator[int]:
    told = context.statusTracker()
    for stage in told.getActiveStageIds():
        info = told.getStageInfo(stage)
        yield info.numActiveTasks if info else 0


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def job(context: Any) -> list[Any]:
    """A job of three actions, on the same workers as far as they live.

    Args:
        context: a SparkContext.

    Returns:
        Sums by key; the first squares; the sum of squares.
    """
    numbers = context.parallelize(range(_COUNT), 8)
    squares = context.parallelize(range(_LONG), 2).map(_square)
    return [
        sorted(numbers.map(_with_key).reduceByKey(operator.add, 4).collect()),
        squares.take(3),
        context.parallelize(range(_COUNT), 4).map(_square).sum(),
    ]


def _with_key(number: int) -> tuple[int, int]:
    return number % _KEYS, number


def _square(number: int) -> int:
    return number * number


def right() -> list[Any]:
    """Tell what the job must find, reckoned without Spark.

    Returns:
        As `job` does.
    """
    sums = [(key, sum(range(key, _COUNT, _KEYS))) for key in range(_KEYS)]
    return [sums, [0, 1, 4], sum(map(_square, range(_COUNT)))]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
