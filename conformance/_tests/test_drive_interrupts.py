"""Interrupts: noted when they come, heard once, where somebody looks."""

from __future__ import annotations

import os
import signal
import weakref
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from conformance.door.find import ROOT
from conformance.drive import sandbox
from conformance.drive.clock import now_s, wait_until, wait_until_readable
from conformance.drive.interrupts import Interrupts, blocked, check, current, insist

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Far above any of these waits, far below the limits that they are given.
SOON_S = 5.0
LIMIT_S = 20.0


def come() -> None:
    signal.raise_signal(signal.SIGINT)


class Thing:
    """Something that a reference can be weak to."""


@contextmanager
def later(do: Callable[[], None]) -> Iterator[None]:
    """Do it in the middle of what follows, from a signal that stops nobody."""
    before = signal.signal(signal.SIGALRM, lambda _number, _frame: do())
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_is_noted_and_heard_at_the_first_look_alone(number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_DFL)  # nohup has SIGHUP ignored, and so have we
    try:
        with Interrupts() as interrupts:
            check()
            signal.raise_signal(number)
            assert interrupts.has_come
            with pytest.raises(KeyboardInterrupt):
                check()
            signal.raise_signal(number)
            check()
    finally:
        signal.signal(number, before)


def test_it_is_not_lost_where_python_swallows_exceptions() -> None:
    """As a handler's own exception would be, in a callback, a destructor or a fork's hook."""
    with Interrupts():
        thing = Thing()
        reference = weakref.ref(thing, lambda _: come())
        del thing
        assert reference() is None
        with pytest.raises(KeyboardInterrupt):
            check()


def test_a_wait_for_a_condition_hears_it() -> None:
    with Interrupts(), later(come):
        began_s = now_s()
        with pytest.raises(KeyboardInterrupt):
            wait_until(lambda: False, LIMIT_S)
        assert now_s() - began_s < SOON_S


def test_a_wait_for_something_to_read_hears_it() -> None:
    """The system call goes on behind the handler, as if the signal had come before it."""
    reading, writing = os.pipe()
    with Interrupts(), later(come):
        began_s = now_s()
        with pytest.raises(KeyboardInterrupt):
            wait_until_readable(reading, LIMIT_S)
        assert now_s() - began_s < SOON_S
    os.close(reading)
    os.close(writing)


def test_a_wait_sees_what_can_be_read_and_when_the_time_is_over() -> None:
    reading, writing = os.pipe()
    assert not wait_until_readable(reading, 0.0)
    assert not wait_until_readable(reading, 0.15)
    os.write(writing, b"x")
    assert wait_until_readable(reading, 0.0)
    assert wait_until_readable(reading, LIMIT_S)
    os.close(reading)
    os.close(writing)


def test_what_is_held_is_not_interrupted() -> None:
    with Interrupts() as interrupts:
        with interrupts.held():
            come()
            with interrupts.held():
                check()
            check()
        assert interrupts.has_come
        with pytest.raises(KeyboardInterrupt):
            check()


def test_nothing_new_is_begun_behind_an_interrupt() -> None:
    """Were the first one replaced by an error of whoever tidies up, work would go on."""
    with Interrupts() as interrupts:
        insist()
        come()
        with pytest.raises(KeyboardInterrupt):
            check()
        with interrupts.held():
            insist()
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                insist()


def test_what_is_started_deaf_hears_later_what_came_meanwhile() -> None:
    listens = (
        "import signal\n"
        "signal.raise_signal(signal.SIGINT)\n"
        "from conformance.drive.interrupts import Interrupts\n"
        "with Interrupts() as interrupts:\n"
        "    raise SystemExit(7 if interrupts.has_come else 8)\n"
    )
    env = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
    with blocked():
        process = sandbox.start([sandbox.own_python(), "-c", listens], env=env, keeps_signals=True)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    process.end(within_s=LIMIT_S)
    assert process.exit_status() == 7


def test_it_strikes_at_once_where_somebody_waits_who_knows_nothing_of_us() -> None:
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt), interrupts.at_once():
            come()
        assert interrupts.has_come
        come()
        check()


def test_it_strikes_at_once_if_it_has_come_before() -> None:
    with Interrupts() as interrupts:
        come()
        with pytest.raises(KeyboardInterrupt), interrupts.at_once():
            pytest.fail("not heard")


def test_what_looks_for_itself_is_not_struck() -> None:
    """It comes between two looks, and is heard when the waiting goes on."""
    passed = []

    def look_for_itself(interrupts: Interrupts) -> None:
        with interrupts.noted():
            come()
            passed.append("noted")
        passed.append("waiting")

    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt), interrupts.at_once():
            look_for_itself(interrupts)
        assert passed == ["noted"]


def test_one_that_was_swallowed_is_heard_when_the_waiting_is_over() -> None:
    with Interrupts() as interrupts:
        heard = pytest.raises(KeyboardInterrupt)
        with heard, interrupts.at_once(), suppress(KeyboardInterrupt):
            come()
        check()


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Interrupts() as interrupts:
        assert signal.getsignal(signal.SIGTERM) is not before
        assert current() is interrupts
    assert signal.getsignal(signal.SIGTERM) is before
    assert not current().has_come


def test_nohup_is_respected() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with blocked(), Interrupts() as interrupts:
            assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())
            signal.raise_signal(signal.SIGHUP)
            assert not interrupts.has_come
    finally:
        signal.signal(signal.SIGHUP, before)
