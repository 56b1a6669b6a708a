"""A daemon that listens on a Unix domain socket."""

from __future__ import annotations

import signal
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import surviving_processes, wrong_answers, wrong_transcripts
from conformance.check.plain import unequal_values
from conformance.errors import Unobservable
from conformance.stage.hiring import connect

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

#: What a factory sets in this mode, and what it leaves out.
MODE = {"PYTHON_UNIX_DOMAIN_ENABLED": "True", "PYTHON_WORKER_FACTORY_SECRET": None}


@pytest.mark.clauses("D-37", "D-03")
@pytest.mark.parametrize("end", ["hang_up", "sigterm"])
def test_the_socket_is_announced_and_removed_in_the_end(stage: Stage, end: str) -> None:
    """Its path is announced; workers serve without a secret."""
    if not stage.profile.uds:
        raise Unobservable("this Spark line knows no Unix domain sockets")
    directory = stage.directory / "sockets"
    directory.mkdir()
    environment = MODE | {"PYTHON_WORKER_FACTORY_SOCK_DIR": str(directory)}
    daemon = stage.daemon(environment | {"PYTHONUNBUFFERED": None})
    path = Path(daemon.read_path())
    if path.parent != directory:  # such as a port, whose bytes are no path's length
        announced = str(path) if path.name else "no path"
        stage.judge("D-03", unequal_values("it announces a path in", announced, f"{directory}"))
        return
    stage.judge("D-03", unequal_values("sockets:", sockets_in(directory), [path.name]))
    worker = connect(stage, daemon, path=str(path))
    pid = worker.read_pid()
    stage.judge("D-03", wrong_answers(worker.task("pid"), str(pid)))
    if end == "hang_up":
        daemon.hang_up()
    else:
        daemon.signal(signal.SIGTERM)
    status = daemon.wait_for_exit()
    stage.judge(
        "D-37",
        surviving_processes("the daemon", {daemon.pid: status is None}),
        unequal_values("sockets left:", sockets_in(directory), []),
    )


@pytest.mark.clauses("D-38")
def test_nothing_is_announced_without_a_directory(stage: Stage) -> None:
    """The daemon fails to start."""
    daemon = stage.daemon(MODE)
    said = daemon.read_stdout(1)
    stage.judge(
        "D-38",
        wrong_transcripts(said, b""),
        surviving_processes("the daemon", {daemon.pid: daemon.wait_for_exit() is None}),
    )


def sockets_in(directory: Path) -> list[str]:
    """List the sockets in a directory."""
    return [one.name for one in directory.iterdir() if stat.S_ISSOCK(one.stat().st_mode)]
