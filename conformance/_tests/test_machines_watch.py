"""Whose sightings they are: told by a mark in the environment, and inherited by forks."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING, cast

import pytest

from conformance.drive import sandbox
from conformance.evidence.sightings import Sighting
from conformance.machines.watch import MARK, Watch

if TYPE_CHECKING:
    from conformance.evidence.sightings import Who
    from conformance.stage.stage import Stage

DAEMON, WORKER, OTHER, THIRD = 100, 101, 200, 201


class Told:
    """A stage of which only the side channel is there, told by hand."""

    def __init__(self) -> None:
        self.channel = self
        self._lines: list[Sighting] = []
        self._at = count(1)

    def tell(self, pid: int, what: str, who: Who = "daemon", /, **keys: object) -> None:
        told = {name: str(value) for name, value in keys.items()}
        at = next(self._at)
        self._lines.append(Sighting(at_ns=at, pid=pid, seq=at, who=who, what=what, keys=told))

    def mark(self, pid: int, factory: str) -> None:
        self.tell(pid, "env", name=MARK, value=factory)

    def since(self, index: int) -> list[Sighting]:
        return self._lines[index:]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def watch(told: Told) -> Watch:
    return Watch(cast("Stage", told))


def test_what_a_daemon_tells_is_its_factory_s(told: Told, watch: Watch) -> None:
    told.mark(DAEMON, "f1")
    told.mark(OTHER, "f2")
    told.tell(DAEMON, "start")
    told.tell(OTHER, "start")
    told.tell(DAEMON, "listen", port=5000)
    told.tell(DAEMON, "accept")
    told.tell(DAEMON, "accept")
    told.tell(OTHER, "accept")
    told.tell(DAEMON, "kill_request", pid=7)
    told.tell(DAEMON, "kill_request", pid=8)
    mine = watch.of("f1")
    assert (mine.starts, mine.ports, mine.connections) == ([DAEMON], [5000], 2)
    assert mine.kill_requests == [7, 8]
    other = watch.of("f2")
    assert (other.starts, other.connections, other.kill_requests) == ([OTHER], 1, [])


def test_what_comes_before_the_mark_waits_for_it(told: Told, watch: Watch) -> None:
    told.tell(DAEMON, "start")
    told.tell(DAEMON, "env", name="PATH", value="/bin")
    told.tell(DAEMON, "accept")
    assert (watch.of("f1").starts, watch.of("f1").connections) == ([], 0)
    told.mark(DAEMON, "f1")
    told.tell(DAEMON, "accept")
    assert (watch.of("f1").starts, watch.of("f1").connections) == ([DAEMON], 2)


def test_a_worker_is_of_the_factory_whose_daemon_forked_it(told: Told, watch: Watch) -> None:
    """Also what it tells before anybody tells of its fork, or of its daemon's mark."""
    told.tell(WORKER, "authenticate", "worker", ok=1)
    told.tell(DAEMON, "fork", worker_pid=WORKER)
    assert watch.of("f1").authenticated == set()
    told.mark(DAEMON, "f1")
    told.tell(WORKER, "closed", "worker")
    told.tell(DAEMON, "fork", worker_pid=THIRD)
    told.tell(THIRD, "authenticate", "worker", ok=0)
    mine = watch.of("f1")
    assert mine.forked == {WORKER, THIRD}
    assert mine.authenticated == {WORKER}
    assert mine.closed == {WORKER}


def test_a_simple_worker_has_got_the_secret_when_it_offers_it(told: Told, watch: Watch) -> None:
    told.mark(WORKER, "f1")
    told.tell(WORKER, "start", "simple")
    told.tell(WORKER, "offer", "simple")
    assert watch.of("f1").starts == [WORKER]
    assert watch.of("f1").authenticated == {WORKER}


def test_gates_are_anybody_s_and_the_harness_is_nobody_s(told: Told, watch: Watch) -> None:
    told.tell(DAEMON, "gate", name="g1")
    told.tell(DAEMON, "accept", "harness")
    told.mark(DAEMON, "f1")
    watch.look()
    assert watch.gates == {"g1"}
    assert watch.of("f1").connections == 0


def test_living_are_those_that_have_not_ended(told: Told, watch: Watch) -> None:
    ended = sandbox.start(["true"], env={"PATH": os.defpath})
    ended.end(within_s=5.0)
    for pid in (ended.pid, os.getpid()):
        told.mark(pid, "f1")
        told.tell(pid, "start")
    assert watch.of("f1").starts == [ended.pid, os.getpid()]
    assert watch.of("f1").living() == (os.getpid(),)
