"""How a stage comes out, and how it is told: one line of JSON each."""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple


class Failed(Exception):
    """A stage failed.

    Args:
        symptom: short name of what is wrong; the reader knows what it leads to.
        saw: what was seen, in one line.
    """

    def __init__(self, symptom: str, saw: str) -> None:
        super().__init__(saw)
        self.symptom = symptom
        self.saw = saw


class Options(NamedTuple):
    """What is examined, and how.

    Attributes:
        python: executable, as Spark would be told.
        source: who names it, such as `PYSPARK_PYTHON`.
        daemon: daemon module; empty to leave the daemon out.
        worker: worker module.
        env: variables over those of this process, as Spark's `envVars`.
        token: marks everything that is started; one of its own if empty.
        limit_s: for each wait, in seconds.
        start_s: for a start, which may compile all that it imports.
        argument: whether the daemon is handed the worker module; None for what the Spark of
            the PySpark that is found does, without one not.
        driver: the driver's Python, such as `3.11`; empty if it does not matter.
        is_unix: whether the daemon is to listen on a Unix domain socket.
        is_worker_named: whether the user named the worker module.
    """

    python: str
    source: str
    daemon: str
    worker: str
    env: dict[str, str]
    token: str
    limit_s: float
    start_s: float
    argument: bool | None = None
    driver: str = ""
    is_unix: bool = False
    is_worker_named: bool = False


def read_options(text: str) -> Options:
    """Read options.

    Args:
        text: JSON, an object with the fields of `Options`.

    Returns:
        The options.
    """
    fields: dict[str, Any] = json.loads(text)
    return Options(**fields)


def tell(**fields: Any) -> None:
    """Write one line of JSON to standard output, at once.

    Args:
        **fields: of the object.
    """
    left = json.dumps(fields).encode() + b"\n"
    while left:
        left = left[os.write(1, left) :]
