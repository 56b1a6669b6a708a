"""Many calls in flight to one adapter: whichever answers first."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from conformance.door.messages import Nothing, Result
from conformance.drive import sandbox
from conformance.drive.clock import now_s, wait_until
from conformance.drive.session import Session
from conformance.errors import ProtocolError
from conformance.evidence.outcomes import Lost, Returned, TimedOut

if TYPE_CHECKING:
    from pathlib import Path

ENV = {"PATH": os.defpath}
LIMIT_S = 10.0

#: Answers two calls in the reverse order, then ends at the third.
REVERSES = """
import json, sys
def answer(id):
    print(json.dumps({"jsonrpc": "2.0", "id": id, "result": {}}), flush=True)
first, second = (json.loads(sys.stdin.readline())["id"] for _ in range(2))
answer(second)
sys.stdin.readline()
answer(first)
"""


def test_answers_are_taken_in_as_they_come(tmp_path: Path) -> None:
    """Asking does not wait; receiving waits for the adapter, whichever call it answers."""
    argv = [sandbox.own_python(), "-c", REVERSES]
    session = Session(argv, ENV, tmp_path / "stderr")
    first, second = (session.begin("ping", Nothing()) for _ in range(2))
    assert not session.has_answer(second)
    assert session.receive(LIMIT_S)
    assert (session.has_answer(first), session.has_answer(second)) == (False, True)
    assert session.finish(second, 0.0) == Returned(Result())
    assert session.answered_s(second) is not None
    assert session.answered_s(first) is None
    assert not session.receive(0.0)
    assert session.finish(first, 0.0) == TimedOut(0.0)
    third = session.begin("ping", Nothing())
    assert session.receive(LIMIT_S)
    assert session.finish(first, 0.0) == Returned(Result())
    assert session.receive(LIMIT_S)
    assert session.has_answer(third)
    assert not session.receive(LIMIT_S)
    assert isinstance(session.finish(third, 0.0), Lost)
    session.kill()


def test_a_call_has_taken_until_its_answer_came_not_until_somebody_looked(tmp_path: Path) -> None:
    """The second call is answered while the first is waited for."""
    argv = [sandbox.own_python(), "-c", REVERSES]
    session = Session(argv, ENV, tmp_path / "stderr")
    first, second = (session.begin("ping", Nothing()) for _ in range(2))
    assert session.finish(first, 0.0) == TimedOut(0.0)
    assert wait_until(lambda: session.receive(0.0) or session.has_answer(second), LIMIT_S)
    came_by_s = now_s()
    session.begin("ping", Nothing())
    assert session.finish(first, LIMIT_S) == Returned(Result())
    assert session.finish(second, 0.0) == Returned(Result())
    answered_s = session.answered_s(second)
    assert answered_s is not None
    assert answered_s <= came_by_s
    session.kill()


def test_a_terminal_s_ctrl_c_does_not_reach_an_adapter(tmp_path: Path) -> None:
    """It goes to a process group: the suite's, which ends the adapter in order."""
    session = Session(["sleep", "100"], ENV, tmp_path / "stderr")
    assert os.getpgid(session.pid) == session.pid != os.getpgrp()
    session.kill()


#: Writes one thing without end.
STREAM = """
import json, sys
line = {"level": "WARN", "logger": "l", "message": "m"}
log = json.dumps({"jsonrpc": "2.0", "method": "log", "params": line}) + "\\n"
while True:
    sys.stdout.write(%s)
    sys.stdout.flush()
"""
#: Writes one log line of many megabytes.
LONG = """
import json, sys
line = {"level": "WARN", "logger": "l", "message": "m" * 60_000_000}
print(json.dumps({"jsonrpc": "2.0", "method": "log", "params": line}))
"""


def test_a_line_that_never_ends_is_told(tmp_path: Path) -> None:
    """At a limit of its length, not when memory or patience end."""
    argv = [sandbox.own_python(), "-c", STREAM % "'x' * 65536"]
    session = Session(argv, ENV, tmp_path / "stderr")
    with pytest.raises(ProtocolError, match=r"a line of more than 64 MiB: 'x{120}'…"):
        session.call("ping", Nothing(), LIMIT_S)
    assert session.is_lost
    session.kill()


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", ["'x'", "log * 1000"])
def test_whoever_writes_without_end_is_out_of_time(tmp_path: Path, text: str) -> None:
    """The limit of a call holds while bytes come."""
    session = Session([sandbox.own_python(), "-c", STREAM % text], ENV, tmp_path / "stderr")
    assert session.call("ping", Nothing(), 0.5) == TimedOut(0.5)
    session.kill()


def test_a_long_line_is_taken_in_at_once(tmp_path: Path) -> None:
    """Time grows with its length, not with the square of it."""
    session = Session([sandbox.own_python(), "-c", LONG], ENV, tmp_path / "stderr")
    began_s = now_s()
    assert isinstance(session.call("ping", Nothing(), LIMIT_S), Lost)
    assert now_s() - began_s < LIMIT_S
    assert [len(line.message) for line in session.logs] == [60_000_000]
    session.kill()
