"""Starting, ending and waiting, on real processes."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from conformance.door.messages import Initialize, Nothing
from conformance.drive import sandbox
from conformance.drive.clock import Deadline, wait_until
from conformance.drive.session import Session
from conformance.errors import DoorError, Unobservable
from conformance.evidence.outcomes import Lost, Returned, TimedOut
from conformance.observe import processes

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = sandbox.own_python()
ENV = {"PATH": os.defpath}
GREET = {
    "protocol_version": "1", "name": "n", "version": "0", "language": "Python", "pid": 1,
}  # fmt: skip


def test_waiting_gives_the_first_true_value_or_the_last_false_one() -> None:
    """A limit of no time still asks once."""
    values = iter([0, 0, 7])
    assert wait_until(lambda: next(values), 5.0) == 7
    assert wait_until(lambda: 0, 0.0) == 0


def test_a_deadline_never_has_negative_time_left() -> None:
    """It can be given to select as it is."""
    over = Deadline(0.0)
    assert over.is_over
    assert over.left_s == 0.0
    assert 0 < Deadline(60.0).left_s <= 60.0


def test_an_ended_process_tells_its_status() -> None:
    """Exit status, or minus the signal."""
    fine = sandbox.start([PYTHON, "-c", "raise SystemExit(5)"], env=ENV)
    fine.end(within_s=10)
    assert fine.exit_status() == 5
    stuck = sandbox.start([PYTHON, "-c", "import signal; signal.pause()"], env=ENV)
    stuck.end()
    assert stuck.exit_status() == -signal.SIGKILL


@pytest.mark.parametrize("keeps_signals", [False, True])
def test_what_the_suite_ignores_or_blocks_is_not_passed_on(
    keeps_signals: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Under nohup SIGHUP is ignored; a run of ours keeps to that."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    try:
        process = sandbox.start(["sleep", "60"], env=ENV, keeps_signals=keeps_signals)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGHUP, before)
    masks = processes.signal_masks(process.pid)
    process.end()
    hang_up, mine = (1 << (number - 1) for number in (signal.SIGHUP, signal.SIGUSR1))
    if keeps_signals:  # those that the tests themselves were given, too
        assert (masks["SigIgn"] & hang_up, masks["SigBlk"] & mine) == (hang_up, mine)
    else:
        assert (masks["SigIgn"], masks["SigBlk"]) == (0, 0)


def test_an_orphan_comes_back_and_is_reaped() -> None:
    """A grandchild whose parent has exited becomes a child of the sub-reaper."""
    sandbox.become_subreaper()
    script = "import os,signal\np=os.fork()\nif p: os.write(1,b'%d'%p); os._exit(0)\nsignal.pause()"
    parent = sandbox.start([PYTHON, "-c", script], env={**ENV, "WFC_TEST_ORPHAN": "1"})
    orphan = int(os.read(parent.stdout_fd, 20))
    parent.end(within_s=10)
    assert processes.with_variable("WFC_TEST_ORPHAN", "1") == (orphan,)
    seen = processes.look(orphan)
    assert seen is not None
    assert seen.parent_pid == os.getpid()
    sandbox.kill(orphan)
    assert sandbox.wait_for_end([orphan])
    assert processes.look(orphan) is None


def test_killing_what_is_gone_is_no_error() -> None:
    """It may end between the look and the kill."""
    gone = sandbox.start([PYTHON, "-c", ""], env=ENV)
    gone.end(within_s=10)
    sandbox.kill(gone.pid)
    sandbox.send_signal(gone.pid, signal.SIGTERM)


def adapter(tmp_path: Path, body: str) -> Session:
    """Start an adapter of a few lines; `say` writes a line to the channel."""
    head = "import sys,json\ndef say(t): sys.stdout.write(t+'\\n'); sys.stdout.flush()\n"
    argv = [PYTHON, "-c", head + body]
    return Session(argv, ENV, tmp_path / "stderr")


ANSWER = (
    "for line in sys.stdin:\n"
    " r = json.loads(line)\n"
    " say(json.dumps({'jsonrpc': '2.0', 'id': r['id'], %s}))\n"
)


def test_a_call_gives_a_typed_result(tmp_path: Path) -> None:
    """The result is checked against the form of its method."""
    session = adapter(tmp_path, ANSWER % f"'result': {GREET!r}")
    outcome = session.call("initialize", Initialize(), 10)
    session.close()
    assert isinstance(outcome, Returned)
    assert outcome.value.name == "n"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("say('Welcome to my adapter')\nsys.stdin.read()", "Welcome to my adapter"),
        (ANSWER % "'result': {'nonsense': 1}", "nonsense"),
        (ANSWER % "'result': {}, 'extra': 1", "extra"),
        (ANSWER.replace("r['id']", "99") % "'result': {}", "call 99"),
        (ANSWER % "'x': 1", "x"),
        ("say(json.dumps({'jsonrpc':'2.0','method':'shout','params':{}}))", "shout"),
        (ANSWER % "'error': {'code': 1, 'message': 'no luck', 'data': {'kind': 'adapter'}}",
         "no luck"),
    ],
)  # fmt: skip
def test_a_broken_protocol_is_the_adapters_fault(tmp_path: Path, body: str, says: str) -> None:
    """The message quotes what came."""
    session = adapter(tmp_path, body)
    with pytest.raises(DoorError, match=says):
        session.call("initialize", Initialize(), 10)
    assert session.is_lost
    session.kill()


def test_an_adapter_that_exits_is_lost_with_its_last_words(tmp_path: Path) -> None:
    """Status and the last line of stderr stand in the reason."""
    session = adapter(tmp_path, "sys.stdin.readline(); sys.exit('out of luck')")
    outcome = session.call("ping", Nothing(), 10)
    assert isinstance(outcome, Lost)
    assert "status 1" in outcome.reason
    assert "out of luck" in outcome.reason
    assert session.call("ping", Nothing(), 10) == outcome
    session.kill()


def test_a_silent_adapter_times_out_and_may_answer_later(tmp_path: Path) -> None:
    """The late answer is still taken for the call it belongs to."""
    session = adapter(tmp_path, "sys.stdin.readline()\n" + (ANSWER % "'result': {}"))
    first = session.begin("ping", Nothing())
    assert session.finish(first, 0.05) == TimedOut(0.05)
    assert session.has_pending
    assert isinstance(session.call("ping", Nothing(), 10), Returned)
    session.kill()


def test_what_an_adapter_does_not_support_is_unobservable(tmp_path: Path) -> None:
    """It is no failure of the implementation."""
    fault = "'error': {'code': -32001, 'message': '', 'data': {'kind': 'unsupported'}}"
    session = adapter(tmp_path, ANSWER % fault)
    with pytest.raises(Unobservable, match="ping"):
        session.call("ping", Nothing(), 10)
    session.close()


def test_a_missing_program_is_a_door_error(tmp_path: Path) -> None:
    """One line, no traceback of ours."""
    with pytest.raises(DoorError, match="cannot start"):
        Session(["/nowhere/adapter"], ENV, tmp_path / "stderr")


def test_nobody_has_ended() -> None:
    """What a daemon sent instead of a pid may be 0, or negative."""
    assert sandbox.has_ended(0)
    assert sandbox.wait_for_end([0, -1], 0.0)
