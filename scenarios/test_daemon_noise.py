"""What a daemon's streams are for, and what it does when nobody reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import surviving_processes, wrong_answers, wrong_transcripts
from conformance.check.plain import broken_promises
from conformance.contract.limits import MUST_NOT_HAPPEN_S
from conformance.contract.wire import encode_text
from conformance.drive import sandbox
from conformance.observe import processes
from conformance.stage.hiring import connect, hire

if TYPE_CHECKING:
    from conformance.stage.stage import Stage

#: Peers that say nothing at all, at the same time.
_SILENT = 40
#: How long one worker may take to come among them, in seconds: they cost a fork each.
_SOON_S = 10.0


@pytest.mark.clauses("D-43")
def test_nothing_follows_the_port_on_stdout(stage: Stage) -> None:
    """A worker is served, one refused, one killed; another one comes, and one is deserted."""
    daemon = stage.daemon()
    worker, refused, killed = hire(stage, daemon), connect(stage, daemon), hire(stage, daemon)
    refused.read_pid()
    refused.authenticate("not the secret")
    worker.task("pid")
    daemon.request_kill(killed.pid)
    killed.how_it_ends()
    hire(stage, daemon)
    deserted = connect(stage, daemon)
    deserted.read_pid()
    deserted.close()
    sandbox.wait_for_end([deserted.pid])  # whatever it costs the daemon (D-10), it has heard of it
    stage.judge("D-43", wrong_transcripts(daemon.read_stdout(1, MUST_NOT_HAPPEN_S), b""))


@pytest.mark.clauses("D-44")
def test_a_megabyte_that_nobody_reads_holds_nobody_up(stage: Stage) -> None:
    """One worker is stuck with it; others come, it can be killed, and the end is an end."""
    daemon = stage.daemon(is_stderr_unread=True)
    stuck = hire(stage, daemon)
    stuck.send(encode_text("flood"))
    others = [connect(stage, daemon) for _ in range(3)]
    pids = [other.read_pid() for other in others]
    has_come = all(other.authenticate() == b"ok" for other in others)
    daemon.request_kill(stuck.pid)
    sandbox.wait_for_end([stuck.pid])
    lives = {stuck.pid: processes.is_alive(stuck.pid)}
    daemon.hang_up()
    status = daemon.wait_for_exit()
    stage.judge(
        "D-44",
        broken_promises(
            "held_up_peers", holds=has_come, expected="three more workers", actual=f"{pids}"
        ),
        surviving_processes("the worker that a kill request names", lives),
        surviving_processes("the daemon", {daemon.pid: status is None}),
    )


@pytest.mark.clauses("D-11")
def test_a_crowd_of_silent_peers_holds_nobody_up(stage: Stage) -> None:
    """Forty connect and say nothing; one who comes last is served all the same."""
    daemon = stage.daemon()
    silent = [connect(stage, daemon) for _ in range(_SILENT)]
    last = connect(stage, daemon)
    pid = last.read_pid(_SOON_S)
    stage.judge(
        "D-11",
        wrong_answers(last.authenticate().decode(), "ok"),
        wrong_answers(last.task("pid"), f"{pid}"),
        broken_promises(
            "unserved_peers",
            holds=all(one.read_pid() for one in silent),
            expected="each silent one has a worker as well",
            actual="one has not",
        ),
    )
