"""How a daemon's workers check the secret, and what peers without it can do: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check.daemons import (
    lost_processes,
    open_connections,
    surviving_processes,
    wrong_answers,
    wrong_transcripts,
)
from conformance.check.plain import unequal_values
from conformance.contract.limits import MUST_HAPPEN_S
from conformance.contract.wire import encode_int, encode_reply, encode_text
from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.drive.connection import SECRET
from conformance.observe import processes
from conformance.stage.hiring import connect, hire

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.stage.stage import Stage

REFUSED = encode_reply(accepted=False)
#: Lengths of -1, -5 and the least, the greatest one; no UTF-8; a length and a secret cut short.
MALFORMED = (
    *(encode_int(length) for length in (-1, -5, -(2**31), 2**31 - 1)),
    encode_int(4) + b"\xff\xfe\xfd\xfc",
    encode_int(len(SECRET))[:2],
    encode_text(SECRET)[:-1],
)
WRONG = {
    "the secret from behind": SECRET[::-1],
    "the secret without its end": SECRET[:-1],
    "the secret and more": SECRET + "0",
    "the secret in capitals": SECRET.upper(),
    "an empty secret": "",
}


@pytest.mark.clauses("D-08")
def test_a_wrong_secret_is_refused(stage: Stage) -> None:
    """Others, parts, extensions, nothing: each gets `err` and an end."""
    daemon = stage.daemon()
    for what, secret in WRONG.items():
        stranger = connect(stage, daemon)
        stranger.read_pid()
        stranger.send(encode_text(secret))
        said = stranger.receive_rest()
        stage.judge("D-08", wrong_transcripts(said, REFUSED, f"to {what}: "))
        sandbox.wait_for_end([stranger.pid])
        lives = {stranger.pid: processes.is_alive(stranger.pid)}
        stage.judge(
            "D-08",
            open_connections(stranger.how_it_ends()),
            surviving_processes("a worker that was given a wrong secret", lives),
        )
        if stage.record.all_findings():  # each more would take its full time
            return
    friend = hire(stage, daemon)
    stage.judge("D-08", wrong_answers(friend.task("pid"), str(friend.pid)))


@pytest.mark.clauses("D-10", "D-08")
def test_what_is_no_secret_is_never_accepted(stage: Stage) -> None:
    """Lengths that cannot be, no UTF-8, a cut one: never `ok`, and one worker each, no more."""
    daemon = stage.daemon()
    colleague = hire(stage, daemon)
    for opening in MALFORMED:
        stranger = connect(stage, daemon)
        stranger.read_pid()
        stranger.send(opening)
        stranger.finish_sending()
        said = stranger.receive_rest()
        sandbox.wait_for_end([stranger.pid])
        lives = {stranger.pid: processes.is_alive(stranger.pid)}
        stage.judge("D-08", wrong_transcripts(said if said != REFUSED else b"", b""))
        stage.judge("D-10", surviving_processes("a worker that was told no secret", lives))
    stage.judge("D-10", wrong_answers(colleague.task("pid"), str(colleague.pid)))
    hire(stage, daemon)


@pytest.mark.clauses("D-08")
def test_a_secret_may_come_byte_by_byte(stage: Stage) -> None:
    """As slowly as a peer likes; the next one is served meanwhile."""
    daemon = stage.daemon()
    slow = connect(stage, daemon)
    slow.read_pid()
    frame = encode_text(SECRET)
    for at in range(len(frame) - 1):
        slow.send(frame[at : at + 1])
    hire(stage, daemon)
    slow.send(frame[-1:])
    stage.judge("D-08", wrong_transcripts(slow.receive_text(), b"ok"))


@pytest.mark.clauses("D-11", "D-07")
def test_no_reply_comes_before_the_whole_secret(stage: Stage) -> None:
    """Peers say nothing, or half; another is served meanwhile; then they go on."""
    daemon = stage.daemon()
    silent, slow = connect(stage, daemon), connect(stage, daemon)
    secret = encode_text(SECRET)
    slow.read_pid()
    slow.send(secret[:20])
    other = hire(stage, daemon)
    stage.judge("D-11", wrong_answers(other.task("pid"), str(other.pid)))
    early = slow.receive(1, within_s=0)
    slow.send(secret[20:])
    stage.judge(
        "D-07",
        wrong_transcripts(early, b""),
        wrong_transcripts(slow.receive_text(), b"ok"),
    )
    stage.judge("D-11", unequal_values("the silent one's pid:", silent.read_pid(), silent.pid))
    stage.judge("D-11", wrong_transcripts(silent.authenticate(), b"ok"))


@pytest.mark.clauses("D-09")
def test_no_task_runs_before_the_secret_was_accepted(stage: Stage) -> None:
    """The task would make a file; it is sent instead of the secret, and after a wrong one."""
    daemon = stage.daemon()
    mark = stage.directory / "mark"
    friends = stage.directory / "friends"
    hire(stage, daemon).task(f"touch {friends}")
    stage.judge("D-09", unequal_values("traces of a friend's task:", _files(friends), ["friends"]))
    task = encode_text(f"touch {mark}")
    for opening in (task, encode_text("wrong") + task, encode_int(0) + task, REFUSED + task):
        stranger = connect(stage, daemon)
        stranger.read_pid()
        stranger.send(opening)
        stranger.finish_sending()
        stranger.receive_rest()
        sandbox.wait_for_end([stranger.pid])
        stage.judge("D-09", unequal_values("traces of the task:", _files(mark), []))
        if stage.record.all_findings():
            return


@pytest.mark.clauses("D-10")
@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_peer_that_leaves_costs_its_own_worker_only(stage: Stage, how: str) -> None:
    """It leaves before the pid, after it, amid the secret, and before the reply."""
    daemon = stage.daemon()
    colleague = hire(stage, daemon)
    for said in (None, b"", encode_text(SECRET)[:20], encode_text(SECRET)):
        deserter = connect(stage, daemon)
        if said is not None:
            deserter.read_pid()
            deserter.send(said)
        getattr(deserter, how)()
    successor = hire(stage, daemon)
    staying = {colleague.pid, successor.pid}
    left = wait_until(lambda: _living_children(daemon.pid) == staying, MUST_HAPPEN_S)
    stage.judge(
        "D-10",
        wrong_answers(colleague.task("pid"), str(colleague.pid)),
        lost_processes("the daemon", {daemon.pid: processes.is_alive(daemon.pid)}),
        () if left else surviving_processes("a deserter's worker", _others(daemon.pid, staying)),
    )


def _files(mark: Path) -> list[str]:
    return [found.name for found in mark.parent.glob(mark.name)]


def _living_children(daemon_pid: int) -> set[int]:
    return {seen.pid for seen in processes.children(daemon_pid) if processes.is_alive(seen.pid)}


def _others(daemon_pid: int, staying: set[int]) -> dict[int, bool]:
    return dict.fromkeys(_living_children(daemon_pid) - staying, True)
