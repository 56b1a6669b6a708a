"""What `wfc doctor` was asked of a daemon."""

from __future__ import annotations

import os

import msgspec

#: By default Spark's.
DAEMON = "pyspark.daemon"
WORKER = "pyspark.worker"
#: What PySpark starts if nobody names another.
_PYTHON = "python3"
#: Of Spark's driver; executors are told what it says.
_VARIABLE = "PYSPARK_PYTHON"
#: A start may compile all that it imports: so many times the limit of the other waits.
_START_TIMES = 4
#: Starts and waits of all stages, in limits; and what comes on top, in seconds.
_MOST_WAITS, _RESERVE_S = 60, 60.0


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is examined.

    Attributes:
        python: executable, as Spark would be told.
        source: who names it.
        daemon: daemon module.
        worker: worker module.
        limit_s: for each wait, in seconds; a start has four times as long.
        argument: whether the daemon is handed the worker module; None for what the Spark of
            the PySpark that is found does.
        is_unix: whether the daemon is to listen on a Unix domain socket.
        is_worker_named: whether the user named the worker module: then it must be there.
        is_json: whether the answer is for programs.
        env: variables over those of this process.
    """

    python: str
    source: str
    daemon: str = DAEMON
    worker: str = WORKER
    limit_s: float = 5.0
    argument: bool | None = None
    is_unix: bool = False
    is_worker_named: bool = False
    is_json: bool = False
    env: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    @property
    def whole_s(self) -> float:
        """What all stages together may take: more than their own limits add up to."""
        return _MOST_WAITS * self.limit_s + _RESERVE_S

    def options(self, token: str, **more: object) -> str:
        """Write it for the stages.

        Args:
            token: marks everything that they start.
            **more: fields of theirs.

        Returns:
            JSON.
        """
        fields: dict[str, object] = {
            "python": self.python,
            "source": self.source,
            "daemon": self.daemon,
            "worker": self.worker,
            "env": self.env,
            "token": token,
            "limit_s": self.limit_s,
            "start_s": _START_TIMES * self.limit_s,
            "argument": self.argument,
            "is_unix": self.is_unix,
            "is_worker_named": self.is_worker_named,
        }
        return msgspec.json.encode({**fields, **more}).decode()


def find_python(named: str | None) -> tuple[str, str]:
    """Say which executable Spark would be told, and by whom.

    Args:
        named: by the user; None if not.

    Returns:
        Its name and who names it.
    """
    if named:
        return named, "--python"
    if os.environ.get(_VARIABLE):
        return os.environ[_VARIABLE], _VARIABLE
    return _PYTHON, "default"
