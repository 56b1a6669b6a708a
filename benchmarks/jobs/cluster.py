"""A Spark of our own: its driver, all it starts, and the end of it."""

from __future__ import annotations

import os
import re
import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import Deadline, wait_until, wait_until_readable
from conformance.errors import UsageError
from conformance.observe import processes

if TYPE_CHECKING:
    from pathlib import Path

#: In the environment of every process that comes of a driver.
_TOKEN = "WFC_JOBS_TOKEN"  # noqa: S105 - a mark, no secret
#: In the environment of daemons and workers: the file in which chaos counts, one a fault.
_STATE = "WFC_CHAOS_STATE"
#: How long Spark may take to come up, and to go, in seconds.
_UP_S, _DOWN_S = 180.0, 60.0
#: How long daemons and workers may live once Spark has ended, in seconds.
GRACE_S = 15.0
#: Faults that strike only when Spark asks for a worker's end: a job is cancelled for them.
_CANCELLED = ("ignores_kill",)

_CONF = {
    "spark.app.name": "worker-factory-conformance",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.python.daemon.module": "fake_daemons.chaos",
}


class Cluster:
    """A driver with its JVMs.

    Args:
        venv: with PySpark.
        master: of Spark.
        conf: more of Spark's configuration.
        folder: for everything that is written.

    Attributes:
        release: of Spark.
        is_over: whether the driver has closed its end.
    """

    is_over = False

    def __init__(self, venv: Path, master: str, conf: dict[str, str], folder: Path) -> None:
        self._folder = folder
        self._token = secrets.token_hex(8)
        self._told = b""
        self._is_killed = False
        self._states: dict[str, str] = {}
        all_conf = _CONF | {"spark.master": master, "spark.local.dir": str(folder)} | conf
        argv = [
            str(venv / "bin" / "python"),
            str(ROOT / "benchmarks" / "jobs" / "driver.py"),
            msgspec.json.encode(all_conf).decode(),
        ]
        with (folder / "stderr").open("ab") as stderr:
            self._driver = sandbox.start(
                argv, env=self._environment(venv), cwd=str(folder), stderr=stderr.fileno()
            )
        told = self._hear(_UP_S)
        if "release" not in told:
            self.kill()
            said = (folder / "stderr").read_text("utf-8", "replace").strip().rpartition("\n")[2]
            raise UsageError(f"no Spark came up in {venv}: {said}")
        self.release = str(told["release"])

    def _environment(self, venv: Path) -> dict[str, str]:
        """What Spark gets of ours; its home is a picture of the installed one, to write into."""
        home = self._folder / "home"
        if not home.exists():
            home.mkdir()
            (package,) = venv.glob("lib/python3*/site-packages/pyspark")
            for entry in package.iterdir():
                (home / entry.name).symlink_to(entry)
        kept = {name: os.environ[name] for name in ("JAVA_HOME", "LANG") if name in os.environ}
        return kept | {
            "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            _TOKEN: self._token,
        }

    def run(self, fault: str, within_s: float) -> dict[str, Any]:
        """Run the job.

        Args:
            fault: of chaos, committed once.
            within_s: limit in seconds.

        Returns:
            What the driver tells; nothing if it does not within the limit.
        """
        self._states[fault] = str(self._folder / f"state-{fault}-{self._token}")
        env = {
            "PYTHONPATH": str(ROOT),
            "WFC_CHAOS_FAULT": fault,
            "WFC_CHAOS_FIRST": "1",
            _STATE: self._states[fault],
        }
        asked = {"env": env, "is_cancelled": fault in _CANCELLED}
        os.write(self._driver.stdin_fd, msgspec.json.encode(asked) + b"\n")
        return self._hear(within_s)

    def faults(self, fault: str) -> int:
        """Tell how often the fault was committed.

        Args:
            fault: that was asked for.

        Returns:
            How often.
        """
        try:
            with open(self._states[fault], encoding="ascii") as state:
                return int(state.read().split()[1])
        except FileNotFoundError:
            return 0

    def stop(self) -> None:
        """Have Spark stop in good order, unless it was killed; kill it if it does not."""
        if self._is_killed:
            return
        self._driver.close_stdin()
        self._hear(_DOWN_S)
        self._driver.end(within_s=_DOWN_S)
        self.kill()

    def kill(self) -> None:
        """Kill driver and JVMs, not what they started: that has to end by itself."""
        self._is_killed = True
        self._driver.end()
        for pid in self._carriers():
            if _STATE not in processes.environment(pid):
                sandbox.kill(pid)

    def left(self) -> dict[str, int]:
        """Wait until daemons and workers have ended; kill those that do not.

        Returns:
            Fault → processes that were left.
        """
        wait_until(self._is_deserted, GRACE_S)
        found = {
            fault: processes.with_variable(_STATE, state) for fault, state in self._states.items()
        }
        for pid in self._carriers():
            sandbox.kill(pid)
        wait_until(self._is_deserted, GRACE_S)
        return {fault: len(pids) for fault, pids in found.items()}

    def _is_deserted(self) -> bool:
        sandbox.reap_orphans()
        return not self._carriers()

    def _carriers(self) -> tuple[int, ...]:
        return processes.with_variable(_TOKEN, self._token)

    def _hear(self, within_s: float) -> dict[str, Any]:
        """Wait for a line of the driver's; nothing if none comes."""
        deadline = Deadline(within_s)
        while b"\n" not in self._told:
            if not wait_until_readable(self._driver.stdout_fd, deadline.left_s):
                return {}
            part = os.read(self._driver.stdout_fd, 65536)
            if not part:
                self.is_over = True
                return {}
            self._told += part
        line, _, self._told = self._told.partition(b"\n")
        told: dict[str, Any] = msgspec.json.decode(line)
        return told


def essence(error: str) -> str:
    """Take from what Spark says of a failed job what it says of the task.

    Args:
        error: the driver's exception.

    Returns:
        One line.
    """
    found = re.search(r"Lost task [^\n]* executor \w+\): (.*)", error, re.DOTALL) or re.search(
        r"An error occurred while calling [^\n]*\n: (.*)", error, re.DOTALL
    )
    text = re.split(r"\n\s*at |\n\nDriver stacktrace", found[1] if found else error)[0]
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


_LONGEST = 140
