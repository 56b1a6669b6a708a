"""Who is still and who is not, on real processes."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from conformance.drive import sandbox
from conformance.drive.clock import wait_until
from conformance.observe import processes
from conformance.observe.stillness import Stillness, look
from conformance.stage.opening import Wanted, make_run
from conformance.stage.record import Record
from conformance.stage.stage import Stage
from conformance.stage.stillness import wait_for_stillness
from conformance.stage.together import create_together, wait_for_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drive.sandbox import Process

ENV = {"PATH": os.defpath}
LIMIT_S = 10.0

WAITS = "import os, signal\nos.write(1, b'!')\nsignal.pause()"
SPINS = "import os\nos.write(1, b'!')\nwhile True: pass"
ECHOES = "import os\nos.write(1, b'!')\nwhile b := os.read(0, 1): os.write(1, b)"
THREAD_SPINS = """
import os, signal, threading
def spin():
    while True: pass
threading.Thread(target=spin, daemon=True).start()
os.write(1, b'!')
signal.pause()
"""
CHILD_OF_A_THREAD_SPINS = """
import os, signal, threading
def fork():
    if os.fork() == 0:
        os.write(1, b'!')
        while True: pass
    signal.sigwait([])
threading.Thread(target=fork, daemon=True).start()
signal.pause()
"""


@pytest.fixture
def started() -> Iterator[list[Process]]:
    """Processes that the test has started; they end with it, and what they forked, too."""
    sandbox.become_subreaper()
    found: list[Process] = []
    yield found
    for one in found:
        children = processes.child_pids(one.pid)
        one.end()
        for child in children:
            sandbox.kill(child)
            sandbox.wait_for_end([child])


def start(started: list[Process], script: str, **env: str) -> Process:
    """Start a script and wait until it has said that it is on its way."""
    process = sandbox.start([sandbox.own_python(), "-c", script], env=ENV | env)
    started.append(process)
    assert os.read(process.stdout_fd, 1) == b"!"
    return process


def two_looks(pid: int) -> Stillness | None:
    first = look([pid])
    return first if first is not None and look([pid]) == first else None


def test_who_sleeps_is_still(started: list[Process]) -> None:
    """Two looks are equal, now and later."""
    process = start(started, WAITS)
    still = wait_until(lambda: two_looks(process.pid), LIMIT_S)
    assert still is not None
    assert look([process.pid]) == still
    assert [tid for tid, _ in still.switches] == [process.pid]


def test_who_was_woken_between_two_looks_was_not_still(started: list[Process]) -> None:
    """It sleeps at both, but it has run."""
    process = start(started, ECHOES)
    before = wait_until(lambda: two_looks(process.pid), LIMIT_S)
    os.write(process.stdin_fd, b"?")
    assert os.read(process.stdout_fd, 1) == b"?"
    after = wait_until(lambda: two_looks(process.pid), LIMIT_S)
    assert after is not None
    assert before is not None
    assert after != before


@pytest.mark.parametrize("script", [SPINS, THREAD_SPINS, CHILD_OF_A_THREAD_SPINS])
def test_who_spins_is_not_still(started: list[Process], script: str) -> None:
    """Be it the process, a thread of it, or a child that a thread has forked."""
    process = start(started, script)
    assert not wait_until(lambda: two_looks(process.pid), 0.05)


def test_who_is_stopped_by_a_signal_is_still_and_so_is_a_zombie(started: list[Process]) -> None:
    """Neither goes on unless somebody makes it."""
    process = start(started, SPINS)
    process.signal(signal.SIGSTOP)
    assert wait_until(lambda: two_looks(process.pid), LIMIT_S)
    sandbox.kill(process.pid)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert wait_until(lambda: two_looks(process.pid), LIMIT_S)


def test_who_is_gone_is_still(started: list[Process]) -> None:
    """There is nobody who could move."""
    process = start(started, WAITS)
    process.end()
    assert look([process.pid]) == Stillness(frozenset())


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A scenario with the reference."""
    run = make_run(Wanted(impl="py:reference_impl:make"))
    profile = run.default_profile()
    opened = Stage(run, profile, Record((), profile), run.next_number())
    try:
        yield opened
    finally:
        opened.close()
        run.close()


def test_a_scenario_is_still_when_its_worker_has_come_to_the_gate(stage: Stage) -> None:
    """So no guess is needed: whatever was to happen before has happened."""
    factory = stage.factory()
    for number in range(5):
        stage.plan(f"acknowledge={stage.make_gate(f'g{number}')}")
        create = factory.begin_create()
        assert wait_for_stillness(stage, LIMIT_S)
        assert len(stage.history.of("gate", name=f"g{number}")) == 1
        was_ready = create.is_ready
        stage.open_gate(f"g{number}")
        assert wait_for_stillness(stage, LIMIT_S)
        assert (was_ready, create.is_ready) == (False, True)
        assert create.finish().is_answered
    stage.plan("")


def test_a_scenario_is_not_still_while_one_of_its_processes_spins(
    stage: Stage, started: list[Process]
) -> None:
    """The wait ends within its limit, and says so."""
    start(started, SPINS, WFC_SCENARIO=stage.token)
    assert not wait_for_stillness(stage, 0.05)


def test_waiting_for_any_call_gives_those_that_have_their_answer(stage: Stage) -> None:
    """The first call stands at a gate; the second is answered; then the first is let go."""
    gate = stage.make_gate("door")
    slow, quick = stage.factory(f"acknowledge={gate}"), stage.factory()
    calls = [slow.begin_create(), quick.begin_create()]
    assert wait_for_any(calls, LIMIT_S) == [calls[1]]
    assert wait_for_any([calls[0]], 0.0) == []
    assert calls[1].finish().is_answered
    assert not calls[0].finish(0.0).is_answered
    stage.open_gate("door")
    assert wait_for_any([calls[0]], LIMIT_S) == [calls[0]]
    assert calls[0].finish().is_answered
    assert wait_for_any(calls, 0.0) == calls
    assert wait_for_any([], LIMIT_S) == []


def test_who_answers_early_does_not_pay_for_who_answers_late(stage: Stage) -> None:
    """The first worker is slow, the second one's daemon is not."""
    slow, quick = stage.factory("acknowledge=slow:0.5"), stage.factory()
    late, early = create_together(stage, [slow, quick], LIMIT_S)
    assert late.took_s >= 0.5
    assert early.took_s < late.took_s - 0.1
